"""A part knows who asked for it and which modem it is bound to: no turn and no day's figure needs a scan."""

from __future__ import annotations

from typing import Any

STEPS = """
ALTER TABLE parts ADD COLUMN source VARCHAR(60) NOT NULL DEFAULT '';
ALTER TABLE parts ADD COLUMN bound VARCHAR(40) NOT NULL DEFAULT '';
UPDATE parts SET
    source = (SELECT source FROM messages WHERE messages.id = parts.message_id),
    bound = (SELECT COALESCE(modem, wanted_modem, '') FROM messages WHERE messages.id = parts.message_id);
DROP INDEX parts_queued;
CREATE INDEX parts_turn ON parts (bound, lane, source, id) WHERE state = 'queued';
DROP INDEX messages_updated;
CREATE INDEX messages_today ON messages (updated_at, state);
CREATE INDEX parts_unnamed ON parts (sim) WHERE reference IS NULL AND state IN ('sent', 'uncertain');
CREATE INDEX messages_in_order ON messages (recipient, id) WHERE state IN ('held', 'sending');
"""


def up(migrator: object, db: Any) -> None:
    for statement in STEPS.split(";"):
        if statement.strip():
            db.execute_sql(statement)
