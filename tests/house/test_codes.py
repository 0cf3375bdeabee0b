"""Codes inside, words at the door: every code has its sentence, in every language, with the same facts."""

from __future__ import annotations

import ast
import string
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gateway import config
from gateway.access.roles import ROLES
from gateway.doctor.checks import CHECKS
from gateway.doctor.checks.sims import HOLDS, SIM_TROUBLES
from gateway.doctor.findings import LEVELS
from gateway.messages.lifecycle import Event, State
from gateway.policy.categories import CATEGORIES
from gateway.policy.verdict import Answer
from house.tree import ROOT, plant, python_files
from modem.api import LinkState

# package → callable → for each code it takes: (table of gateway/words/*.toml, position, keyword)
ERROR = (("error", 0, "code"),)
VERDICT = (("rule", 0, "rule"), ("reason", 1, "reason"))
ERRORS = (
    "GatewayError",
    "Invalid",
    "NotFound",
    "Conflict",
    "Forbidden",
    "Limited",
    "ConfigError",
    "Unusable",
    "Fault",
)
SPOKEN: dict[str, dict[str, tuple[tuple[str, int, str], ...]]] = {
    "gateway": {
        **dict.fromkeys((*ERRORS, "_wrong"), ERROR),
        **dict.fromkeys(("allow", "hold", "refuse"), VERDICT),
        "Why": (("rule", 0, "code"), ("reason", 2, "reason")),
        "Step": (("reason", 2, "reason"),),
        **dict.fromkeys(("write", "reading"), (("action", 1, "action"),)),
        **dict.fromkeys(("good", "remark", "unsure"), (("doctor", 0, "code"),)),
        **dict.fromkeys(("warn", "bad"), (("doctor", 0, "code"), ("cure", 0, "code"))),
    },
    "web": dict.fromkeys((*ERRORS, "refuse"), ERROR),
}
SPEAKER = "say"  # takes a code with its table: say("cli.migrated", …)
# What is a code by its type, not by who says it.
ENUMERATED: dict[str, Iterable[str]] = {
    "state": State,
    "event": Event,
    "category": CATEGORIES,
    "link": LinkState,
    "answer": (*Answer, "wait"),
    "role": ROLES,
    "field": CHECKS,
    "level": LEVELS,
    "doctor": (*SIM_TROUBLES, *HOLDS),
    "cure": (*SIM_TROUBLES, *HOLDS),
}

Words = dict[str, dict[str, str]]


@dataclass(frozen=True)
class Said:
    """One place that says a code; `facts` are the names it gives along, None where only running tells."""

    code: str  # table.code
    where: str
    facts: frozenset[str] | None


def codes_said(root: Path) -> list[Said]:
    """Every code written as a constant, in the call or as a constant of its module."""
    return [said for file in python_files(root, *SPOKEN) for said in _codes_of(root, file)]


def _codes_of(root: Path, file: Path) -> Iterator[Said]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    named = dict(_named_constants(tree))
    spoken = SPOKEN[file.relative_to(root).parts[0]]
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        where = f"{file.relative_to(root)} line {call.lineno}"
        for code in _codes_in(call, spoken.get(_name(call.func), ()), named):
            yield Said(code, where, _facts(call))


def _codes_in(
    call: ast.Call, places: Iterable[tuple[str, int, str]], named: Mapping[str, str]
) -> Iterator[str]:
    for table, position, keyword in places:
        given = [entry.value for entry in call.keywords if entry.arg == keyword]
        for code in _constants([*call.args[position : position + 1], *given], named):
            yield f"{table}.{code}"
    if _name(call.func) == SPEAKER:
        yield from (code for code in _constants(call.args[:1], named) if "." in code)


