"""The one process that owns the modems: a loop that thinks, a thread per modem that waits."""
