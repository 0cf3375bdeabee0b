"""The people whom the shop knows: who they are, and what they agreed to."""
