"""Mails on their way to the relay; what the people who are told of alarms believe."""

from __future__ import annotations

from typing import Any

STEPS = (
    """CREATE TABLE mails (
    id INTEGER PRIMARY KEY AUTOINCREMENT, uid VARCHAR(32) NOT NULL UNIQUE,
    address VARCHAR(254) NOT NULL, title VARCHAR(200) NOT NULL, text TEXT NOT NULL,
    number VARCHAR(32) NOT NULL, state VARCHAR(10) NOT NULL, attempts INTEGER NOT NULL,
    next_at BIGINT, error VARCHAR(40), answer TEXT NOT NULL, created_at BIGINT NOT NULL, ended_at BIGINT)""",
    "CREATE INDEX mails_waiting ON mails (next_at, id) WHERE state = 'waiting'",
    "CREATE INDEX mails_over ON mails (ended_at) WHERE ended_at IS NOT NULL",
    "CREATE INDEX mails_number ON mails (number) WHERE number <> ''",
    """CREATE TABLE notices (
    kind VARCHAR(40) NOT NULL, subject VARCHAR(40) NOT NULL, told_at BIGINT,
    standing INTEGER NOT NULL, unsaid INTEGER NOT NULL, PRIMARY KEY (kind, subject)) WITHOUT ROWID""",
)


def up(migrator: object, db: Any) -> None:
    for statement in STEPS:
        db.execute_sql(statement)
