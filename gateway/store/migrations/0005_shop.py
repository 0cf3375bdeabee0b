"""What a shop keeps on its page: fields, tags, groups, segments, imports, templates, notes, roles."""

from __future__ import annotations

from typing import Any

STEPS = (
    # people of the page
    "ALTER TABLE users ADD COLUMN role VARCHAR(16) NOT NULL DEFAULT 'administrator'",
    "ALTER TABLE users ADD COLUMN disabled_at BIGINT",
    "ALTER TABLE users ADD COLUMN seen_at BIGINT",
    "ALTER TABLE api_keys ADD COLUMN last_used_at BIGINT",
    # contacts
    """CREATE TABLE contact_fields (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name VARCHAR(40) NOT NULL UNIQUE COLLATE NOCASE,
    kind VARCHAR(10) NOT NULL, position INTEGER NOT NULL)""",
    """CREATE TABLE contact_values (
    contact_id INTEGER NOT NULL REFERENCES contacts (id) ON DELETE CASCADE,
    field_id INTEGER NOT NULL REFERENCES contact_fields (id) ON DELETE CASCADE,
    value TEXT NOT NULL, PRIMARY KEY (contact_id, field_id)) WITHOUT ROWID""",
    "CREATE INDEX contact_values_field ON contact_values (field_id, value COLLATE NOCASE, contact_id)",
    """CREATE TABLE contact_tags (
    contact_id INTEGER NOT NULL REFERENCES contacts (id) ON DELETE CASCADE,
    tag VARCHAR(40) NOT NULL COLLATE NOCASE, PRIMARY KEY (contact_id, tag)) WITHOUT ROWID""",
    "CREATE INDEX contact_tags_tag ON contact_tags (tag, contact_id)",
    """CREATE TABLE contact_groups (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name VARCHAR(60) NOT NULL UNIQUE COLLATE NOCASE,
    created_at BIGINT NOT NULL)""",
    """CREATE TABLE group_members (
    group_id INTEGER NOT NULL REFERENCES contact_groups (id) ON DELETE CASCADE,
    contact_id INTEGER NOT NULL REFERENCES contacts (id) ON DELETE CASCADE,
    PRIMARY KEY (group_id, contact_id)) WITHOUT ROWID""",
    "CREATE INDEX group_members_contact ON group_members (contact_id)",
    """CREATE TABLE segments (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name VARCHAR(60) NOT NULL UNIQUE COLLATE NOCASE,
    rules TEXT NOT NULL, created_at BIGINT NOT NULL)""",
    "CREATE INDEX contacts_postcode ON contacts (postcode, id)",
    "CREATE INDEX contacts_last_act ON contacts (last_act_at)",
    # imports
    """CREATE TABLE imports (
    id INTEGER PRIMARY KEY AUTOINCREMENT, uid VARCHAR(32) NOT NULL UNIQUE, file_name VARCHAR(120) NOT NULL,
    state VARCHAR(10) NOT NULL, mapping TEXT NOT NULL, total INTEGER NOT NULL, done INTEGER NOT NULL,
    report TEXT NOT NULL, written_by VARCHAR(60) NOT NULL, created_at BIGINT NOT NULL, ended_at BIGINT)""",
    """CREATE TABLE import_faults (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    import_id INTEGER NOT NULL REFERENCES imports (id) ON DELETE CASCADE,
    line INTEGER NOT NULL, cells TEXT NOT NULL, code VARCHAR(40) NOT NULL, facts TEXT NOT NULL)""",
    "CREATE INDEX import_faults_import ON import_faults (import_id, line)",
    # texts to use again
    """CREATE TABLE templates (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name VARCHAR(60) NOT NULL UNIQUE COLLATE NOCASE,
    kind VARCHAR(10) NOT NULL, text TEXT NOT NULL, category VARCHAR(16) NOT NULL,
    written_by VARCHAR(60) NOT NULL, updated_at BIGINT NOT NULL)""",
    # texts to many people on their way into the queue (gateway/contacts/mailing.py)
    """CREATE TABLE batches (
    id INTEGER PRIMARY KEY AUTOINCREMENT, key VARCHAR(60) NOT NULL UNIQUE, source VARCHAR(60) NOT NULL,
    state VARCHAR(10) NOT NULL, letter TEXT NOT NULL, total INTEGER NOT NULL, done INTEGER NOT NULL,
    faults TEXT NOT NULL, hold_until BIGINT, created_at BIGINT NOT NULL, ended_at BIGINT)""",
    # conversations
    "ALTER TABLE conversations ADD COLUMN assigned_to VARCHAR(40)",
    "CREATE INDEX conversations_unanswered ON conversations (last_at) WHERE last_inbound = 1",
    "CREATE INDEX conversations_unread ON conversations (last_at) WHERE unread > 0",
    """CREATE INDEX conversations_assigned ON conversations (assigned_to, last_at)
    WHERE assigned_to IS NOT NULL""",
    """CREATE TABLE conversation_notes (
    id INTEGER PRIMARY KEY AUTOINCREMENT, number VARCHAR(32) NOT NULL, at BIGINT NOT NULL,
    written_by VARCHAR(60) NOT NULL, text TEXT NOT NULL)""",
    "CREATE INDEX conversation_notes_number ON conversation_notes (number, id)",
    # search: rowid is the id of a message, 2^40 + id of an inbound one; filled behind the hot path, which
    # also says when its pieces are joined
    """CREATE VIRTUAL TABLE search USING fts5
    (text, content='', tokenize="unicode61 remove_diacritics 2")""",
    "INSERT INTO search (search, rank) VALUES ('automerge', 0)",
    # how far the figures and the search have come
    """CREATE TABLE cursors (name VARCHAR(40) NOT NULL PRIMARY KEY, position BIGINT NOT NULL)""",
    # figures: one row an hour, a SIM's modem and a word
    """CREATE TABLE tallies (
    hour BIGINT NOT NULL, modem VARCHAR(40) NOT NULL, name VARCHAR(12) NOT NULL, count INTEGER NOT NULL,
    PRIMARY KEY (hour, modem, name)) WITHOUT ROWID""",
    """CREATE TABLE signals (
    modem VARCHAR(40) NOT NULL, at BIGINT NOT NULL, dbm INTEGER NOT NULL,
    PRIMARY KEY (modem, at)) WITHOUT ROWID""",
    "CREATE INDEX messages_scheduled ON messages (send_at) WHERE state = 'scheduled'",
    "CREATE INDEX messages_category ON messages (category, id)",
    "CREATE INDEX messages_source ON messages (source, id)",
    "CREATE INDEX messages_created ON messages (created_at)",
    # what did not arrive, as the page of what needs a person shows it
    """CREATE INDEX messages_lost ON messages (updated_at)
    WHERE state IN ('failed', 'undelivered', 'expired')""",
    # what waits for an hour, as the calendar shows it
    """CREATE INDEX messages_planned ON messages (until, category)
    WHERE state IN ('scheduled', 'held')""",
)


def up(migrator: object, db: Any) -> None:
    for statement in STEPS:
        db.execute_sql(statement)
