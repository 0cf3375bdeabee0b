"""Alarms reach people: each once, quietly when repeated, and again when it is over."""

from __future__ import annotations

import string
import threading
import tomllib
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from fakes import MONDAY_NOON
from gateway import audit, letters, settings
from gateway.clock import SystemClock
from gateway.config import LANGUAGES, MailConfig
from gateway.daemon.events import Rung
from gateway.daemon.loop import Loop
from gateway.errors import Conflict, Invalid
from gateway.features.api import House
from gateway.features.notices import choices, room, rules, telling
from gateway.features.notices.feature import Notices
from gateway.features.notices.rules import Belief, Say
from gateway.ids import Ids
from gateway.modems import alarms
from gateway.privacy import erase, export
from gateway.settings import NoticeSetting
from gateway.store.models import AlarmStep, Mail, Message, Notice
from house.tree import ROOT
from modem import api
from postbox import Postbox

if TYPE_CHECKING:
    from conftest import Bench

OWNER, BEN = "+33639980001", "+33639980002"
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


# ---- what is said: pure ----------------------------------------------------------------------------


def said(*story: tuple[str, int]) -> list[tuple[int, str]]:
    """What is told of an alarm that is raised ("up") and over ("down") at these minutes; looked at each
    minute for three hours."""
    belief, stands, told = Belief(), False, []
    for minute in range(180):
        now = MONDAY_NOON + minute * MINUTE
        for what, at in story:
            if at == minute:
                stands = what == "up"
                say, belief = rules.raised(belief, now) if stands else rules.cleared(belief)
                told.append((minute, say.value))
        say, belief = rules.rest(belief, stands, now)
        told.append((minute, say.value))
    return [(minute, say) for minute, say in told if say != "nothing"]


@pytest.mark.parametrize(
    ("story", "told"),
    [
        ([("up", 0)], [(0, "raised")]),
        ([("up", 0), ("down", 5)], [(0, "raised"), (5, "cleared")]),
        ([("up", 0), ("down", 5), ("up", 10)], [(0, "raised"), (5, "cleared"), (60, "still")]),
        ([("up", 0), ("down", 5), ("up", 10), ("down", 12)], [(0, "raised"), (5, "cleared"), (60, "passed")]),
        ([("up", 0), ("down", 5), ("up", 70)], [(0, "raised"), (5, "cleared"), (70, "raised")]),
        (
            [("up", 0), ("down", 5), ("up", 10), ("down", 80)],
            [(0, "raised"), (5, "cleared"), (60, "still"), (80, "cleared")],
        ),
        ([("down", 5)], []),
    ],
)
def test_the_story_of_an_alarm_is_told_like_this(
    story: list[tuple[str, int]], told: list[tuple[int, str]]
) -> None:
    assert said(*story) == told


def test_one_that_flaps_every_minute_is_told_a_few_times_an_hour() -> None:
    flapping = said(*[("up" if minute % 2 == 0 else "down", minute) for minute in range(180)])
    assert len(flapping) <= 3 * 3
    assert flapping[0] == (0, "raised")


def test_an_hour_that_lies_ahead_was_written_by_a_wrong_clock() -> None:
    belief = Belief(told_at=MONDAY_NOON + 9 * HOUR, unsaid=3)
    assert rules.raised(belief, MONDAY_NOON)[0] is Say.RAISED


# ---- who is told -----------------------------------------------------------------------------------


class Watch:
    """The feature, and this thread as its loop."""

    def __init__(self, bench: Bench) -> None:
        self.bench, self.feature = bench, Notices()
        self.house = House(bench.site, ("sim1",), bench.ids, lambda value: None, lambda: True)
        self.feature.begin(self.house, bench.now)

    def raised(self, kind: str = "modem_down", subject: str = "sim1", **facts: Any) -> None:
        alarms.raise_(kind, subject, self.bench.now, **{"modem": "sim1", **facts})
        self.feature.step(self.house, self.bench.now)

    def cleared(self, kind: str = "modem_down", subject: str = "sim1") -> None:
        alarms.clear(kind, subject, self.bench.now)
        self.feature.step(self.house, self.bench.now)

    def after(self, time: timedelta) -> None:
        self.bench.clock.move(time)
        telling.tell_the_rest(self.house.caller(telling.SOURCE), self.bench.now)


def tell(*numbers: str, mails: tuple[str, ...] = (), quiet: tuple[str, ...] = ()) -> None:
    settings.choose_notices(NoticeSetting(numbers, mails, quiet))


def texts() -> list[str]:
    return [message.text for message in Message.select().order_by(Message.id)]


