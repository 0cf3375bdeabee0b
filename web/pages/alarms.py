"""The alarms: those that stand, with what to do about each, and those that are over."""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for
from flask_babel import gettext as _

from gateway.modems import alarms
from gateway.store.models import Alarm
from web import roles
from web.pages.modem_words import anchor, cure

pages = Blueprint("alarm_pages", __name__)

A_PAGE = 40


@pages.get("/alarms")
def listing() -> str:
    cursor = request.args.get("cursor")
    return render_template(
        "alarms.html",
        standing=[] if cursor else alarms.standing(),
        over=alarms.over(cursor, A_PAGE),
        first=not cursor,
    )


@pages.app_template_global("remedy")
def remedy(alarm: Alarm) -> str:
    """What a person can do about it."""
    return cure(str(alarm.facts.get("error", ""))) or remedies().get(alarm.kind, "")


@pages.app_template_global("alarm_place")
def place(alarm: Alarm) -> str:
    """Where it is done."""
    if alarm.kind == "clock_untrusted":
        return url_for("home.show", _anchor="clock")
    if alarm.kind in ("disk_nearly_full", "mail_backlog"):
        section = "retention" if alarm.kind == "disk_nearly_full" else "alarms"
        return (
            url_for("settings.show", _anchor=section) if roles.may("settings.show") else url_for(".listing")
        )
    if alarm.kind == "panel_unusable":
        return url_for("help.topic", name="alarms")
    if alarm.kind in ("calendar_unreachable", "calendar_emptied"):
        if not roles.may("calendar_source_pages.show"):
            return url_for("appointment_pages.show")
        return url_for("calendar_source_pages.show", uid=alarm.subject)
    if alarm.kind == "webhook_backlog":
        return url_for("webhook_pages.told", state="waiting")
    if alarm.kind == "codes_unvalidated":
        return url_for("code_pages.show" if roles.may("code_pages.show") else ".listing")
    if alarm.kind == "backup_failed":
        return url_for("backup_pages.show" if roles.may("backup_pages.show") else ".listing")
    return url_for("modem_pages.show", _anchor=anchor(alarm.subject))


def remedies() -> dict[str, str]:
    """Kind → what to do."""
    return {
        "calendar_unreachable": _(
            "See whether its address still holds, and copy it anew; its appointments stay as they were."
        ),
        "calendar_emptied": _("Say whether these appointments are canceled, or stand."),
        "sim_changed": _(
            "Say on the modem's card that the SIM card belongs there, or put the other one back."
        ),
        "sim_paused": _("Ask the operator why it refuses. The SIM card goes on by itself after its pause."),
        "modem_down": _("Look at its power supply, its cable and its aerial; restart it from its card."),
        "resets_over": _("Pull the modem's plug for a minute. If it stays silent, replace it."),
        "storage_nearly_full": _(
            "Take the SIM card out and empty its messages in a telephone, or restart the modem."
        ),
        "nothing_leaves": _("Restart the modem from its card: what it has in hand may become uncertain."),
        "self_test_failed": _(
            "See on the modem's card whether it is ready, then send a test message by hand."
        ),
        "budget_near": _("Nothing need be done today; look at the budget before the next mailing."),
        "budget_over": _("Wait, add another SIM card, or choose a larger budget if its contract allows it."),
        "codes_unvalidated": _(
            "See on the page Codes which program asks for them; take the brake off when it is well."
        ),
        "webhook_backlog": _("See what keeps the program from answering; everything waits for two days."),
        "backup_failed": _(
            "Plug the stick in, or make room; then, on the appliance: sudo systemctl start chappe-backup"
        ),
        "disk_nearly_full": _("Keep texts for a shorter time, or move the backups to another disk."),
        "mail_backlog": _(
            "See in the settings what the relay says, then correct [mail] in the configuration."
        ),
        "panel_unusable": _("See that the gateway’s user is in the group of the pins, then start it again."),
        "clock_untrusted": _("Connect the appliance to the Internet, or say that its hour is right."),
    }
