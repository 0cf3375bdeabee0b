"""The queue: what was asked, what left, what came, and why each thing is where it is."""
