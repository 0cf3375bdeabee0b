"""The help: topics in each language, and a search over them.  What lists codes is made from the gateway's
words, and so is never older than the program.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

from flask import Blueprint, abort, render_template, request
from flask_babel import gettext as _
from markupsafe import Markup

from gateway import words
from gateway.access.roles import ROLES
from gateway.messages.lifecycle import State
from gateway.policy.budgets import LIMITS
from gateway.policy.categories import CATEGORIES
from gateway.status import ModemStatus
from web import doorplate
from web.api.samples import samples
from web.language import current, say, spaced
from web.office import office
from web.pages import connections, handsets, help_search, modem_words
from web.pages.help_search import Section

pages = Blueprint("help", __name__)

LONGEST = 100  # characters of what is looked for

# Page → the topic that its ? leads to, by the first part of the endpoint's name.
ABOUT = {
    "account": "people",
    "alarm_pages": "alarms",
    "appointment_pages": "appointments",
    "calendar_source_pages": "appointments",
    "alert_route_pages": "alerts",
    "attention": "deciding",
    "backup_pages": "upkeep",
    "automation_pages": "automations",
    "batches": "writing",
    "calendar_pages": "queue",
    "campaign_pages": "campaigns",
    "campaign_steps": "campaigns",
    "clock_pages": "hours",
    "code_pages": "codes",
    "contact_pages": "contacts",
    "conversations": "conversations",
    "crowd_pages": "groups",
    "doctor_pages": "checkup",
    "group_pages": "groups",
    "handsets": "first-steps",
    "home": "first-steps",
    "import_pages": "import",
    "incident_pages": "troubles",
    "key_pages": "programs",
    "keyword_pages": "keywords",
    "landing_pages": "links",
    "merge_pages": "contacts",
    "message_pages": "queue",
    "modem_pages": "modems",
    "people_pages": "people",
    "poster_pages": "stop",
    "privacy": "rights",
    "register_pages": "contacts",
    "result_pages": "results",
    "segment_pages": "groups",
    "settings": "hours",
    "several": "queue",
    "simulator_pages": "results",
    "survey_pages": "surveys",
    "template_pages": "templates",
    "till_pages": "till",
    "webhook_pages": "webhooks",
    "wizard": "first-steps",
    "write": "writing",
}


class Topic(NamedTuple):
    name: str
    title: str
    summary: str


def topics() -> list[Topic]:
    """All of them, in the order in which they are listed."""
    return [*_of_messages(), *_of_the_appliance()]


def _of_messages() -> list[Topic]:
    return [
        Topic("first-steps", _("First steps"), _("What is where, and the first message.")),
        Topic(
            "beyond", _("What Chappe does not do"), _("No sender name, no pictures, no calls; what instead.")
        ),
        Topic("writing", _("Writing a message"), _("To whom, when, and what makes it dear.")),
        Topic("templates", _("Templates"), _("Texts to begin with, and gaps for each person.")),
        Topic("queue", _("Messages and calendar"), _("What waits and what left; several at once.")),
        Topic("categories", _("Categories and the law"), _("Codes, alerts, notifications, marketing.")),
        Topic("stop", _("STOP and the other words"), _("What people may answer, and what it does.")),
        Topic(
            "hours", _("Allowed hours, and the clock"), _("When marketing leaves; who vouches for the hour.")
        ),
        Topic("contacts", _("Contacts and consent"), _("Who may get marketing, and the proof of it.")),
        Topic("import", _("Importing contacts"), _("A list from a till or a spreadsheet.")),
        Topic("groups", _("Groups, tags and segments"), _("Writing to the right people.")),
        Topic("campaigns", _("Campaigns"), _("For whom, what, when; comparing two texts.")),
        Topic("links", _("Links and landing pages"), _("Who followed a link; a page with a picture.")),
        Topic("till", _("Codes at the till"), _("What a campaign brought.")),
        Topic("results", _("Results and money"), _("Every rate with its formula; cost and revenue.")),
        Topic("automations", _("Automations"), _("Birthdays, dates, events: texts by themselves.")),
        Topic("surveys", _("Surveys"), _("Questions by text, and what the answers mean.")),
        Topic("appointments", _("Appointments"), _("Who is reminded when, and what they answer.")),
        Topic("keywords", _("Keywords"), _("Words that people text, and what each does.")),
        Topic("conversations", _("Conversations"), _("What was said with one number, both ways.")),
    ]


def _of_the_appliance() -> list[Topic]:
    return [
        Topic("states", _("What a state means"), _("Every state and every reason, word for word.")),
        Topic("deciding", _("What needs you"), _("Uncertain and failed messages; perhaps a STOP.")),
        Topic(
            "modems", _("Modems and SIM cards"), _("PIN, incidents, another SIM card, USSD, test message.")
        ),
        Topic("budget", _("Budgets, and numbers in 06 and 07"), _("How much a SIM card may send.")),
        Topic("alarms", _("Alarms and lamps"), _("Who is told of what; what the lamps and the button do.")),
        Topic("troubles", _("Troubles and cures"), _("What may be wrong, and what you can do.")),
        Topic("checkup", _("Check-up"), _("What the appliance says of itself, and the bundle for support.")),
        Topic("rights", _("What people may ask you"), _("A copy, a correction, an erasure, a no.")),
        Topic("people", _("People and roles"), _("Who may do what; a forgotten password.")),
        Topic("keyboard", _("The keyboard"), _("Without a mouse.")),
        Topic("programs", _("For programs"), _("The API in five minutes.")),
        Topic("webhooks", _("Webhooks"), _("Programs that are told what happens.")),
        Topic("codes", _("One-time codes"), _("How a program asks for one, and what stops bots.")),
        Topic("alerts", _("Alerts from other programs"), _("Alertmanager and Grafana, told by text.")),
        Topic("twilio", _("Twilio programs"), _("What to change, and what differs.")),
        Topic("upkeep", _("Upkeep"), _("New versions, copies, commands.")),
    ]


@pages.get("/help")
def show() -> str:
    asked = " ".join(request.args.get("q", "")[:LONGEST].split())
    hits = help_search.find(_sections(current(), handsets.there()), asked) if asked else []
    return render_template("help/index.html", topics=topics(), asked=asked, hits=hits)


@pages.get("/help/<name>")
def topic(name: str) -> str:
    found = next((each for each in topics() if each.name == name), None)
    if found is None:
        abort(404)
    return render_template("help/topic.html", topic=found, text=_text(name))


@pages.app_template_global("help_topic")
def about() -> Topic | None:
    """The topic about the page that is shown; None for the help itself, and for the door."""
    name = ABOUT.get((request.endpoint or "").partition(".")[0])
    return next((each for each in topics() if each.name == name), None) if name else None


@lru_cache(maxsize=4)
def _sections(language: str, _with_handsets: bool) -> tuple[Section, ...]:
    """All that can be found, in one language: read once, since it does not change while the process lives."""
    also = help_search.synonyms(language)
    return tuple(
        section
        for each in topics()
        for section in help_search.sections(each.name, each.title, _text(each.name), also)
    )


def _text(name: str) -> Markup:
    """The topic's text in the reader's language."""
    text = render_template(f"help/{current()}/{name}.html", **_facts())
    return Markup(spaced(text) if current() == "fr" else text)


def _facts() -> dict[str, Any]:
    """What the texts do not say themselves: the gateway's words, and where this appliance is."""
    return {
        "states_told": [(str(state), say(f"meaning.{state}")) for state in State],
        "reasons": _reasons(),
        "rules": [say(f"rule.{rule}") for rule in _codes("rule") if rule != "state"],
        "rungs": [say(f"rung.{rung}") for rung in _codes("rung")],
        "limits": [say(f"limit.{limit}") for limit in LIMITS],
        "cures": _cures(),
        "refusals": list(
            dict.fromkeys(say(f"trouble.{c}") for c in _codes("trouble") if c.startswith("cms_"))
        ),
        "alarms": [_said(f"alarm.{alarm}") for alarm in _codes("alarm")],
        "fields_looked_at": [say(f"field.{field}") for field in _codes("field")],
        "categories": CATEGORIES.values(),
        "roles": ROLES,
        "data_dir": office().config.appliance.data_dir,
        "call": _call,
        "piece": lambda name, said: connections.piece(name, _root(), said),
        "root": _root(),
    }


