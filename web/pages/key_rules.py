"""What a key may send, as a form: its fields as they are typed, and the rules that they mean."""

from __future__ import annotations

from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from gateway import digits
from gateway.access import keys
from gateway.access.keys import Rules
from gateway.errors import Invalid
from gateway.features.webhooks import permits, targets
from gateway.policy.categories import CATEGORIES
from web.office import office


@dataclass(frozen=True, slots=True)
class Typed:
    """The form as it is filled in."""

    categories: tuple[str, ...] = tuple(CATEGORIES)
    modems: tuple[str, ...] = ()
    category: str = keys.USUAL
    per_minute: str = ""
    per_day: str = ""
    inbound_url: str = ""


def blank() -> Typed:
    """A key that may send everything."""
    return Typed(modems=tuple(office().config.modem_names))


def standing(rules: Rules) -> Typed:
    """What stands now."""
    return Typed(
        rules.categories or tuple(CATEGORIES),
        rules.modems or tuple(office().config.modem_names),
        rules.category,
        "" if rules.per_minute is None else str(rules.per_minute),
        "" if rules.per_day is None else str(rules.per_day),
        rules.inbound_url,
    )


def typed(form: MultiDict[str, str]) -> Typed:
    """What was filled in; everything, where the form was not asked for."""
    if "rules-asked" not in form:
        return blank()
    words = (form.get(name, "").strip() for name in ("category", "per_minute", "per_day", "inbound_url"))
    # Where there is one modem the form does not ask.
    modems = tuple(form.getlist("modem")) if "modems-asked" in form else tuple(office().config.modem_names)
    return Typed(tuple(form.getlist("category-allowed")), modems, *words)


def meant(form: Typed) -> Rules:
    """The rules that it means; raises Invalid on the field at fault.  Everything ticked means no restriction,
    also of what comes later."""
    names = office().config.modem_names
    if not form.categories:
        raise Invalid("categories_none", field="categories")
    if not form.modems:
        raise Invalid("modems_none", field="modems")
    if form.inbound_url:
        targets.check(form.inbound_url, permits.read(), "inbound_url")
    rules = Rules(
        () if set(CATEGORIES) <= set(form.categories) else form.categories,
        () if set(names) <= set(form.modems) else form.modems,
        form.category,
        _number("per_minute", form.per_minute),
        _number("per_day", form.per_day),
        form.inbound_url,
    )
    return keys.mended(rules, list(CATEGORIES), names)


def _number(field: str, text: str) -> int | None:
    typed = "".join(text.split())
    if not typed:
        return None
    if (found := digits.number(typed, 9)) is None:
        raise Invalid("out_of_range", field=field, least=1, most=keys.MOST)
    return found
