"""Keywords from a terminal: words that people text, and what each does."""

from __future__ import annotations

from typing import Any

import click

from gateway.cli import tables
from gateway.cli.desk import Desk, open_desk, plainly, source
from gateway.features.keywords import matching, rules
from gateway.features.keywords.rules import Wish
from gateway.store.models import KeywordRule

HEADINGS = ("keyword", "keyword_does", "keyword_uses", "keyword_used")


@click.group()
def keyword() -> None:
    """Words that people text, and what each does."""


@keyword.command("list")
@tables.json_option("Print them as JSON.")
@click.pass_context
@plainly
def show_all(ctx: click.Context, as_json: bool) -> None:
    """All keywords, what each does, how often and when it came last."""
    desk = open_desk(ctx)
    with desk.ledger():
        told = [_told(rule, desk) for rule in rules.everything()]
    rows = [
        (", ".join(one["words"]), _does(one, desk), str(one["uses"]), one["used_at"] or "") for one in told
    ]
    tables.listing(desk, as_json, told, HEADINGS, rows, desk.say("cli.keywords_none"))


@keyword.command("add")
@click.argument("word", nargs=-1, required=True)
@click.option("--whole", is_flag=True, help="Only when nothing else stands in the text.")
@click.option("--reply", default="", help="The answer, with gaps as in a template.")
@click.option("--tag", default="", help="Stuck on the contact.")
@click.option("--group", default="", help="The name of the group into which the contact comes.")
@click.option("--new-contacts", is_flag=True, help="Whoever is not in the contacts comes into them.")
@click.option(
    "--ask", is_flag=True, help="Ask first whether they want offers; only a yes leads into the group."
)
@click.option("--mail", default="", help="Mail every one to this address.")
@click.pass_context
@plainly
def add(ctx: click.Context, word: tuple[str, ...], whole: bool, reply: str, tag: str, group: str,
        new_contacts: bool, ask: bool, mail: str) -> None:  # fmt: skip
    """Make a rule for WORD; several are spellings of the same."""
    desk = open_desk(ctx)
    wish = Wish(", ".join(word), whole, reply, tag, group, new_contacts, ask, mail)
    with desk.ledger():
        made = rules.add(wish, desk.config.appliance, source(), desk.clock.now(), desk.ids)
        name = rules.spelled(made)[0]
    click.echo(desk.say("cli.keyword_kept", word=name))


@keyword.command("remove")
@click.argument("word")
@click.pass_context
@plainly
def remove(ctx: click.Context, word: str) -> None:
    """Remove the rule of WORD, with all its spellings; what it did stays."""
    desk = open_desk(ctx)
    with desk.ledger():
        name = rules.remove(rules.called(word).uid, source(), desk.clock.now())
    click.echo(desk.say("cli.keyword_removed", word=name))


def _told(rule: KeywordRule, desk: Desk) -> dict[str, Any]:
    names = ("whole", "reply", "tag", "adds", "asks", "mail", "uses")
    return {
        "id": rule.uid,
        "words": rules.spelled(rule),
        **{name: getattr(rule, name) for name in names},
        "group": rule.group.name if rule.group else "",
        "conflicts": list(matching.conflicts(rule)),
        "used_at": desk.iso(rule.used_at),
    }


def _does(told: dict[str, Any], desk: Desk) -> str:
    group = "asks" if told["asks"] else "group"
    values = {"reply": told["reply"], "tag": told["tag"], group: told["group"], "mail": told["mail"]}
    said = [desk.say(f"keyword_does.{code}", value=value) for code, value in values.items() if value]
    return "; ".join(said) or desk.say("keyword_does.nothing")
