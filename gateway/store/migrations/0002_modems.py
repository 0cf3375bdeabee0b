"""What the gateway remembers of its modems: SIMs, incidents, alarms, requests, calls, self-tests."""

from __future__ import annotations

from typing import Any

TABLES = """
CREATE TABLE sims (
    modem VARCHAR(40) NOT NULL PRIMARY KEY, sim VARCHAR(32) NOT NULL, trusted_at BIGINT NOT NULL,
    paused_until BIGINT, refusals INTEGER NOT NULL);

CREATE TABLE incidents (
    id INTEGER PRIMARY KEY AUTOINCREMENT, modem VARCHAR(40) NOT NULL, error VARCHAR(40) NOT NULL,
    detail VARCHAR(200) NOT NULL, tried TEXT NOT NULL, uncertain INTEGER NOT NULL,
    began_at BIGINT NOT NULL, ended_at BIGINT);
CREATE INDEX incidents_modem ON incidents (modem, id);

CREATE TABLE alarms (
    id INTEGER PRIMARY KEY AUTOINCREMENT, kind VARCHAR(40) NOT NULL, subject VARCHAR(40) NOT NULL,
    facts TEXT NOT NULL, raised_at BIGINT NOT NULL, cleared_at BIGINT);
CREATE UNIQUE INDEX alarms_open ON alarms (kind, subject) WHERE cleared_at IS NULL;

CREATE TABLE modem_requests (
    id INTEGER PRIMARY KEY AUTOINCREMENT, uid VARCHAR(32) NOT NULL UNIQUE, modem VARCHAR(40) NOT NULL,
    kind VARCHAR(16) NOT NULL, argument VARCHAR(200) NOT NULL, asked_by VARCHAR(60) NOT NULL,
    asked_at BIGINT NOT NULL, state VARCHAR(10) NOT NULL, answer TEXT NOT NULL, error VARCHAR(40),
    done_at BIGINT);
CREATE INDEX modem_requests_waiting ON modem_requests (id) WHERE state = 'waiting';
CREATE INDEX modem_requests_modem ON modem_requests (modem, kind, id);

CREATE TABLE calls (
    id INTEGER PRIMARY KEY AUTOINCREMENT, modem VARCHAR(40) NOT NULL, number VARCHAR(32) NOT NULL,
    at BIGINT NOT NULL);

CREATE TABLE self_tests (
    id INTEGER PRIMARY KEY AUTOINCREMENT, modem VARCHAR(40) NOT NULL, number VARCHAR(32) NOT NULL,
    text VARCHAR(160) NOT NULL, message VARCHAR(32) NOT NULL, began_at BIGINT NOT NULL, result VARCHAR(10),
    seconds INTEGER);
CREATE INDEX self_tests_modem ON self_tests (modem, id);

CREATE TABLE settings (name VARCHAR(60) NOT NULL PRIMARY KEY, value TEXT NOT NULL);
"""


def up(migrator: object, db: Any) -> None:
    for statement in TABLES.split(";"):
        if statement.strip():
            db.execute_sql(statement)
