"""What somebody asks for by a word is done in the transaction that stores the message: STOP first of all.

The acts of one message are all done or none.  What goes wrong in them never costs the message: it is stored,
and a person is asked what it meant.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime, timedelta

from gateway import letters
from gateway.consent import ledger, standing
from gateway.consent.ledger import Act
from gateway.errors import Invalid
from gateway.messages import joining, lifecycle, numbers, outbox
from gateway.messages.lifecycle import WAITING, Event, State, Step
from gateway.messages.outbox import Caller, Draft
from gateway.messages.reassembly import GAP
from gateway.policy import stop_words
from gateway.policy.consent import Ground
from gateway.policy.stop_words import Keyword, Meaning
from gateway.store import answers, database
from gateway.store.models import Consent, Inbound, Message

log = logging.getLogger(__name__)

SOURCE = "keywords"  # of what leaves by itself; gateway/store/answers.py counts by it
CATEGORY = "alert"  # a confirmation reaches also those who just refused the other categories
OFFERED = ("marketing",)
JOINING = "gateway:join"  # who asked somebody that had sent the word which joins
ANSWER_WITHIN = timedelta(days=7)  # a yes that comes later belongs to something else
ASKS = "perhaps_stop"

# Two machines that answer each other come to rest; a person does not notice.
BETWEEN_ANSWERS = timedelta(minutes=1)
DAY, MOST_A_DAY = timedelta(days=1), 5


def obey(message: Inbound, caller: Caller, now: datetime) -> bool:
    """Do what the message asks for, inside the caller's transaction; its text may still miss parts.

    True where it was one of these words, or may have been.  Raises nothing but the database's trouble, after
    which the whole message is taken again.
    """
    number = number_of(message.sender, caller.site.country)
    if number is None:
        return False  # a short code or a name: a machine, whose texts quote STOP, and that nobody can answer
    try:
        with database.transaction():
            return _obey(message, number, caller, now)
    except database.Trouble:
        raise
    except Exception:
        log.exception("the words of message %s could not be obeyed: a person is asked", message.uid)
        Inbound.update(asks=ASKS).where(Inbound.id == message.id).execute()
        return True


def stop(number: str, categories: tuple[str, ...], act: Act, caller: Caller, now: datetime, uid: str) -> None:
    """This person wants no more of these: it is written down, what waits for them never leaves, and they are
    told so once.  `uid` is the message that said so."""
    new = [category for category in categories if ledger.oppose(number, category, act, now)]
    for category in categories:
        take_back(number, category, now, inbound=uid)
    if new:
        _answer(_confirmation(categories), number, uid, caller, now, soon=True)


def _obey(message: Inbound, number: str, caller: Caller, now: datetime) -> bool:
    join = joining.read()
    keyword = _read(message, join.word if join else "")
    doubt = keyword.meaning is Meaning.PERHAPS_STOP and not _all_refused(number, OFFERED)
    _let_a_person_say(message, ASKS if doubt else None)
    act = Act("sms", "sms", wording=message.text[: ledger.LONGEST], proof=message.uid)
    if keyword.meaning is Meaning.STOP:
        if not _was_heard(message, number):
            stop(number, keyword.categories, act, caller, now, message.uid)
        return True
    if not message.complete or _overtaken(message):
        return doubt
    if keyword.meaning is Meaning.START:
        _start(message, number, keyword, act, caller, now)
    elif keyword.meaning is Meaning.HELP:
        _answer("help", number, message.uid, caller, now)
    elif keyword.meaning in (Meaning.YES, Meaning.NO):
        return _reply_to_question(number, keyword, act, caller, now)
    elif join is not None and joining.meant(keyword, join):
        _join(message, number, join, caller, now)
    else:
        return doubt
    return True


def _read(message: Inbound, join: str) -> Keyword:
    """The keyword of a text; where parts are missing, what it begins with, or a doubt about the rest."""
    if message.complete:
        return stop_words.read(message.text, join)
    beginning = stop_words.read(message.text.split(GAP)[0])
    if beginning.meaning is Meaning.STOP:
        return beginning
    rest = stop_words.read(message.text.replace(GAP, " x "))
    doubt = rest.meaning in (Meaning.STOP, Meaning.PERHAPS_STOP)
    return Keyword(Meaning.PERHAPS_STOP, rest.categories) if doubt else stop_words.NOTHING


# ---- what each word does ---------------------------------------------------------------------------


def _start(message: Inbound, number: str, keyword: Keyword, act: Act, caller: Caller, now: datetime) -> None:
    categories = keyword.categories or ledger.CATEGORIES
    resumed = [category for category in categories if ledger.resume(number, category, act, now)]
    if resumed:
        _answer("started", number, message.uid, caller, now)


def _join(message: Inbound, number: str, join: joining.Join, caller: Caller, now: datetime) -> None:
    """The person's own act, newer than any STOP; where that is not enough, they are asked.

    Who is on the list already is told so, and a customer's word is kept as the better proof that it is.
    """
    act = Act("sms", "sms", wording=join.wording, proof=message.uid, purpose=join.name)
    ground = standing.of(number).ground if not _all_refused(number, OFFERED) else None
    if ground is None and join.asks_first:
        _ask_back(message, number, join, caller, now)
        return
    if ground is not Ground.OPT_IN and not join.asks_first:
        ledger.give(number, Ground.OPT_IN, act, now, despite=True)
    _answer("joined_already" if ground else "joined", number, message.uid, caller, now)


def _ask_back(message: Inbound, number: str, join: joining.Join, caller: Caller, now: datetime) -> None:
    """Only the yes to our question is the consent; what it says then is the notice, and the question."""
    question = _answer("ask", number, message.uid, caller, now)
    if question is not None:
        wording = f"{join.wording}\n\n{question.text}"[: ledger.LONGEST]
        ledger.ask(number, Act("sms", JOINING, wording, question.uid, join.name), now)


def _reply_to_question(number: str, keyword: Keyword, act: Act, caller: Caller, now: datetime) -> bool:
    """Yes or no to the question that was put lately, if one was; after a STOP a yes is not taken for one."""
    question = open_question(number, now)
    if question is None:
        return False
    if keyword.meaning is Meaning.NO:
        ledger.withdraw(number, act, now)
    elif _may_agree(number, question):
        agreed = replace(act, wording=question.wording, purpose=question.purpose)
        ledger.give(number, Ground.OPT_IN, agreed, now, event="confirmed", despite=True)
        if question.written_by == JOINING:
            _answer("joined", number, act.proof, caller, now, soon=True)
    return True


def open_question(number: str, now: datetime) -> Consent | None:
    """The question that was put to this person lately, and that nothing has answered yet."""
    if not standing.of(number).pending:
        return None
    asked = Consent.select().where(Consent.number == number, Consent.event == "asked")
    question: Consent | None = asked.order_by(Consent.id.desc()).first()
    return question if question is not None and now - question.at <= ANSWER_WITHIN else None


def _may_agree(number: str, question: Consent) -> bool:
    """No STOP stands, or the person sent the word that joins after it."""
    if not _all_refused(number, OFFERED):
        return True
    opposed = (Consent.event == "opposed") & Consent.purpose.in_(OFFERED)
    later = Consent.select().where(Consent.number == number, Consent.id > question.id, opposed)
    return question.written_by == JOINING and not later.exists()


def take_back(number: str, category: str, now: datetime, **facts: str) -> None:
    """Nothing of that category that has not begun to leave goes to this number, on whichever SIM; `facts`
    say which message, or who, said so."""
    moving = (*WAITING, State.SENDING)
    found = Message.select().where(
        Message.recipient == number, Message.category == category, Message.state.in_([*moving])
    )
    step = Step(Event.CANCEL, now, f"opposed_{category}", facts=facts)
    for message in found.order_by(Message.id):
        waiting = [part for part in lifecycle.all_parts(message) if part.state in WAITING]
        if waiting:
            lifecycle.advance(message, waiting, step)


# ---- who is answered, and how often ------------------------------------------------------------------


def may_answer(number: str, now: datetime, soon: bool = False) -> bool:
    """Whether this number was not answered so often, or (unless `soon`) so lately, that it may be a machine.

    What counts are the messages whose source is SOURCE.
    """
    recent = answers.answered(number, now - DAY, MOST_A_DAY)
    is_late = soon or not recent or recent[0] <= now - BETWEEN_ANSWERS
    return is_late and len(recent) < MOST_A_DAY


def _answer(
    key: str, number: str, uid: str, caller: Caller, now: datetime, soon: bool = False
) -> Message | None:
    """Send one of our texts; `soon`: also within a minute of another, because it confirms what was asked.

    One that cannot be sent (None) takes back nothing of what was done.
    """
    if not may_answer(number, now, soon):
        return None
    try:
        text = letters.text(key, caller.site.language, caller.site)
        draft = Draft(number, text, CATEGORY, client_ref=f"{key} {uid}")
        message = outbox.submit(draft, replace(caller, source=SOURCE), now)
        return message if message.state != State.REJECTED else None
    except database.Trouble:
        raise
    except Exception:
        log.exception("message %s was obeyed, but could not be answered", uid)
        return None


def _confirmation(categories: tuple[str, ...]) -> str:
    if len(categories) > 1:
        return "stop_confirmed_all"
    return "stop_confirmed_notification" if categories == ("notification",) else "stop_confirmed"


def number_of(sender: str, country: str) -> str | None:
    """The sender as what we write to is written; None for what is no telephone's number."""
    try:
        number = numbers.parse(sender, country)
    except Invalid:
        return sender if sender.startswith("+") else None
    return number if number.startswith("+") else None


def _all_refused(number: str, categories: tuple[str, ...]) -> bool:
    return all(standing.opposed_since(number, category) is not None for category in categories)


def _was_heard(message: Inbound, number: str) -> bool:
    """An earlier part of this message said it already, and the person may have changed their mind since."""
    heard = Consent.select().where(
        Consent.number == number, Consent.event == "opposed", Consent.proof == message.uid
    )
    return message.part_count > 1 and bool(heard.exists())


def _overtaken(message: Inbound) -> bool:
    """This person's STOP was written after this message, though it came first: it stands."""
    if message.sent_at is None:
        return False
    later = Inbound.select().where(
        Inbound.sender == message.sender, Inbound.id < message.id, Inbound.sent_at > message.sent_at
    )
    recent = later.order_by(Inbound.id.desc()).limit(20)
    return any(stop_words.read(each.text).meaning is Meaning.STOP for each in recent)


def _let_a_person_say(message: Inbound, asks: str | None) -> None:
    if message.asks != asks:
        message.asks = asks
        Inbound.update(asks=asks).where(Inbound.id == message.id).execute()
