"""People come in by a link once and by their password after; programs by a key."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from gateway.access import keys, people, roles, sessions
from gateway.errors import Conflict, Invalid, NotFound
from gateway.secret import appliance_secret
from gateway.store.models import ApiKey, OneTimeLink, SignIn, User

if TYPE_CHECKING:
    from conftest import Bench

SECRET = b"s" * 32
PASSWORD = "correct horse"


def add(bench: Bench, name: str = "ana") -> str:
    return people.add(name, "fr", bench.now, bench.ids)


def test_nobody_comes_in_before_choosing_a_password(bench: Bench) -> None:
    assert not people.any_user()
    add(bench)
    assert people.any_user()
    assert people.check("ana", "") is None


def test_the_link_is_good_once(bench: Bench) -> None:
    token = add(bench)
    opened = people.open_link(token, bench.now)
    assert opened is not None
    assert opened.name == "ana"
    people.choose_password(token, PASSWORD, bench.now)
    assert people.open_link(token, bench.now) is None
    with pytest.raises(Invalid) as caught:
        people.choose_password(token, "another one!", bench.now)
    assert caught.value.code == "link_used"
    assert people.check("ana", PASSWORD) is not None


def test_the_link_lets_somebody_in_once_without_a_password(bench: Bench) -> None:
    token = add(bench)
    assert people.enter(token, bench.now).name == "ana"
    with pytest.raises(Invalid) as caught:
        people.enter(token, bench.now)
    assert caught.value.code == "link_used"


def test_the_link_ages(bench: Bench) -> None:
    token = add(bench)
    bench.clock.move(people.LINK_LIFE)
    assert people.open_link(token, bench.now) is None


def test_a_new_link_voids_the_older_one(bench: Bench) -> None:
    old = add(bench)
    new = people.link("ana", bench.now, bench.ids)
    assert people.open_link(old, bench.now) is None
    assert people.open_link(new, bench.now) is not None


@pytest.mark.parametrize(("password", "code"), [("short", "password_short"), ("x" * 201, "password_long")])
def test_a_poor_password_leaves_the_link_good(bench: Bench, password: str, code: str) -> None:
    token = add(bench)
    with pytest.raises(Invalid) as caught:
        people.choose_password(token, password, bench.now)
    assert caught.value.code == code
    assert people.open_link(token, bench.now) is not None


@pytest.mark.parametrize(
    ("name", "password"), [("ana", "wrong horse"), ("bob", PASSWORD), ("", ""), ("ana", "")]
)
def test_a_wrong_name_or_password_opens_nothing(bench: Bench, name: str, password: str) -> None:
    people.choose_password(add(bench), PASSWORD, bench.now)
    assert people.check(name, password) is None


@pytest.mark.parametrize("name", ["", "a b", "x" * 41, "ana\n", "../ana"])
def test_a_name_that_cannot_be_read_aloud_is_refused(bench: Bench, name: str) -> None:
    with pytest.raises(Invalid):
        add(bench, name)
    assert User.select().count() == 0


def test_a_name_is_taken_once(bench: Bench) -> None:
    add(bench)
    with pytest.raises(Conflict):
        add(bench)
    with pytest.raises(NotFound):
        people.link("bob", bench.now, bench.ids)


def test_a_session_ends_by_signing_out_by_age_and_by_a_new_password(bench: Bench) -> None:
    user = people.choose_password(add(bench), PASSWORD, bench.now)
    tokens = [sessions.open(user, bench.now, bench.ids) for _ in range(3)]
    assert [sessions.find(token, bench.now) == user for token in tokens] == [True] * 3
    sessions.close(tokens[0])
    assert sessions.find(tokens[0], bench.now) is None
    people.choose_password(people.link("ana", bench.now, bench.ids), "another password", bench.now)
    assert sessions.find(tokens[1], bench.now) is None
    last = sessions.open(user, bench.now, bench.ids)
    bench.clock.move(sessions.LIFE - timedelta(seconds=1))
    assert sessions.find(last, bench.now) == user
    bench.clock.move(timedelta(seconds=1))
    assert sessions.find(last, bench.now) is None


def test_every_refused_sign_in_costs_the_same_work(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody learns from the time whether a name exists: one scrypt of the same size, whatever is wrong."""
    for name in ("ana", "eve"):
        people.choose_password(add(bench, name), PASSWORD, bench.now)
    add(bench, "bob")  # has no password yet
    people.disable("eve", bench.now)
    work: list[tuple[int, int, int]] = []
    scrypt = hashlib.scrypt

    def counted(*given: Any, n: int, r: int, p: int, **rest: Any) -> bytes:
        work.append((n, r, p))
        return scrypt(*given, n=n, r=r, p=p, **rest)

    monkeypatch.setattr(hashlib, "scrypt", counted)
    for name, password in (("ana", "wrong"), ("nobody", PASSWORD), ("bob", PASSWORD), ("eve", PASSWORD)):
        assert people.check(name, password) is None
    assert work == [(16384, 8, 1)] * 4


