"""Who may what: the least role for every page and every form of the page, in one table.

Where that is not enough, a word asks for more: "contact_pages.record given" is that form with `given` in
its address, "settings.choose lift" with its field `lift` filled in, "attention.decide others" about
messages of somebody else.  What stands in no table is for administrators.  What the door shows to everybody
(`sign_in.PUBLIC_ENDPOINTS`) and what the API answers, by a key's scopes, needs no role.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress

from flask import Flask, request
from werkzeug.exceptions import Forbidden

from gateway.access.roles import ADMINISTERS, LOOKS, MANAGES, ROLES, WRITES, reaches
from gateway.errors import NotFound
from gateway.messages import lookup
from web import sign_in

OWN, OTHERS = "own", "others"

# Sees what was said and what became of it; looks after the own account.
_LOOKS = (
    "account.show",
    "alarm_pages.listing",
    "account.change_password",
    "account.close_others",
    "calendar_pages.show",
    "conversations.listing",
    "conversations.search.show",
    "conversations.thread",
    "handsets.show",
    "help.show",
    "help.topic",
    "home.show",
    "incident_pages.listing",
    "live.follow",
    "live.look",
    "message_pages.detail",
    "message_pages.listing",
    "modem_pages.show",
    "welcome.sign_out",
)
# Writes, answers, keeps the contacts, notes whoever says no; takes back and repeats what is their own.
_WRITES = (
    "attention.answer",
    "attention.decide",
    "attention.show",
    "contact_pages.add",
    "contact_pages.card",
    "contact_pages.keep",
    "contact_pages.listing",
    "contact_pages.record",
    "contact_pages.remove",
    "crowd_pages.sort",
    "group_pages.add",
    "group_pages.listing",
    "group_pages.own",
    "group_pages.remove",
    "group_pages.rename",
    "merge_pages.choose",
    "merge_pages.merge",
    "segment_pages.add",
    "segment_pages.blank",
    "segment_pages.change",
    "segment_pages.count",
    "segment_pages.edit",
    "segment_pages.listing",
    "segment_pages.remove",
    "conversations.assign",
    "conversations.remove_note",
    "conversations.reply",
    "conversations.write_note",
    "handsets.answer",
    "handsets.press",
    "message_pages.cancel",
    "message_pages.reschedule",
    "several.ask",
    "several.progress",
    "several.stop",
    "batches.reckon",
    "batches.sent",
    "batches.undo",
    "template_pages.listing",
    "write.address",
    "write.blank",
    "write.departure",
    "write.given",
    "write.measure",
    "write.sample",
    "write.suggest",
)
# Answers for the shop: offers and who agreed to them, its texts and hours, what others wrote.
_MANAGES = (
    "template_pages.add",
    "template_pages.blank",
    "template_pages.keep",
    "template_pages.remove",
    "template_pages.shelf",
    "template_pages.show",
    "template_pages.take",
    "attention.answer other",
    f"attention.decide {OTHERS}",
    "clock_pages.confirm",
    "code_pages.brake",
    "code_pages.limits",
    "code_pages.show",
    "code_pages.text",
    "contact_pages.ask",
    "contact_pages.record given",
    "contact_pages.record resumed",
    "crowd_pages.export",
    "doctor_pages.again",
    "doctor_pages.show",
    "group_pages.add_field",
    "group_pages.remove_field",
    "group_pages.rename_field",
    "import_pages.cancel",
    "import_pages.faulty",
    "import_pages.lines",
    "import_pages.listing",
    "import_pages.mend",
    "import_pages.show",
    "import_pages.start",
    "import_pages.upload",
    f"message_pages.cancel {OTHERS}",
    "modem_pages.balance",
    "message_pages.export",
    f"message_pages.reschedule {OTHERS}",
    "several.ask all",
    f"several.ask {OTHERS}",
    "settings.choose",
    "settings.measure",
    "settings.show",
    "settings.text",
)
# Writes to many at once, and answers for it.
_CAMPAIGNS = (
    "campaign_pages.add",
    "campaign_pages.again",
    "campaign_pages.blank",
    "campaign_pages.clean",
    "campaign_pages.listing",
    "campaign_pages.pause",
    "campaign_pages.remove",
    "campaign_pages.resume",
    "campaign_pages.show",
    "campaign_pages.stop",
    "campaign_pages.winner",
    "campaign_steps.save",
    "campaign_steps.step",
)
# Pages for whoever follows a link.
_LANDINGS = (
    "landing_pages.add",
    "landing_pages.blank",
    "landing_pages.close",
    "landing_pages.edit",
    "landing_pages.keep",
    "landing_pages.listing",
    "landing_pages.preview",
    "landing_pages.remove",
    "landing_pages.reopen",
)
# Words of the shop's own.
_KEYWORDS = (
    "keyword_pages.add",
    "keyword_pages.change",
    "keyword_pages.listing",
    "keyword_pages.remove",
    "keyword_pages.show",
)
# Stands at the till; a whole list is the shop's.
_TILL = ("till_pages.show", "till_pages.take", "till_pages.undo")
_TILL_LIST = ("till_pages.upload",)
# What campaigns brought, and what one might.
_RESULTS = tuple(f"result_pages.{name}" for name in ("export_all", "export_one", "listing", "show"))
# Asks many at once, and decides what they meant.
_SURVEYS = (
    "survey_pages.add",
    "survey_pages.add_question",
    "survey_pages.blank",
    "survey_pages.change_question",
    "survey_pages.decide",
    "survey_pages.export",
    "survey_pages.go_on",
    "survey_pages.keep",
    "survey_pages.listing",
    "survey_pages.remove",
    "survey_pages.remove_question",
    "survey_pages.show",
    "survey_pages.start",
)
# Lets steps begin by themselves, for one person after the other.
_AUTOMATIONS = tuple(
    f"automation_pages.{name}"
    for name in "add add_step change_step keep listing move_step pause remove runs show start test".split()
)
# Appointments and their reminders: seen by all, noted by who writes, followed as the shop chooses.
_APPOINTMENTS_SEEN = ("appointment_pages.detail", "appointment_pages.show")
_APPOINTMENTS_NOTED = ("appointment_pages.add", "appointment_pages.cancel", "appointment_pages.mark")
_CALENDAR_FORMS = ("add", "decide", "fetch", "keep", "listing", "remove", "remove_rule", "save_rule", "show")
_CALENDARS = ("appointment_pages.upload", *(f"calendar_source_pages.{form}" for form in _CALENDAR_FORMS))
# Answers for the appliance and before the law.
_ADMINISTERS = (
    "alert_route_pages.add",
    "alert_route_pages.keep",
    "alert_route_pages.listing",
    "alert_route_pages.pause",
    "alert_route_pages.remove",
    "alert_route_pages.show",
    "alert_route_pages.test",
    "backup_pages.export",
    "backup_pages.fetch",
    "backup_pages.make",
    "backup_pages.remove",
    "backup_pages.show",
    "doctor_pages.fetch",
    "key_pages.change",
    "key_pages.create",
    "key_pages.revoke",
    "key_pages.show",
    "modem_pages.ask",
    "modem_pages.balance_code",
    "modem_pages.budget",
    "modem_pages.choose",
    "modem_pages.notice",
    "modem_pages.route",
    "modem_pages.ussd",
    "people_pages.change_role",
    "people_pages.invite",
    "people_pages.invite_again",
    "people_pages.let_in",
    "people_pages.listing",
    "people_pages.shut_out",
    "people_pages.sign_out",
    "privacy.confirm",
    "privacy.export",
    "privacy.forget",
    "privacy.log",
    "modem_pages.pin",
    "settings.choose alarms",
    "settings.choose lift",
    "settings.choose reason",
    "settings.choose retention",
    "settings.test",
    "webhook_pages.add",
    "webhook_pages.allow",
    "webhook_pages.change",
    "webhook_pages.listing",
    "webhook_pages.remove",
    "webhook_pages.replay",
    "webhook_pages.replay_given_up",
    "webhook_pages.roll",
    "webhook_pages.show",
    "webhook_pages.switch",
    "webhook_pages.told",
    "webhook_pages.try_out",
    "wizard.done",
    "wizard.modem",
    "wizard.password",
    "wizard.pin",
    "wizard.shop",
    "wizard.show",
    "wizard.skip",
    "wizard.step",
    "wizard.test",
)
LEAST = {
    **dict.fromkeys(_LOOKS, LOOKS),
    **dict.fromkeys(_WRITES, WRITES),
    **dict.fromkeys(_MANAGES, MANAGES),
    **dict.fromkeys(_CAMPAIGNS, MANAGES),
    **dict.fromkeys(_AUTOMATIONS, MANAGES),
    **dict.fromkeys(_SURVEYS, MANAGES),
    **dict.fromkeys(_LANDINGS, MANAGES),
    **dict.fromkeys(_KEYWORDS, MANAGES),
    **dict.fromkeys(_TILL, WRITES),
    **dict.fromkeys((*_TILL_LIST, *_RESULTS, "simulator_pages.show"), MANAGES),
    **dict.fromkeys(_APPOINTMENTS_SEEN, LOOKS),
    **dict.fromkeys(_APPOINTMENTS_NOTED, WRITES),
    **dict.fromkeys(_CALENDARS, MANAGES),
    **dict.fromkeys(_ADMINISTERS, ADMINISTERS),
}
WORDED = frozenset(name.partition(" ")[0] for name in LEAST if " " in name)

# form → the messages that it is about
ABOUT: dict[str, Callable[[], Iterable[str]]] = {
    "attention.decide": lambda: request.form.getlist("uid"),
    "message_pages.cancel": lambda: [(request.view_args or {})["uid"]],
    "message_pages.reschedule": lambda: [(request.view_args or {})["uid"]],
    "several.ask": lambda: request.form.getlist("uid"),
}


class NotAllowed(Forbidden):
    """Something was asked for that needs at least the role `least`."""

    def __init__(self, least: str) -> None:
        super().__init__()
        self.least = least


def register(app: Flask) -> None:
    app.before_request(_ask)
    app.jinja_env.globals.update(may=may, whose=whose)


def least(endpoint: str, words: Iterable[str] = ()) -> str:
    """The role that is needed: the endpoint's, or a higher one that one of the words asks for."""
    named = [LEAST.get(endpoint, ADMINISTERS), *(LEAST.get(f"{endpoint} {word}", LOOKS) for word in words)]
    return max(named, key=ROLES.index)


def may(endpoint: str, *words: str) -> bool:
    """Whether whoever reads this page may do that."""
    someone = sign_in.person()
    return someone is not None and reaches(someone.role, least(endpoint, words))


def whose(source: str) -> str:
    """The word for a message of that source."""
    return OWN if source == sign_in.caller().source else OTHERS


def _ask() -> None:
    """Refuse, before anything of the form is believed, what the reader's role does not reach."""
    endpoint, someone = request.endpoint or "", sign_in.person()
    if not someone or not endpoint or sign_in.is_open():
        return
    if not may(endpoint, *(words := _words(endpoint))):
        raise NotAllowed(least(endpoint, words))


def _words(endpoint: str) -> list[str]:
    """What the address and the form say, where the table asks for it."""
    if endpoint not in WORDED:
        return []
    filled = [name for name, value in request.form.items() if value.strip()]
    told = [str(value) for value in (request.view_args or {}).values()]
    about = [whose(source) for source in _sources(ABOUT.get(endpoint, list)())]
    return [*told, *filled, *about]


def _sources(uids: Iterable[str]) -> Iterator[str]:
    """Who wrote these messages; the page itself says which of them are not there."""
    for uid in uids:
        with suppress(NotFound):
            yield lookup.message(uid).source
