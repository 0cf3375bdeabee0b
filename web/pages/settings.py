"""The settings: who the shop is, when and how much marketing may leave, the texts that leave by themselves,
how long things are kept.  Each section is a form of its own; what changed stands at the foot.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, time
from decimal import Decimal

from babel.dates import get_day_names
from babel.numbers import format_decimal
from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from gateway import audit, letters, rulebook
from gateway.errors import Conflict, GatewayError, Invalid, NotFound
from gateway.letters import Business
from gateway.messages import joining
from gateway.messages.joining import Join
from gateway.policy.rulebook import Caps
from gateway.privacy import notice, retention
from gateway.privacy.notice import Addition
from gateway.privacy.retention import Retention
from gateway.store.models import Audit
from web import sign_in
from web.language import current, trouble
from web.office import office
from web.pages import notices, sections
from web.pages.rehearsal import money
from web.pages.sections import Form, Letter, Mistake
from web.prospects import Cost

pages = Blueprint("settings", __name__)

CHANGES = (
    "settings_changed",
    "hours_lifted",
    "caps_raised",
    "business_changed",
    "text_changed",
    "join_changed",
)
SHOWN = 10
Refused = tuple[str, int]


@pages.get("/settings")
def show() -> str:
    return _page(Mistake())


@pages.post("/settings/<any(business,hours,caps,place,price,retention,join,notice,alarms):section>")
def choose(section: str) -> Response | Refused:
    try:
        CHOICES[section](request.form, sign_in.caller().source, office().clock.now())
    except (Invalid, Conflict) as error:
        return _refused(section, error)
    return sections.remembered(section)


@pages.post("/settings/alarms/<any(message,mail):way>/test")
def test(way: str) -> Response | Refused:
    """Send a test to those who are told of alarms."""
    try:
        notices.send_test(way)
    except GatewayError as error:
        return _refused("alarms", error)
    return redirect(url_for(".show", _anchor="alarms"))


@pages.post("/settings/texts/<key>")
def text(key: str) -> Response | Refused:
    """Change one text, or go back to the file's."""
    here = office()
    try:
        written = sections.letter_typed()
        letters.choose(key, written, sign_in.caller().source, here.config.appliance, here.clock.now())
    except Invalid as error:
        return _refused(key, error)
    return sections.remembered(key)


@pages.post("/settings/texts/<key>/measure")
def measure(key: str) -> Response:
    """{"parts", "words"}: how many parts the text takes, or what is wrong with it."""
    if key not in letters.KEYS:
        raise NotFound("text_unknown", value=key)
    try:
        parts, words = _measured(key, sections.letter_typed())
    except Invalid as error:
        parts, words = None, trouble(error)
    answer: Response = jsonify(parts=parts, words=words)
    return answer


def _refused(section: str, error: GatewayError) -> Refused:
    return _page(sections.at_fault(section, error)), 422


# ---- what each form says -------------------------------------------------------------------------


def _business(form: Form, by: str, now: datetime) -> None:
    letters.choose_business(Business(form.get("name", ""), form.get("contact", "")), by, now)


def _hours(form: Form, by: str, now: datetime) -> None:
    days = [int(day) for day in form.getlist("day") if day in map(str, rulebook.DAYS)]
    opens, closes = _time(form, "opens"), _time(form, "closes")
    rulebook.choose_hours(days, opens, closes, by, now, bool(form.get("lift")), form.get("reason", ""))


def _caps(form: Form, by: str, now: datetime) -> None:
    caps = Caps(sections.whole(form, "a_day"), sections.whole(form, "a_month"))
    rulebook.choose_caps(caps, by, now, form.get("reason", ""))


def _place(form: Form, by: str, now: datetime) -> None:
    rulebook.choose_place(bool(form.get("alsace")), by, now)


def _price(form: Form, by: str, now: datetime) -> None:
    rulebook.choose_price(form.get("cents", ""), form.get("currency", ""), by, now)


def _retention(form: Form, by: str, now: datetime) -> None:
    retention.choose(Retention(**{name: sections.whole(form, name) for name in Retention.__slots__}), by, now)


def _join(form: Form, by: str, now: datetime) -> None:
    if form.get("action") == "off":
        joining.choose(None, by, now)
    else:
        given = {name: form.get(name, "").strip() for name in ("word", "name", "wording")}
        joining.choose(Join(**given, asks_first=bool(form.get("asks_first"))), by, now)


def _notice(form: Form, by: str, now: datetime) -> None:
    notice.choose(Addition(form.get("dpo", ""), form.get("policy", "")), by, now)


CHOICES: Mapping[str, Callable[[Form, str, datetime], None]] = {
    "business": _business,
    "hours": _hours,
    "caps": _caps,
    "place": _place,
    "price": _price,
    "retention": _retention,
    "join": _join,
    "notice": _notice,
    "alarms": notices.choose,
}


def _time(form: Form, name: str) -> time:
    typed = form.get(name, "")
    try:
        return time.fromisoformat(typed).replace(tzinfo=None)
    except ValueError as error:
        raise Invalid("hour_unreadable", field=name, value=typed) from error


# ---- the page ------------------------------------------------------------------------------------


def _page(mistake: Mistake) -> str:
    site, book = office().config.appliance, rulebook.read()
    price = rulebook.price()
    return render_template(
        "settings.html",
        mistake=mistake,
        business=Business(letters.chosen_name(), letters.business(site).contact),
        hours=book.hours["marketing"],
        day_names=get_day_names("wide", locale=current()),
        lifted=rulebook.lifted(),
        caps=book.caps,
        raised=rulebook.raised(),
        alsace=book.alsace,
        price=price,
        cents=_decimal(price.cents) if price else "",
        price_words=money(Cost(price.of(1), price.currency)) if price else "",
        kept=retention.read(),
        days_kept=(retention.LEAST, retention.MOST),
        letters=[_letter(key) for key in letters.KEYS],
        texts_language=site.language,
        join=joining.read(),
        addition=notice.read(),
        told=notices.sight(),
        changes=_changes(),
    )


def _decimal(number: Decimal) -> str:
    """As this page's readers write it, and as the form reads it again."""
    return str(format_decimal(number, locale=current(), decimal_quantization=False, group_separator=False))


def _letter(key: str) -> Letter:
    language = office().config.appliance.language
    written = letters.template(key, language)
    parts, fault = _measured(key, written)
    return Letter(key, written, letters.original(key, language), parts, fault)


def _measured(key: str, written: str) -> tuple[int | None, str]:
    """How many parts, else what is wrong; an empty text is the file's."""
    site = office().config.appliance
    try:
        return letters.check(key, written or letters.original(key, site.language), site), ""
    except Invalid as error:
        return None, trouble(error)


def _changes() -> list[Audit]:
    """The last changes of any section, the newest first."""
    found = [row for action in CHANGES for row in audit.recent(action=action, limit=SHOWN)]
    return sorted(found, key=lambda row: -row.id)[:SHOWN]
