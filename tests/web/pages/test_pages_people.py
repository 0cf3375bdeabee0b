"""The team: invited by a link that is shown once, given roles, shut out and let in; and one's own account."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from flask import Flask

from gateway import audit
from gateway.access import people, sessions
from gateway.ids import digest
from gateway.store import database
from gateway.store.models import OneTimeLink, SignIn, User
from journeys.visitor import PASSWORD, Visitor
from web.sign_in import COOKIE

if TYPE_CHECKING:
    from fakes import FakeClock

LINK = re.compile(r"http://localhost(/welcome/[\w=-]+)")


def noted() -> list[tuple[str, str, str]]:
    """Who did what to whom, the newest first."""
    with database.connection():
        return [(row.written_by, row.action, row.shown) for row in audit.recent()]


def user(name: str) -> User:
    with database.connection():
        found: User = User.get(User.name == name)
        return found


def welcomed(app: Flask, link: str, password: str = PASSWORD) -> Visitor:
    visitor = Visitor(app.test_client())
    visitor.send(link, password=password)
    return visitor


def invited(ana: Visitor, name: str = "bob", role: str = "writer") -> str:
    page = ana.send("/people", name=name, role=role, language="en")
    found = LINK.search(page)
    assert found, page
    return found[1]


@pytest.fixture
def bob(app: Flask, ana: Visitor) -> Visitor:
    """A writer whom ana invited."""
    return welcomed(app, invited(ana))


def cookie(visitor: Visitor) -> str:
    found = visitor.client.get_cookie(COOKIE)
    assert found is not None
    return found.value


def is_out(visitor: Visitor) -> bool:
    return (visitor.client.get("/").location or "").startswith("/sign-in")


# ---- invited -------------------------------------------------------------------------------------


def test_somebody_is_invited_by_a_link_that_is_shown_once_and_opens_once(app: Flask, ana: Visitor) -> None:
    link = invited(ana)
    assert not LINK.search(ana.read("/people"))
    assert "Has not chosen a password yet" in ana.read("/people")
    bob = welcomed(app, link)
    assert (user("bob").role, user("bob").language) == ("writer", "en")
    assert "Writer" in bob.read("/account")
    assert "This link is over" in Visitor(app.test_client()).read(link, expect=410)
    assert noted() == [("page:ana", "user_added", "bob")]


def test_the_log_never_holds_the_secret_of_a_link(
    app: Flask, ana: Visitor, caplog: pytest.LogCaptureFixture
) -> None:
    """Also where the database fails while the link is opened: it is still good then."""
    link = invited(ana)
    with caplog.at_level(logging.DEBUG):
        visitor = Visitor(app.test_client())
        visitor.read(link)
        with database.connection():
            database.db.execute_sql("ALTER TABLE one_time_links RENAME TO elsewhere")
        assert visitor.client.get(link).status_code == 503
        with database.connection():
            database.db.execute_sql("ALTER TABLE elsewhere RENAME TO one_time_links")
        welcomed(app, link)
    secret = link.removeprefix("/welcome/")
    assert "/welcome/<token>" in caplog.text
    assert secret not in caplog.text


def test_a_wrong_invitation_is_refused_at_its_field(ana: Visitor) -> None:
    for typed, fault in (
        ({"name": "a b"}, "A name has 1 to 40 letters"),
        ({"name": ""}, "A name has 1 to 40 letters"),
        ({"name": "ana"}, "“ana” exists already."),
        ({"name": "bob", "role": "king"}, "There is no role “king”."),
        ({"name": "bob", "role": ""}, "There is no role “”."),
    ):
        page = ana.send("/people", expect=422, **{"role": "viewer", "language": "en", **typed})
        assert fault in page
        assert "--fault" in page  # beside the field of somebody who has no name yet
        assert f'value="{typed["name"]}"' in page
    assert noted() == []


def test_whoever_lost_the_link_gets_another_and_the_older_one_is_void(app: Flask, ana: Visitor) -> None:
    old = invited(ana)
    found = LINK.search(ana.send("/people/bob/link", form_at="/people"))
    assert found
    assert "This link is over" in Visitor(app.test_client()).read(old, expect=410)
    welcomed(app, found[1])
    assert noted()[0] == ("page:ana", "user_invited", "bob")


# ---- roles ---------------------------------------------------------------------------------------


def test_a_new_role_counts_at_once_and_ends_what_was_open(app: Flask, ana: Visitor, bob: Visitor) -> None:
    assert bob.client.get("/settings").status_code == 403
    assert "bob: manager." in ana.send("/people/bob/role", form_at="/people", role="manager").lower()
    assert is_out(bob)
    bob.send("/sign-in", name="bob", password=PASSWORD)
    assert bob.client.get("/settings").status_code == 200
    assert noted()[0] == ("page:ana", "user_role", "bob")


def test_the_same_role_again_changes_nothing(ana: Visitor, bob: Visitor) -> None:
    ana.send("/people/bob/role", form_at="/people", role="writer")
    assert not is_out(bob)
    assert noted() == [("page:ana", "user_added", "bob")]


def test_the_last_administrator_stays(ana: Visitor, bob: Visitor) -> None:
    for act in ("role", "shut-out"):
        page = ana.send(f"/people/ana/{act}", expect=422, form_at="/people", role="viewer")
        assert "ana is the last administrator who can sign in." in page
    assert (user("ana").role, user("ana").disabled_at) == ("administrator", None)
    assert not is_out(ana)


def test_an_administrator_without_a_password_is_no_replacement(ana: Visitor) -> None:
    invited(ana, "eve", "administrator")
    assert "last administrator" in ana.send("/people/ana/role", expect=422, form_at="/people", role="viewer")


def test_who_gives_up_the_own_role_goes_on_by_a_new_session(app: Flask, ana: Visitor) -> None:
    eve = welcomed(app, invited(ana, "eve", "administrator"))
    other = Visitor(app.test_client())
    other.send("/sign-in", name="ana", password=PASSWORD)
    before = cookie(ana)
    page = ana.send("/people/ana/role", form_at="/people", role="writer")
    assert "ana: Writer." in page
    assert cookie(ana) != before
    assert is_out(other)
    assert ana.client.get("/people").status_code == 403
    ana.client.set_cookie(COOKIE, before)
    assert is_out(ana)
    assert eve.client.get("/people").status_code == 200


# ---- shut out, let in ----------------------------------------------------------------------------


def test_who_is_shut_out_is_out_everywhere_until_let_in(app: Flask, ana: Visitor, bob: Visitor) -> None:
    found = LINK.search(ana.send("/people/bob/link", form_at="/people"))
    assert found
    ana.send("/people/bob/shut-out", form_at="/people")
    assert is_out(bob)
    page = bob.send("/sign-in", expect=422, name="bob", password=PASSWORD)
    assert "do not go together" in page
    bob.read(found[1], expect=410)
    assert "bob is shut out" in ana.send("/people/bob/link", expect=422, form_at="/people")
    ana.send("/people/bob/let-in", form_at="/people")
    assert "Ready to send" in bob.send("/sign-in", name="bob", password=PASSWORD)
    assert [what for _, what, _ in noted()][:2] == ["user_enabled", "user_disabled"]


def test_a_session_that_somehow_outlives_its_owners_account_opens_nothing(
    ana: Visitor, bob: Visitor, clock: FakeClock
) -> None:
    with database.connection():
        User.update(disabled_at=clock.now()).where(User.name == "bob").execute()
    assert is_out(bob)


def test_a_lost_telephone_is_signed_out_and_the_password_stays_good(
    app: Flask, ana: Visitor, bob: Visitor
) -> None:
    assert "bob is signed out everywhere." in ana.send("/people/bob/sign-out", form_at="/people")
    assert is_out(bob)
    bob.send("/sign-in", name="bob", password=PASSWORD)
    assert noted()[0] == ("page:ana", "user_signed_out", "bob")


def test_of_somebody_who_is_not_there_the_page_says_so(ana: Visitor) -> None:
    for act in ("role", "link", "sign-out", "shut-out", "let-in"):
        page = ana.send(f"/people/nobody/{act}", expect=404, form_at="/people", role="writer")
        assert "There is nobody called “nobody”." in page
    assert noted() == []


def test_when_somebody_was_last_here_is_noted_once_a_minute(ana: Visitor, clock: FakeClock) -> None:
    came = clock.now()
    ana.read("/")
    assert user("ana").seen_at == came
    clock.move(timedelta(seconds=50))
    ana.read("/")
    assert user("ana").seen_at == came
    clock.move(timedelta(seconds=10))
    ana.client.get("/live")
    assert user("ana").seen_at == came
    ana.read("/")
    assert user("ana").seen_at == clock.now()
    assert "Last seen: just now" in " ".join(re.sub("<[^>]*>", " ", ana.read("/people")).split())


# ---- coming in -----------------------------------------------------------------------------------


def test_signing_in_again_brings_a_new_session_and_ends_the_one_before(app: Flask, ana: Visitor) -> None:
    before = cookie(ana)
    ana.client.get("/sign-in")  # signed in already: one may still type another name into an old page
    page = ana.client.get("/account").get_data(as_text=True)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token
    ana.client.post("/sign-in", data={"csrf_token": token[1], "name": "ana", "password": PASSWORD})
    assert cookie(ana) != before
    with database.connection():
        assert SignIn.get_or_none(SignIn.digest == digest(before)) is None


def test_a_session_from_elsewhere_is_never_taken_over(app: Flask, ana: Visitor) -> None:
    """Whoever plants a cookie in a browser does not share the session that is opened there."""
    planted = "planted-by-somebody-else"
    visitor = Visitor(app.test_client())
    visitor.client.set_cookie(COOKIE, planted)
    visitor.send("/sign-in", name="ana", password=PASSWORD)
    assert cookie(visitor) != planted


# ---- one's own account ---------------------------------------------------------------------------


def test_one_changes_the_own_password_and_signs_in_anew_elsewhere(app: Flask, ana: Visitor) -> None:
    other = Visitor(app.test_client())
    other.send("/sign-in", name="ana", password=PASSWORD)
    before = cookie(ana)
    page = ana.send("/account/password", form_at="/account", old=PASSWORD, password="another tower")
    assert "Your password is changed." in page
    assert cookie(ana) != before
    assert is_out(other)
    other.send("/sign-in", expect=422, name="ana", password=PASSWORD)
    other.send("/sign-in", name="ana", password="another tower")
    assert noted() == [("page:ana", "password_changed", "ana")]


def test_a_wrong_or_poor_password_changes_nothing(ana: Visitor) -> None:
    for old, new, fault in (
        ("not this one", "another tower", "This is not your password."),
        (PASSWORD, "short", "at least 10"),
    ):
        page = ana.send("/account/password", expect=422, form_at="/account", old=old, password=new)
        assert fault in page
    assert not is_out(ana)
    assert noted() == []


def test_guessing_the_own_password_is_slowed_down_as_at_the_door(ana: Visitor) -> None:
    for _ in range(5):
        ana.send("/account/password", expect=422, form_at="/account", old="guess", password="another tower")
    page = ana.send(
        "/account/password", expect=429, form_at="/account", old=PASSWORD, password="a tower more"
    )
    assert "Too many tries" in page


def test_who_came_by_a_link_alone_chooses_the_first_password(app: Flask, invite: Callable[..., str]) -> None:
    visitor = Visitor(app.test_client())
    link = f"/welcome/{invite('bo')}"
    visitor.send(f"{link}/enter", form_at=link)
    assert "You came in by a link" in visitor.read("/account")
    visitor.send("/account/password", form_at="/account", password=PASSWORD)
    visitor.send("/sign-out", form_at="/account")
    assert "Sign out" in visitor.send("/sign-in", name="bo", password=PASSWORD)


def test_one_signs_out_everywhere_but_here(app: Flask, ana: Visitor) -> None:
    other = Visitor(app.test_client())
    other.send("/sign-in", name="ana", password=PASSWORD)
    assert "in 1 other place" in ana.read("/account")
    assert "Signed out in 1 other place." in ana.send("/account/close-others", form_at="/account")
    assert is_out(other)
    assert "Only here." in ana.read("/account")


def test_nothing_that_is_kept_is_a_secret_as_it_was_typed_or_shown(app: Flask, ana: Visitor) -> None:
    link = invited(ana)
    with database.connection():
        kept = [str(row) for table in (User, SignIn, OneTimeLink) for row in table.select().tuples()]
        assert len(people.invitations(user("bob").created_at)) == 1
        assert sessions.standing(user("bob").created_at)[user("ana").id] == 1
    for secret in (link.removeprefix("/welcome/"), cookie(ana), PASSWORD):
        assert not [row for row in kept if secret in row]
