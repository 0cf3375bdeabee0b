"""What an appointment and a reminder may be; who writes of them."""

from __future__ import annotations

PLANNED, CONFIRMED, DECLINED, CANCELED, ERASED = "planned", "confirmed", "declined", "canceled", "erased"
STATES = (PLANNED, CONFIRMED, DECLINED, CANCELED)
STANDS = (PLANNED, CONFIRMED)  # of these people are reminded
ANSWERABLE = (PLANNED, CONFIRMED, DECLINED)

WAITING, SENT, SKIPPED, REFUSED, DROPPED = "waiting", "sent", "skipped", "refused", "canceled"

MOVED, CALLED_OFF = 0, -1  # in place of a rule's id: the word that it moved, that it is canceled

SOURCE = "gateway:reminders"
