"""The help, one page in each language."""

from __future__ import annotations

from flask import Blueprint, render_template

from web.language import current

pages = Blueprint("help", __name__)


@pages.get("/help")
def show() -> str:
    return render_template(f"help/{current()}.html")
