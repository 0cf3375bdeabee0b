"""What programs may be told of: each event by its name."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.messages.lifecycle import State

MESSAGE: Mapping[str, str] = {state: f"message.{state}" for state in State}
RECEIVED = "message.received"
CONSENT: Mapping[str, str] = {
    "opposed": "contact.opted_out",
    "withdrawn": "contact.opted_out",
    "given": "contact.opted_in",
    "confirmed": "contact.opted_in",
    "resumed": "contact.opted_in",
}
ALARM: Mapping[str, str] = {"raised": "alarm.raised", "cleared": "alarm.cleared"}
CAMPAIGN_DONE = "campaign.done"
KEYWORD = "keyword.matched"
SURVEY = "survey.answered"
TEST = "webhook.test"  # asked for by a person, at any webhook

# What a webhook may ask for.
EVENTS: tuple[str, ...] = (
    *MESSAGE.values(),
    RECEIVED,
    *dict.fromkeys(CONSENT.values()),
    *ALARM.values(),
    CAMPAIGN_DONE,
    KEYWORD,
    SURVEY,
)
# What a new one is told where nobody chose: what became of messages in the end, and what came in.
USUAL: tuple[str, ...] = (
    *(MESSAGE[state] for state in (State.SENT, State.DELIVERED, State.UNDELIVERED, State.FAILED)),
    *(MESSAGE[state] for state in (State.EXPIRED, State.CANCELED, State.REJECTED)),
    RECEIVED,
    "contact.opted_out",
)
