"""From the form into the queue: what is wrong, then what would become of it, then it is written down."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from gateway import wake
from gateway.contacts import audience, foresight, mailing
from gateway.contacts.recipients import Unclear
from gateway.errors import Conflict, GatewayError, Invalid
from gateway.messages.lifecycle import State
from gateway.messages.outbox import Draft, submit_many
from gateway.store import database
from gateway.store.models import Message
from web import postings, rehearsals, sign_in
from web.office import office
from web.pages import form, rehearsal, twins
from web.pages.form import Faults
from web.pages.letter import Letter

log = logging.getLogger(__name__)

MOST_AT_ONCE = 200  # people to whom the form itself writes; for more it is done behind the page

Page = str | Response | tuple[str, int]


def send(letter: Letter, action: str) -> Page:
    faults = _faults(letter)
    if faults.fields:
        return form.show(letter, faults), 422
    people = letter.people
    if not people.people and not people.many:
        return _some_refused(letter, [], [(one.typed, _error(one)) for one in people.wrong])
    if people.most > MOST_AT_ONCE:
        return _send_to_many(letter, action)
    drafts = _drafts(letter)
    answered = letter.sure.split() if action in ("again", "confirm") else ()
    same = twins.of(drafts, sign_in.caller(), office().clock.now())
    is_asked = any(twins.stamp(one) not in answered for one in same)
    if letter.is_rehearsed and (is_asked or action != "confirm"):
        return _rehearsed(letter, same)
    if is_asked:
        return form.show(letter, Faults(), same), 409
    return _write(letter, drafts)


def rehearsed_many(letter: Letter, look: rehearsals.Look) -> Page:
    """What was reckoned behind the page."""
    if look.error is not None:
        faults = Faults()
        faults.add(look.error)
        return form.show(letter, faults), 422
    assert look.answer is not None
    return _shown(letter, look.answer, look.same)


def _send_to_many(letter: Letter, action: str) -> Response:
    caller, people = sign_in.caller(), letter.people
    if action != "confirm":
        rehearsals.begin(letter, caller)
        return redirect(url_for("batches.reckon", key=letter.key), 303)
    postings.post(letter.mail(), letter.key, people.most, caller)
    return redirect(url_for("batches.sent", key=letter.key), 303)


def _rehearsed(letter: Letter, same: Sequence[Message]) -> Page:
    """What would become of it, nothing being queued yet; the form where there is nothing to show."""
    try:
        answer = foresight.look(letter.people, letter.draft(), sign_in.caller(), office().clock.now())
    except Invalid as error:
        faults = Faults()
        faults.add(error)
        return form.show(letter, faults), 422
    return _shown(letter, answer, same)


def _shown(letter: Letter, answer: foresight.Foresight, same: Sequence[Message]) -> Page:
    sure = " ".join(twins.stamp(one) for one in same)
    return rehearsal.page(letter, answer, same, sure), 409 if same else 200


def _faults(letter: Letter) -> Faults:
    """What is wrong with the form as a whole."""
    faults, people = Faults(), letter.people
    if not letter.typed:
        faults.add(Invalid("number_missing", field="to"))
    checks: tuple[Callable[[], object], ...] = (
        lambda: foresight.check(people),
        lambda: audience.check(letter.text),
        letter.send_at,
    )
    for check in checks:
        try:
            check()
        except Invalid as error:
            faults.add(error)
    return faults


def _drafts(letter: Letter) -> list[Draft]:
    """One for each person, as this person reads it."""
    mail, readers = letter.mail(), list(audience.readers(letter.people, office().clock.now()))
    return list(mailing.drafts(readers, mail, letter.key, postings.hold_until(mail, len(readers))))


def _write(letter: Letter, drafts: Sequence[Draft]) -> Page:
    here = office()
    try:
        answers = submit_many(drafts, sign_in.caller(), here.clock.now())
    except database.Trouble as trouble:
        return _not_written(letter, trouble)
    wake.ring(here.config.appliance.runtime_dir)
    taken = [answer for answer in answers if isinstance(answer, Message)]
    refused = [
        (draft.to, answer)
        for draft, answer in zip(drafts, answers, strict=True)
        if isinstance(answer, GatewayError)
    ]
    refused += [(one.typed, _error(one)) for one in letter.people.wrong]
    return _some_refused(letter, taken, refused) if refused else _all_taken(letter, taken)


def _not_written(letter: Letter, trouble: database.Trouble) -> tuple[str, int]:
    """The form as it was, under the same key: what was written of it all the same is not written twice."""
    log.error("%s %s: %s", request.method, request.path, trouble)
    faults = Faults()
    faults.add(GatewayError(database.trouble_code(trouble)))
    return form.show(letter, faults), 503


def _all_taken(letter: Letter, taken: list[Message]) -> Response:
    if len(taken) == 1:
        return redirect(url_for("message_pages.detail", uid=taken[0].uid, new=1))
    tell(taken)
    return redirect(url_for("batches.sent", key=letter.key))


def tell(taken: Sequence[Message]) -> None:
    """How many will leave, and how many a rule refused."""
    rejected = sum(message.state == State.REJECTED for message in taken)
    if left := len(taken) - rejected:
        flash(ngettext("%(num)s message was taken.", "%(num)s messages were taken.", left), "good")
    if rejected:
        words = ngettext(
            "%(num)s message was refused by a rule; it says which.",
            "%(num)s messages were refused by a rule; each says which.",
            rejected,
        )
        flash(words, "wait")


def _some_refused(
    letter: Letter, taken: list[Message], refused: Sequence[tuple[str, GatewayError]]
) -> tuple[str, int]:
    """The form again, with the refused recipients only: the others have their message."""
    faults = Faults()
    for typed, error in refused:
        is_of_all = error.field != "to" and not letter.is_personal
        if is_of_all or (not taken and len(refused) == 1):
            faults.add(error)
            continue
        known = faults.fields.get("to", "")
        faults.fields["to"] = f"{known}\n{typed}: {form.sentence(error)}".strip()
    if taken:
        done = ngettext("%(num)s message was taken", "%(num)s messages were taken", len(taken))
        flash(_("%(done)s; the recipients below were refused.", done=done), "good")
        letter = replace(letter, chosen="", to="\n".join(typed for typed, _error in refused))
    again = replace(letter, key=office().ids.token())
    return form.show(again, faults), 409 if isinstance(refused[0][1], Conflict) else 422


def _error(one: Unclear) -> Invalid:
    return Invalid(one.code, field="to", **one.facts)
