"""A person: what is known of them, what the population fills in, and their own random streams."""
