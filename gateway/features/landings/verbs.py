"""Landing pages as people make them; each verb is one transaction, and has changed nothing when it raises.

The name of a page stands in links that were sent: it is chosen once and stays.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from gateway import audit
from gateway.errors import Conflict, Invalid, NotFound
from gateway.features.landings import colours, pictures
from gateway.features.links import addresses
from gateway.messages import texts
from gateway.store import database
from gateway.store.models import Landing, Link

NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
LONGEST_NAME, LONGEST_TITLE, LONGEST_TEXT, LONGEST_BUTTON, LONGEST_URL = 40, 120, 4000, 60, 2000
MOST = 200
OPEN, ENDED, CLOSED = "open", "ended", "closed"


@dataclass(frozen=True, slots=True)
class Paper:
    """What a page shows; "" for no button, None for no end."""

    title: str
    text: str = ""
    button: str = ""
    button_url: str = ""
    ends_at: datetime | None = None
    colour: str = colours.USUAL


def everything() -> Sequence[Landing]:
    """All pages without their pictures, the newest first."""
    return list(Landing.select(*_but_picture()).order_by(Landing.id.desc()))


def find(name: str) -> Landing:
    """With its picture; raises NotFound `landing_unknown`."""
    found: Landing | None = Landing.get_or_none(Landing.slug == name)
    if found is None:
        raise NotFound("landing_unknown", value=name[:LONGEST_NAME])
    return found


def state(page: Landing, now: datetime) -> str:
    """ "open"; "ended": its hour has passed; "closed": somebody closed it."""
    if page.closed_at is not None:
        return CLOSED
    return ENDED if page.ends_at is not None and page.ends_at <= now else OPEN


def add(paper: Paper, by: str, now: datetime, name: str = "", picture: bytes | None = None) -> Landing:
    """A new page; without a `name` one is made of its title.  Raises Invalid, or Conflict `name_taken`."""
    mended, kind = _checked(paper), pictures.kind(picture) if picture is not None else None
    with database.transaction():
        if Landing.select().count() >= MOST:
            raise Invalid("too_many_landings", field="title", most=MOST)
        added: Landing = Landing.create(
            slug=_named(name, mended.title),
            written_by=by,
            created_at=now,
            updated_at=now,
            picture=picture,
            picture_type=kind,
            **_columns(mended),
        )
        audit.write(by, "landing_saved", now, shown=added.slug)
    return added


def change(
    name: str,
    paper: Paper,
    by: str,
    now: datetime,
    picture: bytes | None = None,
    without_picture: bool = False,
) -> Landing:
    """`picture` None: the one it has stays, unless it is to be without."""
    mended, kind = _checked(paper), pictures.kind(picture) if picture is not None else None
    with database.transaction():
        known = find(name)
        for column, value in _columns(mended).items():
            setattr(known, column, value)
        if picture is not None or without_picture:
            known.picture, known.picture_type = picture, kind
        known.updated_at = now
        known.save()
        audit.write(by, "landing_saved", now, shown=name)
    return known


def close(name: str, by: str, now: datetime) -> Landing:
    """Whoever comes reads that it is over."""
    return _keep(name, now, "landing_closed", by, now)


def reopen(name: str, by: str, now: datetime) -> Landing:
    """As it was before it was closed."""
    return _keep(name, None, "landing_opened", by, now)


def remove(name: str, by: str, now: datetime) -> Landing:
    """For good; raises Conflict `landing_in_use` where links that were sent lead to it."""
    with database.transaction():
        known = find(name)
        if Link.select().where(Link.landing_id == known.id).exists():
            raise Conflict("landing_in_use")
        known.delete_instance()
        audit.write(by, "landing_removed", now, shown=name)
    return known


def _keep(name: str, closed_at: datetime | None, action: str, by: str, now: datetime) -> Landing:
    with database.transaction():
        known = find(name)
        known.closed_at, known.updated_at = closed_at, now
        known.save(only=[Landing.closed_at, Landing.updated_at])
        audit.write(by, action, now, shown=name)
    return known


def _columns(paper: Paper) -> dict[str, object]:
    return {name: getattr(paper, name) for name in Paper.__slots__}


def _but_picture() -> list[object]:
    return [field for name, field in Landing._meta.fields.items() if name != "picture"]


def _checked(paper: Paper) -> Paper:
    title, text = " ".join(texts.clean(paper.title).split()), texts.clean(paper.text).strip()
    button, url = " ".join(texts.clean(paper.button).split()), paper.button_url.strip()
    if not title:
        raise Invalid("landing_title_missing", field="title")
    lengths = (
        *(("title", title, LONGEST_TITLE), ("text", text, LONGEST_TEXT)),
        *(("button", button, LONGEST_BUTTON), ("button_url", url, LONGEST_URL)),
    )
    for field, value, most in lengths:
        if len(value) > most:
            raise Invalid("landing_long", field=field, most=most)
    if bool(button) != bool(url):
        raise Invalid("landing_button_half", field="button_url" if button else "button")
    if url and not addresses.is_followable(url):
        raise Invalid("landing_url_bad", field="button_url", value=url[:60])
    return Paper(title, text, button, url, paper.ends_at, colours.check(paper.colour))


def _named(typed: str, title: str) -> str:
    name = typed.strip().lower()
    if not name:
        return _free(_made_of(title))
    if not NAME.fullmatch(name):
        raise Invalid("landing_name_bad", field="name", value=typed)
    if _is_taken(name):
        raise Conflict("name_taken", field="name", name=name)
    return name


def _made_of(title: str) -> str:
    """ "Soldes d’été !" → "soldes-d-ete"."""
    plain = unicodedata.normalize("NFKD", re.sub("[’']", "-", title)).encode("ascii", "ignore").decode()
    joined = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")
    return joined[: LONGEST_NAME - 4].strip("-") or "page"


def _free(name: str) -> str:
    """The same, or with the next number that no page has."""
    tried = (name, *(f"{name}-{number}" for number in range(2, MOST + 2)))
    return next(each for each in tried if not _is_taken(each))


def _is_taken(name: str) -> bool:
    return bool(Landing.select().where(Landing.slug == name).exists())
