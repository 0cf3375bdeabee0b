"""Short links of our own: one for each address and person, and how often each was followed."""
