"""1 and 2: what people answer to a reminder, while the appointment is to come."""

from __future__ import annotations

from datetime import datetime

from gateway.errors import GatewayError
from gateway.features.reminders import planning, wording
from gateway.features.reminders.states import ANSWERABLE, CONFIRMED, DECLINED, PLANNED
from gateway.features.surveys import vocabulary
from gateway.messages import outbox, topics
from gateway.messages.drafts import Caller, Draft
from gateway.policy.stop_words import plain
from gateway.store import database
from gateway.store.models import Appointment, Inbound


def _words(*listed: str) -> frozenset[str]:
    return frozenset(word for line in listed for word in line.split())


SURE = _words("1 oui yes ok okay accord confirm confirmed confirme confirmer", vocabulary.COMES)
OF_IT = _words("le mon ma rdv rendez vous presence my the appointment i je")
YES = SURE | OF_IT | _words("d c est")
REFUSES = _words("2 non no annuler annule annulez annulation cancel", vocabulary.COMES_NOT)
NO = REFUSES | OF_IT | _words("j d dois have to")
POLITE = _words(
    "merci thanks thank you svp please bonjour hello bonsoir bonne journee et desole desolee sorry parfait"
)
MOST_WORDS = 6
MOST_REPLIES = 4  # to one appointment: two machines never talk to each other for long


def meant(text: str) -> str | None:
    """What an answer says: confirmed or declined; None for everything that says more, or something else."""
    words = [word for word in _spelled(text).split() if word not in POLITE]
    if not words or len(words) > MOST_WORDS or "?" in text:
        return None
    if {*words} <= YES and {*words} & SURE:
        return CONFIRMED
    return DECLINED if {*words} <= NO and {*words} & REFUSES else None


def _spelled(text: str) -> str:
    """In plain letters; several words that are one, and thumbs, as the surveys read them."""
    for sign, said in vocabulary.THUMBS.items():
        text = text.replace(sign, said)
    spelled = plain(text)
    for pattern, said in vocabulary.PHRASES:
        spelled = pattern.sub(said, spelled)
    return spelled


def hear(message: Inbound, number: str, caller: Caller, now: datetime) -> bool:
    """Take an answer to the next appointment that this number was told of; in the caller's transaction."""
    said = meant(message.text)
    of = awaited(number, now) if said else None
    if of is None or said is None or of.state == said:
        return False
    topics.note(message, topics.APPOINTMENT, of.uid)
    answer(of, said, caller, now)
    return True


def awaited(number: str, now: datetime) -> Appointment | None:
    """The next one that is to be answered, else the next one that was."""
    told = Appointment.select().where(
        Appointment.number == number,
        Appointment.starts_at > now,
        Appointment.told_for == Appointment.starts_at,
        Appointment.state.in_(ANSWERABLE),
    )
    found: list[Appointment] = list(told.order_by(Appointment.starts_at).limit(20))
    return next((of for of in found if of.state == PLANNED), found[0] if found else None)


def answer(of: Appointment, said: str, caller: Caller, now: datetime) -> None:
    """Write it down, and say which appointment was meant."""
    of.state, of.answered_at = said, now
    of.answers += 1
    of.save()
    planning.plan(of, caller.site.timezone, now)
    if of.answers <= MOST_REPLIES:
        _reply(of, said, caller, now)


def _reply(of: Appointment, said: str, caller: Caller, now: datetime) -> None:
    reference = f"{of.uid}:answer:{of.turn}:{of.answers}"
    try:
        with database.transaction():
            text = wording.written(_text(said, of, caller.site.language), of, caller.site)
            draft = Draft(of.number, text, "notification", smart_encoding=True, client_ref=reference)
            outbox.submit(draft, caller, now)
    except GatewayError:
        return  # what they said counts all the same


def _text(said: str, of: Appointment, language: str) -> str:
    """The calendar's own, else the usual one."""
    own = of.calendar.confirmed_text if said == CONFIRMED else of.calendar.declined_text
    return own or wording.usual(said, language)
