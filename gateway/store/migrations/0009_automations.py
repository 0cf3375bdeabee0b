"""Automations: what sets them off, their steps, each run of one person, and what programs told."""

from __future__ import annotations

from typing import Any

STEPS = (
    """CREATE TABLE automations (
    id INTEGER PRIMARY KEY AUTOINCREMENT, uid VARCHAR(32) NOT NULL UNIQUE,
    name VARCHAR(80) NOT NULL UNIQUE COLLATE NOCASE, state VARCHAR(10) NOT NULL,
    category VARCHAR(16) NOT NULL, kind VARCHAR(10) NOT NULL, field_id INTEGER, days INTEGER NOT NULL,
    at_min INTEGER NOT NULL, event VARCHAR(40) NOT NULL, group_id INTEGER, exits TEXT NOT NULL,
    gap_days INTEGER NOT NULL, scanned_on VARCHAR(10) NOT NULL, scan_after INTEGER NOT NULL,
    written_by VARCHAR(60) NOT NULL, created_at BIGINT NOT NULL, started_at BIGINT)""",
    """CREATE TABLE automation_steps (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    automation_id INTEGER NOT NULL REFERENCES automations (id) ON DELETE CASCADE,
    position INTEGER NOT NULL, kind VARCHAR(10) NOT NULL, text TEXT NOT NULL,
    wait_min INTEGER NOT NULL, at_min INTEGER)""",
    "CREATE INDEX automation_steps_automation ON automation_steps (automation_id, position)",
    """CREATE TABLE automation_runs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    automation_id INTEGER NOT NULL REFERENCES automations (id) ON DELETE CASCADE,
    number VARCHAR(32) NOT NULL, key VARCHAR(120) NOT NULL, state VARCHAR(10) NOT NULL,
    reason VARCHAR(40), position INTEGER NOT NULL, facts TEXT NOT NULL, message VARCHAR(32),
    next_at BIGINT, started_at BIGINT NOT NULL, ended_at BIGINT, UNIQUE (automation_id, number, key))""",
    "CREATE INDEX automation_runs_next ON automation_runs (next_at) WHERE state = 'waiting'",
    "CREATE INDEX automation_runs_number ON automation_runs (number, started_at)",
    "CREATE INDEX automation_runs_listed ON automation_runs (automation_id, id)",
    "CREATE INDEX automation_runs_over ON automation_runs (ended_at) WHERE ended_at IS NOT NULL",
    """CREATE TABLE automation_turns (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    run_id INTEGER NOT NULL REFERENCES automation_runs (id) ON DELETE CASCADE,
    at BIGINT NOT NULL, what VARCHAR(20) NOT NULL, facts TEXT NOT NULL)""",
    "CREATE INDEX automation_turns_run ON automation_turns (run_id, id)",
    """CREATE TABLE automation_events (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name VARCHAR(40) NOT NULL, number VARCHAR(32) NOT NULL,
    reference VARCHAR(80), facts TEXT NOT NULL, written_by VARCHAR(60) NOT NULL,
    at BIGINT NOT NULL, taken_at BIGINT)""",
    """CREATE UNIQUE INDEX automation_events_reference ON automation_events (written_by, reference)
    WHERE reference IS NOT NULL""",
    "CREATE INDEX automation_events_new ON automation_events (id) WHERE taken_at IS NULL",
    "CREATE INDEX automation_events_number ON automation_events (number)",
    "CREATE INDEX automation_events_at ON automation_events (at)",
    """CREATE TABLE automation_members (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    automation_id INTEGER NOT NULL REFERENCES automations (id) ON DELETE CASCADE,
    contact_id INTEGER NOT NULL, is_new INTEGER NOT NULL, UNIQUE (automation_id, contact_id))""",
    "CREATE INDEX automation_members_new ON automation_members (automation_id, is_new)",
    # whoever puts somebody into a group: nobody goes through all its members to find the new ones
    """CREATE TRIGGER group_members_arrive AFTER INSERT ON group_members
    BEGIN INSERT INTO automation_members (automation_id, contact_id, is_new)
    SELECT id, NEW.contact_id, 1 FROM automations AS a
    WHERE kind = 'group' AND state = 'running' AND group_id = NEW.group_id AND NOT EXISTS (
        SELECT 1 FROM automation_members WHERE automation_id = a.id AND contact_id = NEW.contact_id); END""",
)


def up(migrator: object, db: Any) -> None:
    for statement in STEPS:
        db.execute_sql(statement)
