"""/l/…: a short link of a message leads on; /p/…: a landing page.  Whoever comes needs no sign-in.

Of whoever comes nothing is kept: no address, no cookie, no name of a browser.  A click is one more in its
row.  Addresses that guess are counted in memory for a minute, and slowed down.
"""

from __future__ import annotations

from collections import OrderedDict
from ipaddress import ip_address
from threading import Lock

from flask import Blueprint, Flask, Response, make_response, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.exceptions import TooManyRequests
from werkzeug.wrappers import Response as Answer

from gateway import letters
from gateway.errors import NotFound
from gateway.features.landings import colours
from gateway.features.landings import verbs as landings
from gateway.features.links import robots
from gateway.features.links import verbs as links
from gateway.store.models import Landing
from web.memory import Kept
from web.office import office

MOST_MISSES = 30  # a minute from one address: more is no thumb that slipped
WINDOW = 60.0  # seconds
REMEMBERED = 1000  # addresses; the oldest is forgotten first
PRIVATE = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow"}
A_DAY = "public, max-age=86400"

pages = Blueprint("short", __name__)


class Misses:
    """How often an address asked for what is not there.  Instants are monotonic seconds."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._counts: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def note(self, address: str, now: float) -> None:
        with self._lock:
            began, count = self._counts.pop(address, (now, 0))
            self._counts[address] = (began, count + 1) if now - began < WINDOW else (now, 1)
            while len(self._counts) > REMEMBERED:
                self._counts.popitem(last=False)

    def is_guessing(self, address: str, now: float) -> bool:
        began, count = self._counts.get(address, (now, 0))
        return count >= MOST_MISSES and now - began < WINDOW


def register(app: Flask) -> None:
    app.register_blueprint(pages)


@pages.before_request
def _slow_down() -> None:
    """A proxy on this machine speaks for everybody, and is never held up."""
    if not _is_here() and _misses().is_guessing(_address(), office().clock.monotonic()):
        raise TooManyRequests(retry_after=int(WINDOW))


@pages.errorhandler(TooManyRequests)
def _too_many(_error: TooManyRequests) -> Answer:
    answer = _gone(_("Too many tries"), _("Wait a minute, then open the link once more."), 429)
    answer.headers["Retry-After"] = str(int(WINDOW))
    return answer


@pages.get("/l/<slug>")
def follow(slug: str) -> Answer:
    """Count whoever comes, and lead on; the count may be lost, the way is not."""
    now = office().clock.now()
    found = links.look(slug)
    if found is None:
        return _missing()
    since = now - found.sent_at if found.sent_at is not None else None
    links.count(slug, robots.is_robot(request.method, dict(request.headers), since), now)
    return _private(redirect(found.url, 302))


@pages.get("/p/<name>")
def page(name: str) -> Answer:
    """A landing page, as its maker wrote it."""
    try:
        found = landings.find(name)
    except NotFound:
        return _missing()
    return _private(make_response(shown(found)))


@pages.get("/p/<name>/picture")
def picture(name: str) -> Answer:
    """The octets as they were given, under the kind that they are."""
    try:
        found = landings.find(name)
    except NotFound:
        return _missing()
    if found.picture is None:
        return _missing()
    answer = Response(bytes(found.picture), mimetype=found.picture_type)
    return _kept(answer, found)


@pages.get("/p/<name>/colour.css")
def colour(name: str) -> Answer:
    """The page's own colour: no style is written inline."""
    try:
        found = landings.find(name)
    except NotFound:
        return _missing()
    rule = f":root {{ --shop: {found.colour}; --ink: {colours.on(found.colour)}; }}\n"
    return _kept(Response(rule, mimetype="text/css"), found)


def shown(found: Landing, look: bool = False) -> str:
    """The page as whoever comes sees it; `look`: before anybody does, whatever its state."""
    here = office()
    now = here.clock.now()
    left = (found.ends_at - now).total_seconds() if found.ends_at is not None else None
    return render_template(
        "landing_public.html",
        page=found,
        state=landings.OPEN if look else landings.state(found, now),
        left=max(0, round(left)) if left is not None else None,
        shop=letters.business(here.config.appliance),
        look=look,
        version=int(found.updated_at.timestamp()),
    )


def _missing() -> Answer:
    _misses().note(_address(), office().clock.monotonic())
    title = _("This link leads nowhere")
    return _gone(title, _("It may have been copied in part, or what it led to is over."), 404)


def _gone(title: str, advice: str, status: int) -> Answer:
    shop = letters.business(office().config.appliance)
    text = render_template("landing_gone.html", title=title, advice=advice, shop=shop)
    return _private(make_response(text, status))


def _private(answer: Answer) -> Answer:
    answer.headers["Cache-Control"] = "no-store"
    answer.headers.update(PRIVATE)
    return answer


def _kept(answer: Answer, found: Landing) -> Answer:
    """Its address changes with the page."""
    answer.headers.update(PRIVATE)
    answer.headers["Cache-Control"] = A_DAY
    answer.last_modified = found.updated_at
    return answer


_misses = Kept(lambda _: Misses())


def _address() -> str:
    return request.remote_addr or ""


def _is_here() -> bool:
    try:
        return ip_address(_address()).is_loopback
    except ValueError:
        return False