def test_everybody_is_told_that_it_stands_and_that_it_is_over(bench: Bench) -> None:
    tell(OWNER, BEN, mails=("o@example.org",))
    watch = Watch(bench)
    watch.raised()
    bench.clock.move(7 * MINUTE)
    watch.cleared()
    assert texts() == [
        *["shop, 12:00 : le modem sim1 n'est pas pret."] * 2,
        *["shop, 12:07 : TERMINÉ. C'était : le modem sim1 n'est pas pret."] * 2,
    ]
    assert {(row.category, row.source, row.state) for row in Message.select()} == {
        ("alert", "gateway:notices", "queued")
    }
    mails = list(Mail.select().order_by(Mail.id))
    assert [mail.address for mail in mails] == ["o@example.org"] * 2
    assert mails[0].title == "shop, 12:00 : le modem sim1 n'est pas prêt."
    assert mails[0].text.startswith(mails[0].title)
    assert mails[0].text.endswith("Réglages, Alarmes.\n")


def test_what_comes_again_within_the_hour_is_counted_and_said_in_one(bench: Bench) -> None:
    tell(OWNER)
    watch = Watch(bench)
    for _ in range(4):
        watch.raised()
        bench.clock.move(MINUTE)
        watch.cleared()
    assert len(texts()) == 2
    watch.after(40 * MINUTE)
    assert len(texts()) == 2
    watch.after(20 * MINUTE)
    assert texts()[2:] == ["shop : le modem sim1 n'est pas pret. Encore 3 fois depuis 12:00 ; c'est terminé."]
    watch.after(2 * HOUR)
    assert len(texts()) == 3


def test_alarms_of_different_kinds_and_modems_do_not_silence_each_other(bench: Bench) -> None:
    tell(OWNER)
    watch = Watch(bench)
    watch.raised()
    watch.raised(subject="sim2", modem="sim2")
    watch.raised("disk_nearly_full", "disk", free=12)
    assert len(texts()) == 3


def test_nothing_is_told_of_a_kind_that_nobody_wants_nor_of_what_was_before(bench: Bench) -> None:
    tell(OWNER, quiet=("modem_down",))
    alarms.raise_("disk_nearly_full", "disk", bench.now, free=12)
    watch = Watch(bench)  # begins at the present
    watch.raised()
    watch.cleared()
    assert texts() == []
    tell(OWNER)
    watch.raised()  # no belief is left from the quiet time
    assert len(texts()) == 1


def test_while_nobody_is_chosen_the_steps_just_pass(bench: Bench) -> None:
    watch = Watch(bench)
    watch.raised()
    tell(OWNER)
    watch.feature.step(watch.house, bench.now)
    assert (texts(), AlarmStep.select().count()) == ([], 1)
    watch.cleared()
    assert texts() == []  # nobody had heard of it


def test_nothing_is_told_twice_whatever_ends_the_process(bench: Bench) -> None:
    tell(OWNER)
    Watch(bench).raised()
    again = Watch(bench)
    again.feature.step(again.house, bench.now)
    assert len(texts()) == 1
    again.cleared()
    assert len(texts()) == 2


def test_who_cannot_be_written_to_does_not_spoil_the_others(bench: Bench) -> None:
    tell("+999", OWNER)
    Watch(bench).raised()
    assert [message.recipient for message in Message.select()] == [OWNER]


def test_a_test_reaches_the_numbers_or_the_mails(bench: Bench) -> None:
    tell(OWNER, BEN, mails=("o@example.org",))
    assert telling.test(bench.caller, bench.now) == 2
    assert texts() == ["shop, 12:00 : ceci est un essai, tout va bien."] * 2
    with pytest.raises(Conflict, match="mail_no_relay"):
        telling.test_mail(bench.caller, bench.now)
    assert Mail.select().count() == 0


def test_at_night_what_nobody_has_heard_of_for_long_is_forgotten(bench: Bench) -> None:
    tell(OWNER)
    watch = Watch(bench)
    watch.raised()
    watch.raised(subject="sim2")
    watch.cleared()
    bench.clock.move(timedelta(days=31))
    list(watch.feature.night(watch.house, bench.now))
    assert [row.subject for row in Notice.select()] == ["sim2"]


# ---- who is chosen -----------------------------------------------------------------------------------


def choose(bench: Bench, to: str = "", mails: str = "", relay: str = "relay.example") -> NoticeSetting:
    site = replace(bench.site, mail=MailConfig(host=relay, sender="a@b.c"))
    choices.choose(to, mails, choices.KINDS[:2], "page:ana", site, bench.now)
    return settings.notices()


