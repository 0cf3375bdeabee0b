"""What addresses, forms and cursors say in figures."""

from __future__ import annotations

LONGEST = 18  # that many SQLite holds for sure


def number(typed: str, most: int = LONGEST) -> int | None:
    """A whole number of at most so many of the figures 0 to 9; None for anything else."""
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= most else None
