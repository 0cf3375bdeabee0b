"""What every answer forbids the browser, and the token that every form must carry.

Nothing on a page may come from, or go to, another machine; no script or style is written inline.
"""

from __future__ import annotations

from flask import Flask, Response, request
from flask_wtf.csrf import CSRFProtect

from gateway.contacts.imports import jobs
from gateway.features.campaigns import code_lists
from gateway.features.conversions import sheet
from web.assets import ENDPOINTS as ASSETS
from web.compat import PATHS as DIALECTS

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",  # Bootstrap draws its arrows and ticks as data: images
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
}

# Programs come with a key in a header and never with our cookie: nobody can borrow their authority.
KEYED_PATHS = ("/api/", "/hooks/", *DIALECTS)

# A form that carries a file may be larger than others: octets, with the room that the form itself takes.
ROOMY = {
    "campaign_steps.save": code_lists.MOST_OCTETS + 64 * 1024,
    "import_pages.upload": jobs.MOST_OCTETS + 64 * 1024,
    "landing_pages.add": 1024 * 1024
    + 64 * 1024,  # a picture that is too large is said to be, beside its field
    "landing_pages.keep": 1024 * 1024 + 64 * 1024,
    "till_pages.upload": sheet.MOST_OCTETS + 64 * 1024,
}

csrf = CSRFProtect()


def register(app: Flask) -> None:
    csrf.init_app(app)
    app.before_request(_ask_for_token)
    app.after_request(_forbid)


def _ask_for_token() -> None:
    if request.endpoint in ROOMY:
        request.max_content_length = ROOMY[request.endpoint]
    if not request.path.startswith(KEYED_PATHS):
        csrf.protect()


def _forbid(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.endpoint not in ASSETS:
        response.headers.setdefault("Cache-Control", "no-store")
    return response
