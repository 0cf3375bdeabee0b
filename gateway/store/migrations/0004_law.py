"""Consents and objections, contacts, and who did what: the ledgers that only grow."""

from __future__ import annotations

from typing import Any

STEPS = (
    """CREATE TABLE contacts (
    id INTEGER PRIMARY KEY AUTOINCREMENT, number VARCHAR(32) NOT NULL UNIQUE, name VARCHAR(80) NOT NULL,
    folded VARCHAR(80) NOT NULL, timezone VARCHAR(40), postcode VARCHAR(10) NOT NULL, note TEXT NOT NULL,
    created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL, last_act_at BIGINT)""",
    "CREATE INDEX contacts_name ON contacts (folded, id)",
    """CREATE TABLE consents (
    id INTEGER PRIMARY KEY AUTOINCREMENT, number VARCHAR(32) NOT NULL, at BIGINT NOT NULL,
    event VARCHAR(10) NOT NULL, ground VARCHAR(10), purpose VARCHAR(200) NOT NULL,
    channel VARCHAR(10) NOT NULL, wording TEXT NOT NULL, proof TEXT NOT NULL,
    written_by VARCHAR(60) NOT NULL)""",
    "CREATE INDEX consents_number ON consents (number, id)",
    """CREATE TRIGGER consents_only_grow BEFORE UPDATE ON consents
    BEGIN SELECT RAISE(ABORT, 'the consent ledger only grows'); END""",
    """CREATE TABLE oppositions (
    id INTEGER PRIMARY KEY AUTOINCREMENT, digest VARCHAR(64) NOT NULL, category VARCHAR(16) NOT NULL,
    at BIGINT NOT NULL, channel VARCHAR(10) NOT NULL, ended_at BIGINT)""",
    "CREATE UNIQUE INDEX oppositions_standing ON oppositions (digest, category) WHERE ended_at IS NULL",
    """CREATE TABLE audit (
    id INTEGER PRIMARY KEY AUTOINCREMENT, at BIGINT NOT NULL, written_by VARCHAR(60) NOT NULL,
    action VARCHAR(40) NOT NULL, subject VARCHAR(64) NOT NULL, shown VARCHAR(60) NOT NULL,
    facts TEXT NOT NULL)""",
    "CREATE INDEX audit_subject ON audit (subject, id)",
    "CREATE INDEX audit_action ON audit (action, id)",
    """CREATE TRIGGER audit_only_grows BEFORE UPDATE ON audit
    BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END""",
    # what an inbound message may mean and a person must say: perhaps_stop
    "ALTER TABLE inbound ADD COLUMN asks VARCHAR(16)",
    "CREATE INDEX inbound_asks ON inbound (id) WHERE asks IS NOT NULL",
    "CREATE INDEX messages_late ON messages (id) WHERE reason = 'too_late'",
    "CREATE INDEX messages_marketing ON messages (recipient, id) WHERE category = 'marketing'",
    "CREATE INDEX parts_claimed ON parts (sim, claimed_at) WHERE claimed_at IS NOT NULL",
    "CREATE INDEX inbound_received ON inbound (received_at)",
    "CREATE INDEX status_reports_recipient ON status_reports (recipient)",
    # the key of the digests of numbers (gateway/consent/seal.py)
    """INSERT INTO settings (name, value)
    VALUES ('seal', '{"key":"' || lower(hex(randomblob(32))) || '"}')""",
    "CREATE INDEX calls_number ON calls (number)",
    # what was answered by itself (gateway/store/answers.py)
    """CREATE INDEX messages_automatic ON messages (recipient, created_at)
    WHERE source = 'keywords'""",
    """CREATE INDEX messages_over_budget ON messages (id)
    WHERE state = 'held' AND reason IN ('budget_recipients_day', 'budget_recipients_month')""",
)


def up(migrator: object, db: Any) -> None:
    for statement in STEPS:
        db.execute_sql(statement)
