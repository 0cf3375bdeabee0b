"""What is left on a SIM's account: the answer that came last, and the code by which its operator tells it."""

from __future__ import annotations

from typing import NamedTuple

from flask import Blueprint, flash, request
from flask_babel import gettext as _

from gateway import audit
from gateway.errors import Conflict
from gateway.modems import balance
from gateway.status import ModemStatus
from gateway.store import database
from gateway.store.models import ModemRequest
from web import sign_in
from web.office import office

pages = Blueprint("balances", __name__)


class Balance(NamedTuple):
    """`code` is "" where nobody has said it yet; `asked` is the last time it was dialled on this modem."""

    code: str
    asked: ModemRequest | None


@pages.app_template_global("balance_of")
def of(modem: ModemStatus) -> Balance:
    code = balance.code(modem.operator)
    return Balance(code, balance.last(modem.name, code) if code else None)


def code_for(modem: ModemStatus | None) -> str:
    """The code to dial; raises Conflict `balance_code_missing`."""
    code = balance.code(modem.operator) if modem else ""
    if not code:
        raise Conflict("balance_code_missing")
    return code


def remember(modem: ModemStatus | None) -> None:
    """Keep the code of the form for this modem's operator; raises Conflict where that is not known, Invalid
    for the code."""
    if modem is None or not modem.operator:
        raise Conflict("operator_unknown")
    typed, operator = request.form.get("balance_code", "").strip(), modem.operator
    with database.transaction():
        balance.remember(operator, typed)
        by, now = sign_in.caller().source, office().clock.now()
        audit.write(by, "settings_changed", now, shown=balance.name(operator), code=typed)
    if typed:
        flash(_("The code is kept for every SIM card of %(operator)s.", operator=operator), "good")
    else:
        flash(_("The code is forgotten."), "good")
