"""What a campaign may cost and bring, reckoned from what one types: nothing is sent, nothing is kept."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from flask import Blueprint, render_template, request

from gateway import rulebook
from gateway.errors import Invalid
from gateway.features.results import money, summary
from gateway.features.results.money import Plan
from web.language import current, trouble

pages = Blueprint("simulator_pages", __name__)

PAST = 10  # campaigns from which the first figures come
# field → the least and the most that make sense; shares in percent, the price of a part in cents
FIELDS: Mapping[str, tuple[int, int]] = {
    "people": (1, 1_000_000),
    "parts": (1, 10),
    "price": (0, 1000),
    "delivered": (0, 100),
    "converts": (0, 100),
    "basket": (0, 1_000_000),
}
WHOLE = ("people", "parts")


@pages.get("/results/simulator")
def show() -> str | tuple[str, int]:
    """With nothing typed, the figures of one's own past campaigns stand there."""
    usual, has_past = _usual()
    given = {name: request.args.get(name, usual[name]).strip()[:20] for name in FIELDS}
    faults: dict[str, str] = {}
    read: dict[str, Decimal] = {}
    for name in FIELDS:
        try:
            read[name] = _read(name, given[name])
        except Invalid as error:
            faults[name] = trouble(error)
    is_asked = any(name in request.args for name in FIELDS)
    page = render_template(
        "simulator.html",
        given=given,
        faults=faults if is_asked else {},
        forecast=None if faults else money.simulate(_plan(read)),
        has_past=has_past,
    )
    return (page, 422) if faults and is_asked else page


def _usual() -> tuple[dict[str, str], bool]:
    """(what stands in each field, whether conversions of the past say some of it)."""
    delivery, conversion, basket = summary.usual(summary.newest(PAST))
    price = rulebook.price()
    found = {
        "people": "1000",
        "parts": "1",
        "price": _shown(price.cents) if price else "",
        "delivered": _shown(_percent(delivery.share)),
        "converts": _shown(_percent(conversion.share)),
        "basket": _shown(basket / 100 if basket is not None else None),
    }
    return found, basket is not None


def _plan(read: Mapping[str, Decimal]) -> Plan:
    return Plan(
        people=int(read["people"]),
        parts=int(read["parts"]),
        price=read["price"],
        delivered=float(read["delivered"] / 100),
        converts=float(read["converts"] / 100),
        basket=read["basket"] * 100,
    )


def _read(name: str, typed: str) -> Decimal:
    """Raises Invalid on the field: nothing is guessed."""
    if not typed:
        raise Invalid("field_missing", field=name)
    try:
        number = Decimal("".join(typed.split()).replace(",", "."))
    except InvalidOperation as error:
        raise Invalid("not_a_number", field=name, value=typed) from error
    least, most = FIELDS[name]
    if not number.is_finite() or (name in WHOLE and number != int(number)):
        raise Invalid("not_a_number", field=name, value=typed)
    if not least <= number <= most:
        raise Invalid("out_of_range", field=name, least=least, most=most)
    return number


def _percent(share: float | None) -> Decimal | None:
    return None if share is None else round(Decimal(str(100 * share)), 2)


def _shown(number: Decimal | None) -> str:
    """As it is typed: with the reader's decimal sign, without noughts at the end."""
    if number is None:
        return ""
    text = f"{round(number, 2).normalize():f}"
    return text.replace(".", ",") if current() == "fr" else text
