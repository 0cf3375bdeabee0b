"""The pages, one file each.  Each has a blueprint; what they show comes from the gateway's verbs."""

from __future__ import annotations

from flask import Flask

from web.pages import conversations, handsets, help, home, messages, modems, welcome, write

PAGES = (home, write, messages, conversations, modems, handsets, help, welcome)


def register(app: Flask) -> None:
    for page in PAGES:
        app.register_blueprint(page.pages)
    app.context_processor(_frame)


def _frame() -> dict[str, object]:
    """What the frame around every page shows."""
    return {"appliance": home.appliance(), "has_handsets": handsets.there()}
