"""Dated rule sets evaluated with a trace, and the schedule of what is checked when."""
