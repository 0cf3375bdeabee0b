"""Campaigns: who, which text, how far; links that are followed; landing pages; conversions."""

from __future__ import annotations

from typing import Any

STEPS = (
    """CREATE TABLE campaigns (
    id INTEGER PRIMARY KEY AUTOINCREMENT, uid VARCHAR(32) NOT NULL UNIQUE,
    name VARCHAR(80) NOT NULL UNIQUE COLLATE NOCASE, state VARCHAR(10) NOT NULL,
    category VARCHAR(16) NOT NULL, audience TEXT NOT NULL, pace TEXT NOT NULL, split TEXT NOT NULL,
    follow_links INTEGER NOT NULL, base VARCHAR(200) NOT NULL,
    code_kind VARCHAR(10) NOT NULL, code VARCHAR(40) NOT NULL,
    value_cents INTEGER, seed INTEGER NOT NULL, written_by VARCHAR(60) NOT NULL,
    people INTEGER NOT NULL, gathered INTEGER NOT NULL, created_at BIGINT NOT NULL,
    send_at BIGINT, started_at BIGINT, paused_at BIGINT, ended_at BIGINT)""",
    """CREATE INDEX campaigns_moving ON campaigns (id)
    WHERE state IN ('scheduled', 'gathering', 'running', 'paused', 'stopping')""",
    """CREATE TABLE campaign_texts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    campaign_id INTEGER NOT NULL REFERENCES campaigns (id) ON DELETE CASCADE,
    letter VARCHAR(1) NOT NULL, text TEXT NOT NULL, send_at BIGINT, UNIQUE (campaign_id, letter))""",
    """CREATE TABLE campaign_people (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    campaign_id INTEGER NOT NULL REFERENCES campaigns (id) ON DELETE CASCADE,
    number VARCHAR(32) NOT NULL, role VARCHAR(10) NOT NULL, letter VARCHAR(1) NOT NULL,
    due_at BIGINT NOT NULL, state VARCHAR(10) NOT NULL, reason VARCHAR(40),
    code VARCHAR(40), message_id INTEGER, message VARCHAR(32), UNIQUE (campaign_id, number))""",
    "CREATE INDEX campaign_people_due ON campaign_people (campaign_id, due_at) WHERE state = 'waiting'",
    "CREATE INDEX campaign_people_letter ON campaign_people (campaign_id, role, letter, state)",
    "CREATE INDEX campaign_people_number ON campaign_people (number)",
    "CREATE INDEX campaign_people_message ON campaign_people (message_id) WHERE message_id IS NOT NULL",
    "CREATE INDEX campaign_people_code ON campaign_people (code) WHERE code IS NOT NULL",
    """CREATE TABLE campaign_codes (
    campaign_id INTEGER NOT NULL REFERENCES campaigns (id) ON DELETE CASCADE,
    position INTEGER NOT NULL, code VARCHAR(40) NOT NULL,
    PRIMARY KEY (campaign_id, position)) WITHOUT ROWID""",
    """CREATE TABLE campaign_steps (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    campaign_id INTEGER NOT NULL REFERENCES campaigns (id) ON DELETE CASCADE,
    at BIGINT NOT NULL, event VARCHAR(20) NOT NULL, written_by VARCHAR(60) NOT NULL, facts TEXT NOT NULL)""",
    "CREATE INDEX campaign_steps_campaign ON campaign_steps (campaign_id, id)",
    # links: one row an address within one text's owner, one a person
    """CREATE TABLE links (
    id INTEGER PRIMARY KEY AUTOINCREMENT, owner VARCHAR(60) NOT NULL, url VARCHAR(2000) NOT NULL,
    landing_id INTEGER, created_at BIGINT NOT NULL, UNIQUE (owner, url))""",
    """CREATE TABLE link_slugs (
    slug VARCHAR(12) NOT NULL PRIMARY KEY, link_id INTEGER NOT NULL REFERENCES links (id) ON DELETE CASCADE,
    person VARCHAR(40) NOT NULL, clicks INTEGER NOT NULL, robots INTEGER NOT NULL,
    first_at BIGINT, last_at BIGINT, UNIQUE (link_id, person)) WITHOUT ROWID""",
    "CREATE INDEX link_slugs_clicked ON link_slugs (link_id, first_at) WHERE first_at IS NOT NULL",
    "CREATE INDEX link_slugs_person ON link_slugs (person) WHERE first_at IS NOT NULL",
    """CREATE TABLE landings (
    id INTEGER PRIMARY KEY AUTOINCREMENT, slug VARCHAR(40) NOT NULL UNIQUE, title VARCHAR(120) NOT NULL,
    text TEXT NOT NULL, picture BLOB, picture_type VARCHAR(20), button VARCHAR(60) NOT NULL,
    button_url VARCHAR(2000) NOT NULL, ends_at BIGINT, colour VARCHAR(7) NOT NULL,
    written_by VARCHAR(60) NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
    closed_at BIGINT)""",
    """CREATE TABLE conversions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    campaign_id INTEGER NOT NULL REFERENCES campaigns (id) ON DELETE CASCADE,
    person_id INTEGER, code VARCHAR(40) NOT NULL, amount_cents INTEGER NOT NULL, at BIGINT NOT NULL,
    source VARCHAR(10) NOT NULL, reference VARCHAR(80), written_by VARCHAR(60) NOT NULL)""",
    "CREATE INDEX conversions_campaign ON conversions (campaign_id, at)",
    "CREATE INDEX conversions_person ON conversions (person_id) WHERE person_id IS NOT NULL",
    """CREATE UNIQUE INDEX conversions_reference ON conversions (campaign_id, reference)
    WHERE reference IS NOT NULL""",
)


def up(migrator: object, db: Any) -> None:
    for statement in STEPS:
        db.execute_sql(statement)
