"""The first ledger.  A migration never imports the models: they go on, it stays as it was."""

from __future__ import annotations

from typing import Any

TABLES = """
CREATE TABLE messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT, uid VARCHAR(32) NOT NULL UNIQUE,
    recipient VARCHAR(32) NOT NULL, text TEXT NOT NULL, typed TEXT, category VARCHAR(16) NOT NULL,
    state VARCHAR(16) NOT NULL, reason VARCHAR(40), facts TEXT NOT NULL, until BIGINT,
    alphabet VARCHAR(8) NOT NULL, part_count INTEGER NOT NULL, concat_reference INTEGER,
    wanted_modem VARCHAR(40), modem VARCHAR(40), source VARCHAR(60) NOT NULL,
    client_ref VARCHAR(200), content_digest VARCHAR(64) NOT NULL, metadata TEXT NOT NULL,
    send_at BIGINT, expires_at BIGINT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL);
CREATE UNIQUE INDEX messages_client_ref ON messages (source, client_ref) WHERE client_ref IS NOT NULL;
CREATE INDEX messages_recipient ON messages (recipient, id);
CREATE INDEX messages_state ON messages (state, id);
CREATE INDEX messages_updated ON messages (updated_at);
CREATE INDEX messages_expiring ON messages (expires_at) WHERE state IN ('scheduled', 'held', 'queued');

CREATE TABLE parts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    message_id INTEGER NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
    seq INTEGER NOT NULL, start INTEGER NOT NULL, stop INTEGER NOT NULL, lane INTEGER NOT NULL,
    state VARCHAR(16) NOT NULL, reason VARCHAR(40), facts TEXT NOT NULL, until BIGINT,
    attempts INTEGER NOT NULL, modem VARCHAR(40), sim VARCHAR(32), reference INTEGER,
    claimed_at BIGINT, sent_at BIGINT, report_status INTEGER, reported_at BIGINT,
    UNIQUE (message_id, seq));
CREATE INDEX parts_queued ON parts (lane, id) WHERE state = 'queued';
CREATE INDEX parts_waiting ON parts (until) WHERE state IN ('scheduled', 'held', 'uncertain');
CREATE INDEX parts_sending ON parts (id) WHERE state = 'sending';
CREATE INDEX parts_outstanding ON parts (sim, reference)
    WHERE reference IS NOT NULL AND state IN ('sent', 'uncertain');

CREATE TABLE history (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    message_id INTEGER NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
    seq INTEGER, at BIGINT NOT NULL, event VARCHAR(20) NOT NULL, state VARCHAR(16) NOT NULL,
    reason VARCHAR(40), facts TEXT NOT NULL);
CREATE INDEX history_message ON history (message_id, id);

CREATE TABLE inbound (
    id INTEGER PRIMARY KEY AUTOINCREMENT, uid VARCHAR(32) NOT NULL UNIQUE,
    sender VARCHAR(32) NOT NULL, text TEXT NOT NULL, received_at BIGINT NOT NULL, sent_at BIGINT,
    complete SMALLINT NOT NULL, modem VARCHAR(40) NOT NULL, sim VARCHAR(32) NOT NULL,
    concat_reference INTEGER, concat_wide SMALLINT NOT NULL, part_count INTEGER NOT NULL);
CREATE INDEX inbound_sender ON inbound (sender, id);
CREATE INDEX inbound_open ON inbound (sender, concat_reference) WHERE complete = 0;

CREATE TABLE inbound_parts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    inbound_id INTEGER NOT NULL REFERENCES inbound (id) ON DELETE CASCADE,
    seq INTEGER NOT NULL, text TEXT NOT NULL, tpdu TEXT NOT NULL,
    digest VARCHAR(64) NOT NULL UNIQUE, received_at BIGINT NOT NULL,
    UNIQUE (inbound_id, seq));

CREATE TABLE status_reports (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    part_id INTEGER REFERENCES parts (id) ON DELETE CASCADE,
    sim VARCHAR(32) NOT NULL, reference INTEGER NOT NULL, recipient VARCHAR(32) NOT NULL,
    status INTEGER NOT NULL, sent_at BIGINT, discharged_at BIGINT, received_at BIGINT NOT NULL,
    digest VARCHAR(64) NOT NULL UNIQUE);
CREATE INDEX status_reports_part ON status_reports (part_id);
CREATE INDEX status_reports_orphans ON status_reports (sim, reference) WHERE part_id IS NULL;

CREATE TABLE quarantine (
    id INTEGER PRIMARY KEY AUTOINCREMENT, modem VARCHAR(40) NOT NULL, sim VARCHAR(32) NOT NULL,
    tpdu TEXT NOT NULL, why VARCHAR(200) NOT NULL, digest VARCHAR(64) NOT NULL UNIQUE,
    received_at BIGINT NOT NULL);

CREATE TABLE conversations (
    number VARCHAR(32) NOT NULL PRIMARY KEY, last_at BIGINT NOT NULL, last_text VARCHAR(160) NOT NULL,
    last_inbound SMALLINT NOT NULL, unread INTEGER NOT NULL);
CREATE INDEX conversations_last ON conversations (last_at);

CREATE TABLE concat_references (recipient VARCHAR(32) NOT NULL PRIMARY KEY, last INTEGER NOT NULL);

CREATE TABLE users (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name VARCHAR(40) NOT NULL UNIQUE,
    password_hash VARCHAR(200), language VARCHAR(2) NOT NULL, created_at BIGINT NOT NULL);

CREATE TABLE sign_ins (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    digest VARCHAR(64) NOT NULL UNIQUE, created_at BIGINT NOT NULL, expires_at BIGINT NOT NULL);

CREATE TABLE one_time_links (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    digest VARCHAR(64) NOT NULL UNIQUE, created_at BIGINT NOT NULL, expires_at BIGINT NOT NULL);

CREATE TABLE api_keys (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name VARCHAR(60) NOT NULL UNIQUE,
    digest VARCHAR(64) NOT NULL UNIQUE, account_sid VARCHAR(34) NOT NULL UNIQUE,
    scopes VARCHAR(100) NOT NULL, created_at BIGINT NOT NULL, revoked_at BIGINT);

CREATE TABLE sim_pins (
    iccid VARCHAR(32) NOT NULL, digest VARCHAR(64) NOT NULL, refused_at BIGINT NOT NULL,
    PRIMARY KEY (iccid, digest));
"""


def up(migrator: object, db: Any) -> None:
    for statement in TABLES.split(";"):
        if statement.strip():
            db.execute_sql(statement)
