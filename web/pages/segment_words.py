"""What a segment asks, in words: the tests to choose from, and the rules of one as sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from flask_babel import gettext as _

from gateway.contacts import conditions, fields, groups
from gateway.contacts.segments import Rule, Rules
from web.language import say

GAP = "…"


@dataclass(frozen=True, slots=True)
class Offered:
    """A test as one chooses it: its code, its words with a gap, what it takes."""

    code: str
    words: str
    takes: str


def offered() -> list[tuple[str, list[Offered]]]:
    """All tests, under a heading each."""
    found = [(heading, list(_tests(codes))) for heading, codes in _headings()]
    own = [(field.name, list(_of_field(field.id, field.name, field.kind))) for field in fields.everything()]
    return found + own


def sentences(rules: Rules) -> list[str]:
    """Each rule as one reads it."""
    return [_sentence(rule) for rule in rules.rules]


def typed_value(rule: Rule) -> str:
    """The value as somebody types it: a group by its name."""
    test = conditions.known(rule.test)
    if test and test.takes == "group":
        return _group_name(rule.value)
    return rule.value


def _headings() -> list[tuple[str, tuple[str, ...]]]:
    return [
        (_("Tags and groups"), ("tag_has", "tag_lacks", "group_in", "group_out")),
        (_("Offers"), tuple(code for code in conditions.TESTS if code.startswith("consent_"))),
        (_("Messages"), tuple(code for code in conditions.TESTS if code.startswith(("sent_", "answered_")))),
        (
            _("The person"),
            ("postcode_begins", "name_has", "act_within", "act_before", "added_within", "added_before"),
        ),
    ]


def _tests(codes: tuple[str, ...]) -> Iterator[Offered]:
    for code in codes:
        yield Offered(code, say(f"test.{code}", value=GAP), conditions.TESTS[code].takes)


def _of_field(field: int, name: str, kind: str) -> Iterator[Offered]:
    for of in conditions.OF_KIND[kind]:
        takes = "" if of in ("filled", "empty") else kind
        yield Offered(f"field_{field}_{of}", say(f"test.field_{of}", name=name, value=GAP), takes)


def _sentence(rule: Rule) -> str:
    match = conditions.OF_FIELD.fullmatch(rule.test)
    if match is None:
        return say(f"test.{rule.test}", value=typed_value(rule))
    names: Mapping[int, str] = {field.id: field.name for field in fields.everything()}
    name = names.get(int(match["field"]), "?")
    return say(f"test.field_{match['of']}", name=name, value=rule.value)


def _group_name(value: str) -> str:
    found = next((group for group in groups.everything() if str(group.id) == value), None)
    return found.name if found else "?"