def _named_constants(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            yield from ((_name(target), str(node.value.value)) for target in node.targets)


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _constants(arguments: Iterable[ast.expr], named: Mapping[str, str]) -> Iterator[str]:
    """The code itself, or both of `"a" if … else "b"`."""
    for argument in arguments:
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
            yield argument.value
        elif isinstance(argument, ast.Name) and argument.id in named:
            yield named[argument.id]
        elif isinstance(argument, ast.IfExp):
            yield from _constants((argument.body, argument.orelse), named)


def _facts(call: ast.Call) -> frozenset[str] | None:
    """The facts of `Invalid("code", "field", most=3)`; calls that hand over a mapping are not followed."""
    if _name(call.func) in ("_wrong", "Fault", "Why", "Step") or any(
        entry.arg is None for entry in call.keywords
    ):
        return None
    return frozenset(entry.arg for entry in call.keywords if entry.arg)


def words_of(root: Path, language: str) -> Words:
    return tomllib.loads((root / "gateway" / "words" / f"{language}.toml").read_text(encoding="utf-8"))


def sentence(words: Words, code: str) -> str:
    table, _, name = code.partition(".")
    return words.get(table, {}).get(name, "")


def unspoken(codes: Iterable[str], words: Words) -> list[str]:
    """Codes without a sentence."""
    return sorted({code for code in codes if not sentence(words, code).strip()})


def unfilled(said: Iterable[Said], words: Words) -> list[str]:
    """Places whose sentence has a gap that they do not fill."""
    return [
        f"{one.where}: {one.code} wants {', '.join(sorted(gaps))}"
        for one in said
        if one.facts is not None and (gaps := (facts_in(sentence(words, one.code)) or set()) - one.facts)
    ]


def different(first: Words, second: Words) -> list[str]:
    """Codes which one language has and the other has not, or which fill in other facts."""
    codes = {f"{table}.{name}" for words in (first, second) for table in words for name in words[table]}
    return sorted(
        code for code in codes if facts_in(sentence(first, code)) != facts_in(sentence(second, code))
    )


def facts_in(text: str) -> set[str] | None:
    """The names a sentence fills in; None when there is no sentence."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name} if text.strip() else None


@pytest.mark.parametrize("language", config.LANGUAGES)
def test_every_code_is_spoken_in(language: str) -> None:
    said = codes_said(ROOT)
    enumerated = [f"{table}.{code}" for table, codes in ENUMERATED.items() for code in codes]
    assert len(said) > 20
    missing = unspoken([*(one.code for one in said), *enumerated], words_of(ROOT, language))
    assert [(code, [one.where for one in said if one.code == code]) for code in missing] == []


def test_every_sentence_is_given_the_facts_it_tells() -> None:
    assert unfilled(codes_said(ROOT), words_of(ROOT, config.LANGUAGES[0])) == []


@pytest.mark.parametrize("language", config.LANGUAGES[1:])
def test_every_language_says_the_same_as(language: str) -> None:
    assert different(words_of(ROOT, config.LANGUAGES[0]), words_of(ROOT, language)) == []


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("raise Invalid('text_empty', field='text')", "error.text_empty"),
        ("raise errors.Conflict(code='gone')", "error.gone"),
        ("raise NotFound('a' if x else 'b')", "error.b"),
        ("answer = hold('schedule', 'scheduled', until)", "reason.scheduled"),
        ("click.echo(desk.say('cli.migrated', path=1))", "cli.migrated"),
        ("RULE = 'caps'\nanswer = allow(RULE)", "rule.caps"),
        ("answer = Why('turn', 'wait', 'others_first')", "reason.others_first"),
        ("answer = refuse('validity', reason='late')", "reason.late"),
        ("advance(m, p, Step(Event.FAIL, now, 'refused'))", "reason.refused"),
        ("audit.write(by, 'key_created', now)", "action.key_created"),
        ("yield good('power_good')", "doctor.power_good"),
        ("yield bad('port_missing', port=1)", "cure.port_missing"),
    ],
)
def test_a_code_without_words_is_found(tmp_path: Path, line: str, code: str) -> None:
    said = [one.code for one in codes_said(plant(tmp_path, {"gateway/messages/outbox.py": line + "\n"}))]
    assert code in unspoken(said, {"error": {"other": "Other."}, "reason": {"late": " "}})
    table, _, name = code.partition(".")
    assert code not in unspoken(said, {table: {name: "Said."}})


@pytest.mark.parametrize(
    ("line", "gaps"),
    [
        ("raise Invalid('far', 'send_at', days=3)", 0),
        ("raise Invalid('far', 'send_at', **facts)", 0),
        ("raise Invalid('far', field='send_at', most=3)", 1),
        ("raise Invalid('far')", 1),
    ],
)
def test_a_sentence_with_a_gap_is_found(tmp_path: Path, line: str, gaps: int) -> None:
    said = codes_said(plant(tmp_path, {"gateway/messages/outbox.py": line + "\n"}))
    assert len(unfilled(said, {"error": {"far": "Within {days} days."}})) == gaps


@pytest.mark.parametrize(
    ("other", "code"),
    [
        ({"error": {"a": "Only {limit}.", "b": "Non."}, "state": {}}, "state.sent"),
        ({"error": {"a": "Only {limit}."}, "state": {"sent": "parti"}}, "error.b"),
        ({"error": {"a": "Only {most}.", "b": "Non."}, "state": {"sent": "parti"}}, "error.a"),
        ({"error": {"a": "Only.", "b": "Non."}, "state": {"sent": "parti"}}, "error.a"),
    ],
)
def test_languages_that_differ_are_found(other: dict[str, Any], code: str) -> None:
    english = {"error": {"a": "At most {limit}.", "b": "No."}, "state": {"sent": "sent"}}
    assert different(english, english) == []
    assert different(english, other) == [code]