def _said(code: str) -> str:
    """The sentence without a case: what only the case tells is an ellipsis, which needs no full stop."""
    return say(code).replace("….", "…")


def _codes(table: str) -> list[str]:
    return list(words.words(current()).get(table, {}))


def _reasons() -> list[tuple[str, str, list[str]]]:
    """Every reason's sentence, by what it is about."""
    told = {code: _said(f"reason.{code}") for code in _codes("reason")}
    about = (
        ("route_", _("Which modem carries it"), "route"),
        ("budget", _("The SIM card's budget"), "budget"),
    )
    others = {code: words for code, words in told.items() if not code.startswith(("route_", "budget"))}
    parts = [(_("Every reason, word for word"), "reasons", list(others.values()))]
    for begin, title, anchor in about:
        parts.append((title, anchor, [words for code, words in told.items() if code.startswith(begin)]))
    return parts


def _cures() -> list[tuple[str, str]]:
    """What may be wrong with a modem, where a person can do something about it."""
    troubled = (ModemStatus("", "", error=code) for code in _codes("trouble"))
    return [(modem_words.trouble(modem), cure) for modem in troubled if (cure := modem_words.advice(modem))]


def _call(method: str, path: str, body: dict[str, Any] | None = None) -> str:
    return samples(method, _root() + path, True, body)["curl"]


def _root() -> str:
    """Where programs find this appliance."""
    return doorplate.root()
