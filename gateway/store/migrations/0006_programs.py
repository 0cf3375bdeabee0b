"""Local programs: what a key may do, callbacks and webhooks, codes, alerts that other programs tell."""

from __future__ import annotations

from typing import Any

STEPS = (
    # what a key may do, and how much
    "ALTER TABLE api_keys ADD COLUMN categories VARCHAR(60) NOT NULL DEFAULT ''",
    "ALTER TABLE api_keys ADD COLUMN modems VARCHAR(400) NOT NULL DEFAULT ''",
    "ALTER TABLE api_keys ADD COLUMN category VARCHAR(16) NOT NULL DEFAULT 'notification'",
    "ALTER TABLE api_keys ADD COLUMN per_minute INTEGER",
    "ALTER TABLE api_keys ADD COLUMN per_day INTEGER",
    "ALTER TABLE api_keys ADD COLUMN inbound_url VARCHAR(500) NOT NULL DEFAULT ''",
    """CREATE TABLE key_usage (
    key_id INTEGER NOT NULL REFERENCES api_keys (id) ON DELETE CASCADE,
    slot VARCHAR(16) NOT NULL, messages INTEGER NOT NULL, PRIMARY KEY (key_id, slot)) WITHOUT ROWID""",
    # where a program wants to hear what became of one message
    """CREATE TABLE callbacks (
    message_id INTEGER NOT NULL PRIMARY KEY REFERENCES messages (id) ON DELETE CASCADE,
    key_id INTEGER REFERENCES api_keys (id) ON DELETE CASCADE,
    url VARCHAR(500) NOT NULL, style VARCHAR(10) NOT NULL)""",
    # who else is told what happened
    """CREATE TABLE webhooks (
    id INTEGER PRIMARY KEY AUTOINCREMENT, uid VARCHAR(32) NOT NULL UNIQUE,
    name VARCHAR(60) NOT NULL UNIQUE COLLATE NOCASE, url VARCHAR(500) NOT NULL, events TEXT NOT NULL,
    key_id INTEGER REFERENCES api_keys (id) ON DELETE CASCADE, generation INTEGER NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL, disabled_at BIGINT)""",
    """CREATE TABLE deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT, uid VARCHAR(32) NOT NULL UNIQUE,
    webhook_id INTEGER REFERENCES webhooks (id) ON DELETE CASCADE,
    key_id INTEGER REFERENCES api_keys (id) ON DELETE CASCADE,
    style VARCHAR(10) NOT NULL, url VARCHAR(500) NOT NULL, receiver VARCHAR(200) NOT NULL,
    event VARCHAR(40) NOT NULL, subject VARCHAR(64) NOT NULL, payload TEXT NOT NULL,
    state VARCHAR(10) NOT NULL, attempts INTEGER NOT NULL, next_at BIGINT, status INTEGER,
    answer TEXT NOT NULL, error VARCHAR(40), created_at BIGINT NOT NULL, answered_at BIGINT)""",
    "CREATE INDEX deliveries_waiting ON deliveries (receiver, next_at) WHERE state = 'waiting'",
    "CREATE INDEX deliveries_in_order ON deliveries (receiver, subject, id) WHERE state = 'waiting'",
    "CREATE INDEX deliveries_backlog ON deliveries (created_at) WHERE state = 'waiting'",
    "CREATE INDEX deliveries_webhook ON deliveries (webhook_id, id)",
    "CREATE INDEX deliveries_subject ON deliveries (subject, id)",
    "CREATE INDEX deliveries_over ON deliveries (answered_at) WHERE state <> 'waiting'",
    # what became of alarms, in order: news that must not be lost
    """CREATE TABLE alarm_steps (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    alarm_id INTEGER NOT NULL REFERENCES alarms (id) ON DELETE CASCADE,
    event VARCHAR(10) NOT NULL, at BIGINT NOT NULL)""",
    # what a received message was for, so that whoever is told of it need not ask
    """CREATE TABLE inbound_topics (
    inbound_id INTEGER NOT NULL PRIMARY KEY REFERENCES inbound (id) ON DELETE CASCADE,
    kind VARCHAR(12) NOT NULL, subject VARCHAR(32) NOT NULL)""",
    # codes: a text whose secret stands nowhere
    "ALTER TABLE messages ADD COLUMN sealed VARCHAR(200)",
    """CREATE TABLE verifications (
    id INTEGER PRIMARY KEY AUTOINCREMENT, uid VARCHAR(32) NOT NULL UNIQUE,
    key_id INTEGER NOT NULL REFERENCES api_keys (id) ON DELETE CASCADE,
    number VARCHAR(32) NOT NULL, prefix VARCHAR(16) NOT NULL, region VARCHAR(2) NOT NULL,
    address VARCHAR(64) NOT NULL, device VARCHAR(64) NOT NULL, digest VARCHAR(64) NOT NULL,
    state VARCHAR(12) NOT NULL, attempts INTEGER NOT NULL, sends INTEGER NOT NULL, facts TEXT NOT NULL,
    message VARCHAR(32) NOT NULL, created_at BIGINT NOT NULL, sent_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL, checked_at BIGINT)""",
    "CREATE INDEX verifications_open ON verifications (number, key_id) WHERE state = 'pending'",
    "CREATE INDEX verifications_number ON verifications (number, sent_at)",
    "CREATE INDEX verifications_prefix ON verifications (prefix, sent_at)",
    "CREATE INDEX verifications_key ON verifications (key_id, sent_at)",
    "CREATE INDEX verifications_address ON verifications (address, sent_at) WHERE address <> ''",
    "CREATE INDEX verifications_device ON verifications (device, sent_at) WHERE device <> ''",
    "CREATE INDEX verifications_sent ON verifications (sent_at)",
    "CREATE INDEX verifications_region ON verifications (region, sent_at)",
    # each code that left: one verification may have several
    """CREATE TABLE code_sends (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    verification_id INTEGER NOT NULL REFERENCES verifications (id) ON DELETE CASCADE,
    at BIGINT NOT NULL, key_id INTEGER NOT NULL, number VARCHAR(32) NOT NULL, prefix VARCHAR(16) NOT NULL,
    region VARCHAR(2) NOT NULL, address VARCHAR(64) NOT NULL, device VARCHAR(64) NOT NULL,
    message VARCHAR(32) NOT NULL)""",
    "CREATE INDEX code_sends_at ON code_sends (at)",
    "CREATE INDEX code_sends_number ON code_sends (number, at)",
    "CREATE INDEX code_sends_prefix ON code_sends (prefix, at)",
    "CREATE INDEX code_sends_key ON code_sends (key_id, at)",
    "CREATE INDEX code_sends_region ON code_sends (region, at)",
    "CREATE INDEX code_sends_address ON code_sends (address, at) WHERE address <> ''",
    "CREATE INDEX code_sends_device ON code_sends (device, at) WHERE device <> ''",
    # how often a rule refused a code, by the hour
    """CREATE TABLE code_refusals (
    hour BIGINT NOT NULL, key_id INTEGER NOT NULL, rule VARCHAR(40) NOT NULL, count INTEGER NOT NULL,
    PRIMARY KEY (hour, key_id, rule)) WITHOUT ROWID""",
    # alerts that other programs tell, and to whom they go
    """CREATE TABLE alert_routes (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name VARCHAR(40) NOT NULL UNIQUE COLLATE NOCASE,
    recipients TEXT NOT NULL, template TEXT NOT NULL, repeat_s INTEGER NOT NULL, resolved INTEGER NOT NULL,
    per_hour INTEGER NOT NULL, created_at BIGINT NOT NULL, disabled_at BIGINT,
    hour_began_at BIGINT, told INTEGER NOT NULL DEFAULT 0, unsaid INTEGER NOT NULL DEFAULT 0)""",
    """CREATE TABLE alert_groups (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    route_id INTEGER NOT NULL REFERENCES alert_routes (id) ON DELETE CASCADE,
    group_key VARCHAR(64) NOT NULL, title VARCHAR(200) NOT NULL, state VARCHAR(10) NOT NULL,
    firing TEXT NOT NULL, told_at BIGINT, seen_at BIGINT NOT NULL, muted INTEGER NOT NULL,
    UNIQUE (route_id, group_key))""",
    "CREATE INDEX alert_groups_seen ON alert_groups (seen_at)",
)


def up(migrator: object, db: Any) -> None:
    for statement in STEPS:
        db.execute_sql(statement)
