"""The pages, one file each.  Each has a blueprint; what they show comes from the gateway's verbs."""

from __future__ import annotations

from flask import Flask

from web import sign_in
from web.pages import attention, conversations, handsets, help, home, messages, modems, welcome, write

PAGES = (home, write, messages, attention, conversations, modems, handsets, help, welcome)


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
