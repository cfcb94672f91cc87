"""osteocast: what a person's bones do on an aromatase inhibitor, and what would change it.

Research and education, not a medical device.
"""