def test_a_role_reaches_what_those_below_it_reach() -> None:
    reached = [[roles.reaches(role, least) for least in roles.ROLES] for role in roles.ROLES]
    assert reached == [[column <= row for column in range(4)] for row in range(4)]
    assert not any(roles.reaches("king", least) for least in roles.ROLES)


def test_a_new_role_ends_every_session_and_an_unknown_one_changes_nothing(bench: Bench) -> None:
    ana = people.choose_password(add(bench), PASSWORD, bench.now)
    people.choose_password(add(bench, "eve"), PASSWORD, bench.now)
    token = sessions.open(ana, bench.now, bench.ids)
    with pytest.raises(Invalid):
        people.change_role("ana", "king")
    assert not people.change_role("ana", "administrator")
    assert sessions.find(token, bench.now) == ana
    assert people.change_role("ana", "viewer")
    assert sessions.find(token, bench.now) is None
    assert people.administrators() == ["eve"]


@pytest.mark.parametrize("act", ["role", "disable"])
def test_somebody_who_can_sign_in_always_gives_the_roles(bench: Bench, act: str) -> None:
    def demote(name: str) -> bool:
        return people.change_role(name, "writer") if act == "role" else people.disable(name, bench.now)

    people.choose_password(add(bench), PASSWORD, bench.now)
    link = add(bench, "eve")
    with pytest.raises(Conflict) as caught:  # eve has not chosen a password: she might never
        demote("ana")
    assert caught.value.code == "last_administrator"
    people.choose_password(link, PASSWORD, bench.now)
    assert demote("ana")
    with pytest.raises(Conflict):
        demote("eve")
    assert people.administrators() == ["eve"]


def test_who_is_disabled_has_no_way_in_until_enabled(bench: Bench) -> None:
    people.choose_password(add(bench, "eve"), PASSWORD, bench.now)
    ana = people.choose_password(add(bench), PASSWORD, bench.now)
    session, link = sessions.open(ana, bench.now, bench.ids), people.link("ana", bench.now, bench.ids)
    assert people.disable("ana", bench.now)
    assert not people.disable("ana", bench.now)
    assert sessions.find(session, bench.now) is None
    assert people.open_link(link, bench.now) is None
    assert people.check("ana", PASSWORD) is None
    with pytest.raises(Conflict):
        people.link("ana", bench.now, bench.ids)
    assert people.enable("ana")
    assert not people.enable("ana")
    assert people.check("ana", PASSWORD) == ana


def test_a_new_session_replaces_the_one_that_the_browser_brought(bench: Bench) -> None:
    ana = people.choose_password(add(bench), PASSWORD, bench.now)
    old, other = (sessions.open(ana, bench.now, bench.ids) for _ in range(2))
    new = sessions.open(ana, bench.now, bench.ids, instead=old)
    assert [sessions.find(token, bench.now) for token in (old, other, new)] == [None, ana, ana]
    assert sessions.standing(bench.now) == {ana.id: 2}
    assert sessions.close_all(ana, but=new) == 1
    assert [sessions.find(token, bench.now) for token in (other, new)] == [None, ana]


def test_a_key_opens_until_it_is_revoked(bench: Bench) -> None:
    new = keys.create("shop", (), bench.now, bench.ids, SECRET)
    found = keys.find(new.key)
    assert found is not None
    assert (found.name, found.scopes, found.account_sid) == ("shop", "send read", new.account_sid)
    assert len(new.account_sid) == 34
    assert len(new.auth_token) == 32
    assert keys.auth_token(new.account_sid, SECRET) == new.auth_token
    keys.revoke("shop", bench.now)
    assert keys.find(new.key) is None
    with pytest.raises(NotFound):
        keys.revoke("shop", bench.now)


def test_a_key_needs_a_new_name_and_known_scopes(bench: Bench) -> None:
    keys.create("shop", ("read",), bench.now, bench.ids, SECRET)
    with pytest.raises(Conflict):
        keys.create("shop", (), bench.now, bench.ids, SECRET)
    for name, scopes in (("till", ("sudo",)), ("", ()), ("a\nb", ())):
        with pytest.raises(Invalid):
            keys.create(name, scopes, bench.now, bench.ids, SECRET)


def test_no_secret_is_kept_as_it_is(bench: Bench) -> None:
    token = add(bench)
    people.choose_password(token, PASSWORD, bench.now)
    secrets = [
        people.link("ana", bench.now, bench.ids),
        sessions.open(User.get(), bench.now, bench.ids),
        keys.create("shop", (), bench.now, bench.ids, SECRET).key,
    ]
    kept = [str(row) for table in (User, OneTimeLink, SignIn, ApiKey) for row in table.select().tuples()]
    for secret in (token, PASSWORD, *secrets):
        assert not [row for row in kept if secret in row]


def test_the_appliances_secret_is_made_once_and_closed_to_others(bench: Bench, tmp_path: Path) -> None:
    secret = appliance_secret(tmp_path, bench.ids)
    assert len(secret) == 32
    assert appliance_secret(tmp_path, bench.ids) == secret
    assert oct((tmp_path / "secret").stat().st_mode & 0o777) == "0o640"
    assert [path.name for path in tmp_path.glob("secret*")] == ["secret"]
