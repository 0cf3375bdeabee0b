"""Writing a message: to whom, what it costs, when it leaves; errors keep what was typed.

The same text to the same number a moment ago is a question: nothing is sent before it is answered.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from gateway import wake
from gateway.errors import Conflict, GatewayError, Invalid
from gateway.messages.outbox import Caller, Draft, submit_many, twin
from gateway.messages.texts import Preview, preview
from gateway.policy.gate import rehearse
from gateway.store.models import Message
from web import formats, sign_in
from web.language import because, trouble
from web.office import office

pages = Blueprint("write", __name__)

CATEGORIES = ("notification", "alert", "otp", "marketing")
MOST_RECIPIENTS = 1000
SEPARATORS = re.compile(r"[\n,;]+")

# The gateway's name of an input, where the form's differs.
FORM_FIELD = {"send_at": "at"}


@dataclass(frozen=True, slots=True)
class Letter:
    """The form as it was typed; `key` makes sending it twice harmless."""

    to: str = ""
    text: str = ""
    category: str = "notification"
    when: str = "now"  # now | later
    at: str = ""  # a datetime-local value in the appliance's zone
    key: str = ""
    sure: str = ""  # the stamps of those twins about which it asks: the answer is for them alone

    @property
    def recipients(self) -> list[str]:
        return [typed.strip() for typed in SEPARATORS.split(self.to) if typed.strip()]

    def send_at(self) -> datetime | None:
        """When it is to leave, None for now; raises Invalid on the field `at`."""
        if self.when != "later":
            return None
        try:
            return formats.read_local(self.at)
        except ValueError as error:
            raise Invalid("time_unreadable", field="at", value=self.at) from error


@dataclass(slots=True)
class Faults:
    """Sentences by the field they belong to, and those that belong to none."""

    fields: dict[str, str] = field(default_factory=dict)

    def add(self, error: GatewayError) -> None:
        name = FORM_FIELD.get(error.field or "", error.field or "form")
        self.fields.setdefault(name, sentence(error))


@pages.get("/write")
def blank() -> str:
    letter = Letter(to=request.args.get("to", ""), text=request.args.get("text", ""), key=_new_key())
    return _form(letter, Faults())


@pages.post("/write")
def given() -> str | Response | tuple[str, int]:
    letter, action = _letter(), request.form.get("action", "send")
    if action == "cheaper":
        return _form(_spelled_cheaper(letter), Faults())
    if action == "check":
        return _form(letter, Faults(), checked=True)
    return _send(letter, answered=letter.sure.split() if action == "again" else ())


@pages.get("/write/departure")
def departure() -> Response:
    """{"departures": {category: sentence}}: when each category would leave at the given hour."""
    answer: Response = jsonify(departures=departures(_letter(request.args)))
    return answer


def departures(letter: Letter) -> dict[str, str]:
    """For each category, in words, when a message written now would leave."""
    here, now = office().config.appliance, office().clock.now()
    try:
        send_at = letter.send_at()
    except Invalid:
        send_at = None
    sentences = {}
    for category in CATEGORIES:
        verdict = rehearse(category, here.timezone, now, send_at)
        until = verdict.until and formats.moment(verdict.until).striptags()
        if verdict.answer == "allow":
            sentences[category] = _("Leaves at once.")
        elif until and verdict.reason == "scheduled":
            sentences[category] = _("Leaves %(when)s.", when=until)
        elif until:
            why = because(verdict.reason or "", verdict.facts)
            sentences[category] = _("Leaves %(when)s. %(why)s", when=until, why=why)
        else:
            sentences[category] = because(verdict.reason or "", verdict.facts)
    return sentences


def sentence(error: GatewayError) -> str:
    """What is wrong and how to mend it."""
    if error.code == "time_unreadable":
        return _("Choose the day and the hour at which it is to leave.")
    if error.code == "idempotency_conflict":
        return _("This form has sent another message already. Send it again if this one is to leave too.")
    return trouble(error)


def _send(letter: Letter, answered: Sequence[str]) -> str | Response | tuple[str, int]:
    faults = Faults()
    if not letter.recipients:
        faults.add(Invalid("number_missing", field="to"))
    if len(letter.recipients) > MOST_RECIPIENTS:
        faults.add(Invalid("too_many_recipients", field="to", most=MOST_RECIPIENTS))
    try:
        send_at = letter.send_at()
    except Invalid as error:
        faults.add(error)
    if faults.fields:
        return _form(letter, faults), 422
    drafts = _drafts(letter, send_at)
    twins = _twins(drafts)
    if any(stamp(same) not in answered for same in twins):
        return _form(letter, faults, twins=twins), 409
    answers = _submit(drafts)
    taken = [answer for answer in answers if isinstance(answer, Message)]
    refused = [
        (typed, answer)
        for typed, answer in zip(letter.recipients, answers, strict=True)
        if isinstance(answer, GatewayError)
    ]
    return _some_refused(letter, taken, refused) if refused else _all_taken(taken)


def _drafts(letter: Letter, send_at: datetime | None) -> list[Draft]:
    return [
        Draft(
            to=typed,
            text=letter.text,
            category=letter.category,
            send_at=send_at,
            client_ref=f"{letter.key}:{index}" if letter.key else None,
        )
        for index, typed in enumerate(letter.recipients)
    ]


def _submit(drafts: Sequence[Draft]) -> list[Message | GatewayError]:
    here = office()
    answers = submit_many(drafts, sign_in.caller(), here.clock.now())
    wake.ring(here.config.appliance.runtime_dir)
    return answers


def stamp(same: Message) -> str:
    """A word for one text to one number: who changes either is asked again."""
    return hashlib.sha256(f"{same.recipient}\n{same.text}".encode()).hexdigest()[:12]


def _twins(drafts: Sequence[Draft]) -> list[Message]:
    """What said the same to the same number a moment ago."""
    caller, now = sign_in.caller(), office().clock.now()
    found = (_twin(draft, caller, now) for draft in drafts)
    return [same for same in found if same is not None]


def _twin(draft: Draft, caller: Caller, now: datetime) -> Message | None:
    try:
        same = twin(draft, caller, now)
    except Invalid:
        return None  # handing it in says what is wrong with it
    if same and draft.client_ref and (same.source, same.client_ref) == (caller.source, draft.client_ref):
        return None  # this very form has sent it: once more is harmless
    return same


def _all_taken(taken: list[Message]) -> Response:
    if len(taken) == 1:
        return redirect(url_for("message_pages.detail", uid=taken[0].uid, new=1))
    flash(ngettext("%(num)s message was taken.", "%(num)s messages were taken.", len(taken)), "good")
    return redirect(url_for("message_pages.listing"))


def _some_refused(
    letter: Letter, taken: list[Message], refused: list[tuple[str, GatewayError]]
) -> tuple[str, int]:
    """The form again, with the refused recipients only: the others have their message."""
    faults = Faults()
    for typed, error in refused:
        if error.field != "to" or (not taken and len(refused) == 1):
            faults.add(error)
            continue
        known = faults.fields.get("to", "")
        faults.fields["to"] = f"{known}\n{typed}: {sentence(error)}".strip()
    if taken:
        done = ngettext("%(num)s message was taken", "%(num)s messages were taken", len(taken))
        flash(_("%(done)s; the recipients below were refused.", done=done), "good")
    left = replace(letter, to="\n".join(typed for typed, _error in refused), key=_new_key())
    return _form(left, faults), 409 if isinstance(refused[0][1], Conflict) else 422


def _form(letter: Letter, faults: Faults, checked: bool = False, twins: Sequence[Message] = ()) -> str:
    return render_template(
        "write.html",
        letter=letter,
        faults=faults.fields,
        checked=checked,
        twins=twins,
        sure=" ".join(stamp(same) for same in twins),
        preview=_preview(letter.text, faults),
        categories=CATEGORIES,
        departures=departures(letter),
        earliest=formats.local(office().clock.now()).strftime(formats.FIELD),
    )


def _preview(text: str, faults: Faults) -> Preview:
    try:
        return preview(text)
    except Invalid as error:
        faults.fields.setdefault("text", sentence(error))
        return preview("")


def _spelled_cheaper(letter: Letter) -> Letter:
    try:
        return replace(letter, text=preview(letter.text, smart=True).text)
    except Invalid:
        return letter  # the form says what is wrong with the text


def _letter(values: object = None) -> Letter:
    given = values if values is not None else request.form
    read = {name: given.get(name, "") for name in Letter.__dataclass_fields__}  # type: ignore[attr-defined]
    return Letter(**{name: value for name, value in read.items() if value})


def _new_key() -> str:
    return office().ids.token()