def test_what_was_typed_is_understood_and_noted(bench: Bench) -> None:
    chosen = choose(bench, "06 39 98 00 01; +33639980002\n0639980001", "a@b.c, d@e.f")
    assert (chosen.numbers, chosen.mails) == ((OWNER, BEN), ("a@b.c", "d@e.f"))
    assert chosen.quiet == choices.KINDS[2:]
    assert audit.recent()[0].shown == "notices"


@pytest.mark.parametrize(
    ("typed", "code", "field"),
    [
        ({"to": "06 39"}, "bad_number", "numbers"),
        ({"to": "Anna"}, "number_has_letter", "numbers"),
        ({"to": ",".join(f"+336399800{n:02}" for n in range(11))}, "notices_many", "numbers"),
        ({"mails": "owner"}, "mail_address", "mails"),
        ({"mails": "a@b.c", "relay": ""}, "mail_no_relay", "mails"),
    ],
)
def test_a_mistake_names_its_field_and_changes_nothing(
    bench: Bench, typed: dict[str, str], code: str, field: str
) -> None:
    with pytest.raises((Invalid, Conflict), match=code) as refused:
        choose(bench, **typed)
    assert refused.value.field == field
    assert not settings.notices().anybody


def test_who_is_erased_is_told_of_nothing_more(bench: Bench) -> None:
    tell(OWNER, BEN)
    bench.submit(to=OWNER)
    assert export.everything(OWNER, bench.site, "test:me", bench.now)["told_of_alarms"] == [{"number": OWNER}]
    erase.erase(OWNER, "FR", "test:me", bench.now, sleep=lambda seconds: None)
    assert settings.notices().numbers == (BEN,)


# ---- words, and the disk -----------------------------------------------------------------------------


def gaps(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_alarm_can_be_chosen_and_is_said_in_a_text(language: str) -> None:
    words = tomllib.loads((ROOT / f"gateway/words/{language}.toml").read_text("utf-8"))
    text = tomllib.loads((letters.FOLDER / f"{language}.toml").read_text("utf-8"))
    assert {*words["alarm"]} == {*choices.KINDS} == {*words["alarm_kind"]} == {*text["notice_kinds"]}
    for kind, sentence in text["notice_kinds"].items():
        assert gaps(sentence) <= gaps(words["alarm"][kind]), kind
    assert {say.value for say in Say} - {"nothing"} <= {*text["notices"]}


def test_an_alarm_comes_before_the_disk_is_full_and_stays_until_there_is_room(bench: Bench) -> None:
    stood = []
    for megabytes in (500, 350, 299, 350, 399, 400):
        room.watch(bench.site, bench.now, lambda folder, left=megabytes: left)
        stood.append([alarm.facts["free"] for alarm in alarms.standing()])
    assert stood == [[], [], [299], [299], [299], []]


def test_a_disk_that_cannot_be_asked_is_no_news(bench: Bench) -> None:
    def broken(folder: object) -> int:
        raise OSError("input/output error")

    room.watch(bench.site, bench.now, broken)
    assert alarms.standing() == []
    assert room.free(bench.site.data_dir) > 0


# ---- the whole of it -----------------------------------------------------------------------------------


def test_an_alarm_leaves_by_the_loop_as_a_message_and_as_a_mail(bench: Bench) -> None:
    started, arrived = threading.Event(), threading.Event()
    bench.modem.start = lambda tell: started.set()  # type: ignore
    bench.modem.send = lambda job, part: (bench.modem.jobs.append((job, part)), arrived.set())  # type: ignore
    tell(OWNER, mails=("o@example.org",))
    bench.site.runtime_dir.mkdir()
    with Postbox() as box:
        site = replace(bench.site, mail=MailConfig("127.0.0.1", box.port, "none", sender="box@shop.example"))
        loop = Loop(site, {"sim1": bench.modem}, SystemClock(), Ids(), by_server=lambda: True)
        thread = threading.Thread(target=loop.run)
        thread.start()
        try:
            assert started.wait(20)
            identity = api.Identity(imei="490154203237518", iccid=bench.modem.sim)
            loop.inbox.put(api.Identified("sim1", identity))
            loop.inbox.put(api.LinkChanged("sim1", api.LinkState.READY))
            alarms.raise_("disk_nearly_full", "elsewhere", SystemClock().now(), free=12)
            loop.inbox.put(Rung())
            assert arrived.wait(20)
            assert box.taken.wait(20)
        finally:
            loop.stop()
            thread.join(20)
    assert "le disque est presque plein, il reste 12 Mo." in bench.modem.texts[0]
    assert box.mails[0]["To"] == "o@example.org"
