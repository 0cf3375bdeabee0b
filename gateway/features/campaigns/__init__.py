"""Campaigns: one text, or a few to compare, to many people; written a little at a time, and never twice."""
