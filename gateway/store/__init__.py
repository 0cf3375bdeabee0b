"""Keeps the ledger: one SQLite file, its tables, its migrations."""
