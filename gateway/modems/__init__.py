"""What the gateway remembers of its modems: whose SIM, what went wrong, what was asked of them."""
