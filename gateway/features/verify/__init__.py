"""One-time codes: somebody proves to have a number by typing back what was sent to it."""
