"""Decides and remembers: the queue, the rules, the ledger and the daemon that owns the modems."""
