"""Words that people text, what each of them does, and who was asked whether they want to join a group."""

from __future__ import annotations

from typing import Any

STEPS = (
    """CREATE TABLE keyword_rules (
    id INTEGER PRIMARY KEY AUTOINCREMENT, uid VARCHAR(32) NOT NULL UNIQUE, whole INTEGER NOT NULL,
    reply TEXT NOT NULL, tag VARCHAR(40) NOT NULL,
    group_id INTEGER REFERENCES contact_groups (id) ON DELETE SET NULL,
    adds INTEGER NOT NULL, asks INTEGER NOT NULL, mail VARCHAR(254) NOT NULL,
    uses INTEGER NOT NULL, used_at BIGINT, written_by VARCHAR(60) NOT NULL, created_at BIGINT NOT NULL)""",
    """CREATE TABLE keyword_words (
    word VARCHAR(40) NOT NULL PRIMARY KEY, spelled VARCHAR(40) NOT NULL, position INTEGER NOT NULL,
    rule_id INTEGER NOT NULL REFERENCES keyword_rules (id) ON DELETE CASCADE)""",
    "CREATE INDEX keyword_words_rule ON keyword_words (rule_id)",
    """CREATE TABLE keyword_joins (
    id INTEGER PRIMARY KEY AUTOINCREMENT, number VARCHAR(32) NOT NULL,
    rule_id INTEGER NOT NULL REFERENCES keyword_rules (id) ON DELETE CASCADE,
    question INTEGER NOT NULL, inbound VARCHAR(32) NOT NULL, at BIGINT NOT NULL, UNIQUE (number, rule_id))""",
)


def up(migrator: object, db: Any) -> None:
    for statement in STEPS:
        db.execute_sql(statement)
