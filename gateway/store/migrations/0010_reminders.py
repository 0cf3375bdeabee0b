"""Appointments: the calendars they come from, the rules by which they are reminded of, each reminder."""

from __future__ import annotations

from typing import Any

STEPS = (
    """CREATE TABLE calendars (
    id INTEGER PRIMARY KEY AUTOINCREMENT, uid VARCHAR(32) NOT NULL UNIQUE,
    name VARCHAR(60) NOT NULL UNIQUE COLLATE NOCASE, url VARCHAR(500) NOT NULL, every_min INTEGER NOT NULL,
    say_moved INTEGER NOT NULL, moved_text TEXT NOT NULL,
    say_canceled INTEGER NOT NULL, canceled_text TEXT NOT NULL,
    confirmed_text TEXT NOT NULL, declined_text TEXT NOT NULL,
    night_from INTEGER NOT NULL, night_to INTEGER NOT NULL, evening_at INTEGER NOT NULL,
    etag VARCHAR(200) NOT NULL, modified VARCHAR(60) NOT NULL, digest VARCHAR(64) NOT NULL,
    next_at BIGINT, fetched_at BIGINT, read_at BIGINT, failing_since BIGINT, error VARCHAR(40),
    doubtful INTEGER NOT NULL, written_by VARCHAR(60) NOT NULL, created_at BIGINT NOT NULL)""",
    "CREATE INDEX calendars_next ON calendars (next_at) WHERE next_at IS NOT NULL",
    # The appointments that come from no calendar have one of their own, and may be the only one.
    "CREATE UNIQUE INDEX calendars_own ON calendars (url) WHERE url = ''",
    """CREATE TABLE reminder_rules (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    calendar_id INTEGER NOT NULL REFERENCES calendars (id) ON DELETE CASCADE,
    days INTEGER, at_min INTEGER, minutes INTEGER, text TEXT NOT NULL)""",
    "CREATE INDEX reminder_rules_calendar ON reminder_rules (calendar_id)",
    """CREATE TABLE appointments (
    id INTEGER PRIMARY KEY AUTOINCREMENT, uid VARCHAR(32) NOT NULL UNIQUE,
    calendar_id INTEGER NOT NULL REFERENCES calendars (id) ON DELETE CASCADE,
    key VARCHAR(300) NOT NULL, number VARCHAR(32) NOT NULL, name VARCHAR(80) NOT NULL,
    title VARCHAR(200) NOT NULL, place VARCHAR(200) NOT NULL, starts_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL, all_day INTEGER NOT NULL, state VARCHAR(10) NOT NULL, problem VARCHAR(40),
    told_for BIGINT, turn INTEGER NOT NULL, answers INTEGER NOT NULL, missing_at BIGINT,
    known_at BIGINT NOT NULL, answered_at BIGINT, UNIQUE (calendar_id, key))""",
    "CREATE INDEX appointments_starts ON appointments (starts_at)",
    "CREATE INDEX appointments_told ON appointments (number, starts_at) WHERE number <> ''",
    """CREATE TABLE reminders (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    appointment_id INTEGER NOT NULL REFERENCES appointments (id) ON DELETE CASCADE,
    rule INTEGER NOT NULL, starts_at BIGINT NOT NULL, due_at BIGINT NOT NULL, state VARCHAR(10) NOT NULL,
    reason VARCHAR(40), message VARCHAR(32), ended_at BIGINT, UNIQUE (appointment_id, rule, starts_at))""",
    "CREATE INDEX reminders_waiting ON reminders (due_at) WHERE state = 'waiting'",
)


def up(migrator: object, db: Any) -> None:
    for statement in STEPS:
        db.execute_sql(statement)
