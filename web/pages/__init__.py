"""The pages, one file each.  Each has a blueprint; what they show comes from the gateway's verbs."""

from __future__ import annotations

from flask import Flask

from web import sign_in
from web.pages import (
    account,
    alarms,
    alert_routes,
    appointment_calendars,
    appointments,
    attention,
    automations,
    backups,
    batches,
    calendar,
    campaign_steps,
    campaigns,
    clock,
    contacts,
    conversations,
    crowds,
    doctor,
    groups,
    handsets,
    help,
    home,
    imports,
    incidents,
    keys,
    keywords,
    landings,
    merging,
    messages,
    modems,
    people,
    poster,
    privacy,
    registers,
    results,
    segments,
    settings,
    several,
    simulator,
    survey_answers,
    surveys,
    templates,
    till,
    verify,
    webhooks,
    welcome,
    wizard,
    write,
)

PAGES = (
    home,
    clock,
    write,
    batches,
    campaigns,
    campaign_steps,
    landings,
    till,
    results,
    simulator,
    templates,
    keywords,
    messages,
    several,
    surveys,
    survey_answers,
    automations,
    calendar,
    appointment_calendars,
    appointments,
    attention,
    conversations,
    contacts,
    crowds,
    groups,
    segments,
    merging,
    registers,
    imports,
    modems,
    alarms,
    alert_routes,
    incidents,
    doctor,
    handsets,
    help,
    privacy,
    settings,
    poster,
    verify,
    people,
    keys,
    webhooks,
    backups,
    account,
    welcome,
    wizard,
)


def register(app: Flask) -> None:
    for page in PAGES:
        app.register_blueprint(page.pages)
    app.context_processor(_frame)


def _frame() -> dict[str, object]:
    """What the frame around every page shows."""
    return {
        "appliance": home.appliance(),
        "has_handsets": handsets.there(),
        "undecided": attention.count() if sign_in.person() else 0,
    }
