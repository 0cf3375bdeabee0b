"""Alerts that other programs tell: read whatever their shape, told once, in few words, to who is on call."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from fakes import MONDAY_NOON
from gateway import audit
from gateway.contacts import groups
from gateway.errors import Conflict, GatewayError, Invalid, Limited, NotFound
from gateway.features import FEATURES
from gateway.features.alerts import payloads, routes, rules, telling, wording
from gateway.features.alerts.feature import Alerts
from gateway.features.alerts.payloads import Notification
from gateway.features.alerts.routes import Wish
from gateway.features.alerts.rules import Belief
from gateway.features.alerts.telling import Told
from gateway.features.api import House
from gateway.messages import texts
from gateway.privacy import erase, export
from gateway.store.models import AlertGroup, AlertRoute, Contact, ContactTag, GroupMember, Message

if TYPE_CHECKING:
    from conftest import Bench

ANNA, BEN = "+33612345678", "+33698765432"
HOUR = timedelta(hours=1)
Payload = dict[str, Any]


def alert(name: str = "InstanceDown", status: str = "firing", **more: Any) -> Payload:
    """One alert as both programs write it."""
    instance = more.pop("instance", "web-1:9100")
    return {
        "status": status,
        "labels": {"alertname": name, "instance": instance, "severity": "critical"},
        "annotations": {"summary": f"{instance} has been down for 5 minutes."},
        "startsAt": "2026-11-23T10:55:00Z",
        "endsAt": "0001-01-01T00:00:00Z",
        "generatorURL": "http://prometheus.lan/graph",
        "fingerprint": f"{name}/{instance}",
        **more,
    }


def alertmanager(*alerts: Payload, group: str = '{}:{alertname="InstanceDown"}', **more: Any) -> Payload:
    return {
        "version": "4",
        "groupKey": group,
        "truncatedAlerts": 0,
        "status": "firing",
        "receiver": "chappe",
        "groupLabels": {"alertname": "InstanceDown"},
        "commonLabels": {"alertname": "InstanceDown", "severity": "critical"},
        "commonAnnotations": {},
        "externalURL": "http://alertmanager.lan",
        "alerts": list(alerts or [alert()]),
        **more,
    }


def group(*alerts: Payload, **more: Any) -> Notification:
    return payloads.read(alertmanager(*alerts, **more))


OVER = alert(status="resolved")

# ---- what came -----------------------------------------------------------------------------------


def test_a_group_of_alertmanager_is_read() -> None:
    found = group(alert(), alert(instance="web-2"), OVER, truncatedAlerts=3)
    assert [one.labels["instance"] for one in found.shown] == ["web-1:9100", "web-2"]
    assert (found.is_firing, found.more, found.url) == (True, 3, "http://alertmanager.lan")
    assert found.firing == {"InstanceDown/web-1:9100", "InstanceDown/web-2"}
    assert found.group != group(group="{}:{x}").group
    assert not group(OVER).is_firing


def test_grafanas_group_is_read_with_its_title_and_the_address_of_its_panel() -> None:
    test = alert(panelURL="http://grafana.lan/d/1?viewPanel=1", valueString="[ var='A' value=9 ]", labels={})
    sent = alertmanager(test, version="1", orgId=1, title="[FIRING:1] CPU", state="alerting", message="…")
    found = payloads.read(sent)
    assert wording.title(found) == "[FIRING:1] CPU"
    assert wording.write("{url}", found, "en") == "http://grafana.lan/d/1?viewPanel=1"


def test_what_names_no_group_and_no_fingerprint_is_known_by_its_labels() -> None:
    bare = alert(fingerprint=None)
    one, two = (payloads.read({"alerts": [bare], "groupLabels": {"a": name}}) for name in "xy")
    assert one.group != two.group
    assert one.firing == two.firing == payloads.read({"alerts": [bare]}).firing
    assert one.firing != payloads.read({"alerts": [alert(fingerprint=None, instance="b")]}).firing


@pytest.mark.parametrize(
    ("payload", "field"),
    [
        (None, None),
        ([], None),
        ("firing", None),
        ({}, "alerts"),
        ({"alerts": []}, "alerts"),
        ({"alerts": {"status": "firing"}}, "alerts"),
        ({"alerts": [alert(), 1]}, "alerts.1"),
        ({"alerts": [alert(status="pending")]}, "alerts.0.status"),
        ({"alerts": [alert(labels=["a"])]}, "alerts.0.labels"),
        ({"alerts": [alert(annotations="a")]}, "alerts.0.annotations"),
        ({"alerts": [alert()], "truncatedAlerts": "many"}, "truncatedAlerts"),
        ({"alerts": [alert()], "truncatedAlerts": -1}, "truncatedAlerts"),
        ({"alerts": [alert()], "groupLabels": 7}, "groupLabels"),
    ],
)
def test_what_is_no_notification_is_refused_at_its_field(payload: Any, field: str | None) -> None:
    with pytest.raises(Invalid) as refused:
        payloads.read(payload)
    assert (refused.value.code, refused.value.field) == ("alert_unreadable", field)


def test_whatever_comes_is_read_or_refused_and_never_anything_else() -> None:
    """A storm: the pieces of a notification, each replaced by anything that JSON can hold."""
    chance = random.Random(7)
    odd: list[Any] = [
        None,
        True,
        -1,
        1e99,
        "",
        "\x00\ud800",
        "é" * 900,
        [],
        {},
        [[]],
        {"a": {"b": []}},
        [None],
    ]
    for _ in range(400):
        payload = alertmanager(alert(), alert(status="resolved"))
        for place in chance.sample([payload, *payload["alerts"]], 2):
            place[chance.choice(list(place))] = chance.choice(odd)
        try:
            found = payloads.read(payload)
        except Invalid:
            continue
        text = wording.write("{labels.a} {summary} {title} {annotations.a}", found, "fr")
        assert 1 <= len(texts.write(text, smart=True).split.spans) <= wording.MOST_PARTS


# ---- in what words -------------------------------------------------------------------------------

DISK = alert("DiskFull", annotations={"description": "96 % used"}, labels={"alertname": "DiskFull"})
DOWN = "web-1:9100 has been down for 5 minutes."
WRITTEN = [
    ("en", [alert()], "", f"ALERT (1): InstanceDown web-1:9100 critical. {DOWN}"),
    ("fr", [OVER], "", f"RÉSOLU (1) : InstanceDown web-1:9100 critical. {DOWN}"),
    ("en", [DISK], "", "ALERT (1): DiskFull. 96 % used"),
    ("en", [alert(), OVER], "{status} {count}", "ALERT 1"),
    ("en", [alert(), alert(instance="b"), alert(instance="c")], "{labels.instance}", "web-1:9100, b, c"),
    ("en", [alert(instance=each) for each in "abcde"], "{count}: {labels.instance}", "5: a, b, c..."),
    ("en", [alert()], "{labels.nowhere|unknown place}", "unknown place"),
    ("en", [alert()], "{labels.nowhere}", "ALERT"),
    ("en", [alert()], "{annotations.summary} {{{severity}}}", DOWN + " {critical}"),
    ("en", [alert(annotations={"summary": "a\r\nb\x07\tc {title}"})], "{summary}", "a b c {title}"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "alerts", "template", "text"), WRITTEN)
def test_a_text_says_what_the_template_asks_for(
    language: str, alerts: list[Payload], template: str, text: str
) -> None:
    assert wording.write(template, group(*alerts), language) == text


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_texts_of_the_house_take_one_part_of_the_cheap_alphabet(language: str) -> None:
    told = wording.write("", group(), language)
    more = wording.told("more", language).format(route="infrastructure", count=1000, hour="12:00")
    later = wording.told("later", language).format(route="infrastructure", count=1000, hour="12:00")
    for text in (told, more, later):
        split = texts.write(text, smart=True).split
        assert (str(split.alphabet), len(split.spans)) == ("GSM-7", 1), text
    wording.check(wording.told("template", language))


@pytest.mark.parametrize("char", ["a", "é", "’", "語", "€", "👩‍👩‍👧", "\\"])
def test_a_text_that_is_too_long_is_cut_to_three_full_parts(char: str) -> None:
    for size in (10, 150, 201, 202, 459, 460, 5000):
        text = wording.fit(char * size)
        parts = len(texts.write(text, smart=True).split.spans)
        assert parts <= 3
        if text != char * size:
            assert text.endswith("...")
            assert parts == 3


@pytest.mark.parametrize(
    ("template", "code"),
    [
        ("{who}", "variable_unknown"),
        ("{labels.}", "variable_unknown"),
        ("{prénom}", "variable_unknown"),
        ("{status", "brace_open"),
        ("a" * 501, "text_long"),
        ("\x07", "text_unprintable"),
    ],
)
def test_a_template_that_means_nothing_is_refused(template: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        wording.check(template)
    assert (refused.value.code, refused.value.field) == (code, "template")


# ---- whether to tell -----------------------------------------------------------------------------

T = MONDAY_NOON
KNOWN = Belief(frozenset("ab"), T)
DECIDED = [
    (Belief(), "a", True, 0, rules.NEW),
    (KNOWN, "ab", True, 1, rules.REPEATED),
    (KNOWN, "a", True, 1, rules.REPEATED),
    (KNOWN, "abc", True, 1, rules.NEW),
    (KNOWN, "ab", True, 3599, rules.REPEATED),
    (KNOWN, "ab", True, 3600, rules.AGAIN),
    (KNOWN, "ab", True, -1, rules.AGAIN),  # the clock was put back since
    (KNOWN, "", True, 1, rules.OVER),
    (KNOWN, "", False, 1, rules.UNWANTED),
    (Belief(frozenset(), T), "", True, 1, rules.UNKNOWN),
    (Belief(frozenset(), T), "a", True, 1, rules.NEW),
]


@pytest.mark.parametrize(("belief", "firing", "resolved", "seconds", "decided"), DECIDED)
def test_what_people_believe_decides(
    belief: Belief, firing: str, resolved: bool, seconds: int, decided: str
) -> None:
    now = T + timedelta(seconds=seconds)
    assert rules.decide(belief, frozenset(firing), HOUR, resolved, now) == decided


# ---- the routes ----------------------------------------------------------------------------------


def route(bench: Bench, name: str = "on-call", to: str = ANNA, **more: Any) -> AlertRoute:
    return routes.add(Wish(name, to, **{"repeat_s": 3600, **more}), bench.site, "test:me", bench.now)


def crowd(bench: Bench, name: str, *numbers: str) -> None:
    made = groups.add(name, "test:me", bench.now)
    for number in numbers:
        person = Contact.create(
            number=number, name=f"Someone {number[-2:]}", created_at=bench.now, updated_at=bench.now
        )
        GroupMember.create(group=made, contact=person)


def test_a_route_is_kept_with_numbers_contacts_and_groups_and_may_be_typed_again(bench: Bench) -> None:
    crowd(bench, "Astreinte de nuit", BEN, ANNA)
    made = route(bench, to="06 12 34 56 78, @Astreinte de nuit")
    assert routes.numbers(made) == [ANNA, BEN]
    typed = routes.typed(made)
    assert typed == f"Someone 78 <{ANNA}>, @Astreinte de nuit"
    changed = routes.change("on-call", Wish("night", typed, "", 60), bench.site, "test:me", bench.now)
    assert (changed.id, changed.name, routes.typed(changed)) == (made.id, "night", typed)
    groups.rename(made.recipients["groups"][0], "Nuit", "test:me", bench.now)
    assert routes.typed(changed) == f"Someone 78 <{ANNA}>, @Nuit"
    routes.pause("night", "test:me", bench.now)
    routes.resume("night", "test:me", bench.now)
    routes.remove("night", "test:me", bench.now)
    with pytest.raises(NotFound):
        routes.get("night")
    actions = [row.action for row in audit.recent(limit=5)]
    assert actions[:3] == ["alert_route_removed", "alert_route_resumed", "alert_route_paused"]


WRONG = [
    (Wish("", ANNA), "name_bad", "name"),
    (Wish("a/b", ANNA), "name_bad", "name"),
    (Wish("là", ANNA), "name_bad", "name"),
    (Wish("On-Call", ANNA), "name_taken", "name"),
    (Wish("b", ""), "alert_nobody", "to"),
    (Wish("b", "12"), "nobody_called", "to"),
    (Wish("b", f"{ANNA}, @Nobody"), "list_unknown", "to"),
    (Wish("b", "#vip"), "alert_groups_only", "to"),
    (Wish("b", "@Everybody"), "alert_too_many", "to"),
    (Wish("b", ANNA, "{who}"), "variable_unknown", "template"),
    (Wish("b", ANNA, repeat_s=59), "out_of_range", "repeat_s"),
    (Wish("b", ANNA, per_hour=0), "out_of_range", "per_hour"),
]


def test_a_wrong_wish_is_refused_at_its_field_and_makes_no_route(bench: Bench) -> None:
    route(bench)
    crowd(bench, "Everybody", *(f"+336000000{number:02}" for number in range(99)), ANNA, BEN)
    ContactTag.create(contact=Contact.get(), tag="vip")
    for wish, code, field in WRONG:
        with pytest.raises(GatewayError) as refused:
            routes.add(wish, bench.site, "test:me", bench.now)
        assert (refused.value.code, refused.value.field) == (code, field)
    assert [each.name for each in routes.everything()] == ["on-call"]


# ---- to whom, once -------------------------------------------------------------------------------


def take(bench: Bench, *alerts: Payload, to: str = "on-call", **more: Any) -> Told:
    return telling.take(to, group(*alerts, **more), bench.caller, bench.now)


def said() -> list[tuple[str, str]]:
    """What left, the oldest first."""
    return [(row.recipient, row.text) for row in Message.select().order_by(Message.id)]


def statuses() -> list[str]:
    return [text.partition(" (")[0] for _, text in said()]


def test_an_alert_is_told_to_each_once_and_never_again_however_often_it_is_posted(bench: Bench) -> None:
    crowd(bench, "Nuit", ANNA, BEN)
    route(bench, to=f"{ANNA}, @Nuit")
    assert take(bench) == Told(2, 0, "new")
    for _ in range(3):
        assert take(bench) == Told(0, 1, "repeated")
    first, _ = said()
    assert [number for number, _ in said()] == [ANNA, BEN]
    assert first[1].startswith("ALERTE (1) : InstanceDown")
    row = Message.get()
    assert (row.category, row.source, row.metadata) == ("alert", "test:me", {"route": "on-call"})
    (known,) = routes.lately(routes.get("on-call"))
    assert (known.title, known.state, known.muted) == ("InstanceDown", "firing", 3)


def test_what_is_new_in_a_group_is_told_what_is_over_too_and_what_begins_again(bench: Bench) -> None:
    route(bench)
    second = alert(instance="web-2")
    steps: list[tuple[list[Payload], str]] = [
        ([alert()], "new"),
        ([alert(), second], "new"),
        ([OVER, second], "repeated"),
        ([OVER, alert(instance="web-2", status="resolved")], "over"),
        ([OVER], "unknown"),
        ([alert()], "new"),
    ]
    for alerts, reason in steps:
        bench.clock.move(timedelta(minutes=1))
        assert take(bench, *alerts).reason == reason
    assert statuses() == ["ALERTE", "ALERTE", "RÉSOLU", "ALERTE"]


def test_what_goes_on_is_told_again_after_its_time(bench: Bench) -> None:
    route(bench)
    reasons = []
    for _ in range(5):
        reasons.append(take(bench).reason)
        bench.clock.move(timedelta(minutes=30))
    assert reasons == ["new", "repeated", "again", "repeated", "again"]


def test_who_does_not_want_to_know_that_it_is_over_is_not_told(bench: Bench) -> None:
    route(bench, resolved=False)
    assert [take(bench, each).reason for each in (alert(), OVER, alert())] == ["new", "unwanted", "repeated"]
    bench.clock.move(HOUR)
    assert take(bench).reason == "again"


def test_groups_are_apart_and_routes_too(bench: Bench) -> None:
    route(bench)
    route(bench, "night", BEN)
    assert [take(bench, group=name).reason for name in "abab"] == ["new", "new", "repeated", "repeated"]
    assert take(bench, to="night", group="a").reason == "new"


def test_an_hour_has_so_many_texts_then_one_that_says_so_and_one_for_the_rest(bench: Bench) -> None:
    route(bench, per_hour=2)
    told = [take(bench, group=str(number), truncatedAlerts=number) for number in range(6)]
    assert [each.reason for each in told] == ["new", "new", *["limited"] * 4]
    assert [each.sent for each in told] == [1, 1, 1, 0, 0, 0]
    assert said()[2][1] == (
        "on-call : d'autres alertes (3), voir la page de Chappe. Pas d'autre message avant 13:00."
    )
    bench.clock.move(timedelta(minutes=59))
    assert telling.tell_the_rest(bench.caller, bench.now) == 0
    bench.clock.move(timedelta(minutes=1))
    assert telling.tell_the_rest(bench.caller, bench.now) == 1
    assert said()[3][1] == ("on-call : alertes non transmises depuis 12:00 : 3. Voir la page de Chappe.")
    assert telling.tell_the_rest(bench.caller, bench.now) == 0
    assert take(bench, group="3").reason == "new"  # nobody was told of it: its next post tells
    assert take(bench, group="4").reason == "limited"
    assert len(said()) == 6


def test_an_end_for_which_there_is_no_room_is_not_told_later_as_if_it_went_on(bench: Bench) -> None:
    route(bench, per_hour=1)
    assert [take(bench, each).reason for each in (alert(), OVER, OVER)] == ["new", "limited", "unknown"]
    bench.clock.move(HOUR)
    assert take(bench).reason == "new"


def test_a_paused_route_tells_nobody(bench: Bench) -> None:
    route(bench)
    routes.pause("on-call", "test:me", bench.now)
    assert take(bench) == Told(0, 1, "paused")
    routes.resume("on-call", "test:me", bench.now)
    assert take(bench).reason == "new"


def test_whoever_may_send_no_more_leaves_nothing_changed(bench: Bench) -> None:
    route(bench)

    def spend(count: int) -> None:
        raise Limited("too_many_a_minute", bench.now, most=0, used=0, count=count)

    with pytest.raises(Limited):
        telling.take("on-call", group(), bench.caller, bench.now, spend)
    assert (said(), AlertGroup.select().count(), AlertRoute.get().told) == ([], 0, 0)
    assert take(bench).reason == "new"


def test_a_route_that_nobody_is_on_any_more_is_an_error_and_keeps_the_alert(bench: Bench) -> None:
    crowd(bench, "Nuit", ANNA)
    route(bench, to="@Nuit")
    GroupMember.delete().execute()
    with pytest.raises(Conflict) as refused:
        take(bench)
    assert refused.value.code == "alert_nobody_left"
    with pytest.raises(NotFound):
        take(bench, to="elsewhere")
    GroupMember.create(group=1, contact=1)
    assert take(bench).reason == "new"


def test_a_test_is_sent_whatever_was_told(bench: Bench) -> None:
    route(bench, per_hour=1)
    take(bench)
    assert telling.test("on-call", bench.caller, bench.now) == 1
    assert said()[-1][1] == "ALERTE (1) : Essai. Ceci est un essai, tout va bien."


def test_the_loop_tells_the_rest_and_forgets_in_the_night(bench: Bench) -> None:
    feature = Alerts()
    assert Alerts in FEATURES
    house = House(bench.site, ("sim1",), bench.ids, lambda value: None, lambda: True)
    route(bench, per_hour=1)
    for number in range(3):
        take(bench, group=str(number))
    bench.clock.move(HOUR)
    feature.minute(house, bench.now)
    assert len(said()) == 3
    for days, left in ((89, 3), (2, 0)):
        bench.clock.move(timedelta(days=days))
        assert [*feature.night(house, bench.now)] == [None]
        assert AlertGroup.select().count() == left


# ---- what people may ask -------------------------------------------------------------------------


def test_whoever_is_erased_is_on_no_route_any_more_and_an_export_tells_the_routes(bench: Bench) -> None:
    route(bench, to=f"{ANNA}, {BEN}")
    copy = export.everything(ANNA, bench.site, "test:me", bench.now)
    assert copy["alert_routes"] == [{"name": "on-call"}]
    erase.erase(ANNA, "FR", "test:me", bench.now, sleep=lambda seconds: None)
    assert routes.numbers(routes.get("on-call")) == [BEN]
