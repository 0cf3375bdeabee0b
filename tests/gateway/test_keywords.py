"""A word that comes in is obeyed where it is stored: STOP before anything else, once, whatever goes wrong."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway import letters
from gateway.consent import asking, ledger, standing
from gateway.consent.ledger import Act
from gateway.errors import Conflict, Invalid, NotFound
from gateway.letters import Business
from gateway.messages import doubts, inbox, joining, keywords, lookup, outbox
from gateway.messages.dispatcher import NOT_READY
from gateway.messages.joining import Join
from gateway.messages.outbox import Draft
from gateway.policy.consent import Ground
from gateway.store import database
from gateway.store.models import Contact, Inbound, Message, Setting
from gateway.store.rules import last_consent
from modem import api
from modem.errors import Advice, advising
from people import TICKED, agree

if TYPE_CHECKING:
    from conftest import Bench

ANNA = "+33612345678"
SMS = Act("sms", "sms", wording="x", proof="y")
NOTICE = "Envoyez REJOINDRE au 06 39 98 00 00 : deux offres par mois de la boulangerie, STOP pour arrêter."
serial = itertools.count(1)


def hear(bench: Bench, text: str, sender: str = ANNA, sim: str = "8933", **concat: int) -> Inbound:
    """The message comes in; `seq` and `total` make it one part of several."""
    joined = api.Concat(9, concat["total"], concat["seq"]) if concat else None
    part = api.InboundPart(sender, text, api.Alphabet.UCS2, bench.now, joined)
    heard = api.Heard("sim1", sim, f"{next(serial):08X}", part, None)
    assert inbox.take(heard, bench.caller, bench.now)
    return Inbound.select().order_by(Inbound.id.desc()).get()


def automatic(to: str = ANNA) -> list[str]:
    """What left by itself for this number."""
    found = Message.select().where(Message.recipient == to, Message.source == keywords.SOURCE)
    return [message.text for message in found.order_by(Message.id)]


def refuses(number: str = ANNA) -> list[str]:
    return [one for one in ledger.CATEGORIES if standing.opposed_since(number, one) is not None]


# ---- STOP ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "about", "told"),
    [
        ("STOP", ["marketing"], "stop_confirmed"),
        ("arrêtez vos rappels", ["notification"], "stop_confirmed_notification"),
        ("Stop tout !", ["marketing", "notification"], "stop_confirmed_all"),
    ],
)
def test_a_stop_is_written_down_with_its_proof_and_confirmed_once(
    bench: Bench, text: str, about: list[str], told: str
) -> None:
    inbound = hear(bench, text)
    assert refuses() == about
    acts = ledger.history(ANNA)
    assert {(act.event, act.channel, act.wording, act.proof, act.written_by) for act in acts} == {
        ("opposed", "sms", text, inbound.uid, "sms")
    }
    assert automatic() == [letters.text(told, "fr", bench.site)]
    for again in (text, "stop", "STOP SVP"):
        bench.clock.move(timedelta(minutes=2))
        hear(bench, again)
    assert len(automatic()) == (2 if about == ["notification"] else 1)  # offers are a second thing to refuse


def test_the_confirmation_reaches_those_who_refuse_everything(bench: Bench) -> None:
    hear(bench, "STOP TOUT")
    bench.ready()
    assert bench.modem.texts == automatic() != []


def test_what_waits_is_canceled_in_every_state_and_on_every_sim_and_says_why(bench: Bench) -> None:
    queued = bench.submit("queued", category="marketing")
    scheduled = bench.submit("later", category="marketing", send_at=bench.now + timedelta(days=2))
    bench.clock.move(timedelta(hours=10))  # 22 h
    held = bench.submit("night", category="marketing")
    reminder, alert = bench.submit("rdv"), bench.submit("alerte", category="alert")
    other = bench.submit("other", to="+33698765432", category="marketing")
    assert [bench.state(message) for message in (queued, scheduled, held)] == ["queued", "scheduled", "held"]
    inbound = hear(bench, "STOP", sim="another SIM")
    for message in (queued, scheduled, held):
        last = lookup.history(message)[-1]
        assert (last.event, last.reason, last.facts) == (
            "cancel",
            "opposed_marketing",
            {"inbound": inbound.uid},
        )
        assert bench.state(message) == "canceled"
    assert {bench.state(message) for message in (reminder, alert)} == {"queued"}
    assert bench.state(other) == "held"


def test_of_a_message_on_the_wire_the_parts_that_have_not_begun_stay_here(bench: Bench) -> None:
    bench.ready()
    message = bench.submit("a" * 400, category="marketing")
    bench.fill()
    assert bench.part_states(message) == ["sending", "queued", "queued"]
    hear(bench, "STOP")
    assert bench.part_states(message) == ["sending", "canceled", "canceled"]
    bench.dispatcher.accepted(bench.modem.accepts(), bench.now)
    assert bench.part_states(message) == ["sent", "canceled", "canceled"]
    assert bench.modem.texts[1:] == automatic()


def test_a_part_that_was_on_the_wire_and_comes_back_is_refused_at_its_next_claim(bench: Bench) -> None:
    bench.ready()
    message = bench.submit("offre", category="marketing")
    bench.fill()
    hear(bench, "STOP")
    bench.dispatcher.not_ready(bench.modem.name)
    bench.dispatcher.refused(bench.modem.refuses(advising(Advice.AGAIN, NOT_READY)), bench.now)
    assert bench.state(message) == "queued"
    bench.ready()
    bench.dispatcher.accepted(bench.modem.accepts(), bench.now)  # the confirmation went first
    assert (bench.state(message), lookup.message(message.uid).reason) == ("rejected", "opposed_marketing")
    assert bench.modem.texts[1:] == automatic()


def test_the_first_part_of_a_message_may_be_a_stop_and_the_rest_adds_none(bench: Bench) -> None:
    hear(bench, "STOP je ne veux plus recevoir vos messages, ", seq=1, total=2)
    assert (refuses(), len(automatic())) == (["marketing"], 1)
    bench.clock.move(timedelta(hours=1))
    ledger.resume(ANNA, "marketing", SMS, bench.now)
    hear(bench, "merci de me laisser en paix", seq=2, total=2)
    assert refuses() == [], "what was said before is not said again by a part that comes late"
    assert len(automatic()) == 1


def test_what_is_known_of_a_message_without_its_beginning_is_at_most_a_doubt(bench: Bench) -> None:
    late = hear(bench, "stop", seq=2, total=2)
    assert (refuses(), late.asks) == ([], "perhaps_stop")
    whole = hear(bench, "je descends au prochain ", seq=1, total=2)
    assert (refuses(), whole.asks) == ([], None)


def test_a_machine_is_neither_obeyed_nor_answered(bench: Bench) -> None:
    for sender in ("36111", "CARREFOUR", "1022"):
        inbound = hear(bench, "STOP", sender=sender)
        assert (refuses(sender), automatic(sender), inbound.asks) == ([], [], None)


def test_marketing_is_refused_at_the_door_until_the_person_says_start(bench: Bench) -> None:
    agree(ANNA, bench.now)
    hear(bench, "STOP")
    offer = outbox.submit(Draft(ANNA, "offre", "marketing"), bench.caller, bench.now)
    assert (offer.state, offer.reason) == ("rejected", "opposed_marketing")
    bench.clock.move(timedelta(minutes=5))
    hear(bench, "start")
    assert (refuses(), automatic()[-1]) == ([], letters.text("started", "fr", bench.site))
    assert bench.state(bench.submit("offre", category="marketing")) == "queued"


def test_a_start_of_somebody_who_refused_nothing_says_nothing(bench: Bench) -> None:
    hear(bench, "START")
    assert (automatic(), ledger.history(ANNA)) == ([], [])


def test_a_stop_that_was_written_later_but_came_first_stands(bench: Bench) -> None:
    written = bench.now
    bench.clock.move(timedelta(hours=1))
    hear(bench, "STOP")
    for text in ("START", "REJOINDRE"):
        late = api.InboundPart(ANNA, text, api.Alphabet.GSM7, written, None)
        inbox.take(api.Heard("sim1", "8933", text, late, None), bench.caller, bench.now)
    assert refuses() == ["marketing"]


# ---- what goes wrong -----------------------------------------------------------------------------


@pytest.mark.parametrize("table", ["oppositions", "consents", "history"])
def test_when_it_cannot_be_obeyed_the_message_stays_and_a_person_is_asked(bench: Bench, table: str) -> None:
    waits = bench.submit("offre", category="marketing")
    database.db.execute_sql(
        f"CREATE TRIGGER trouble BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'no'); END"
    )
    inbound = hear(bench, "STOP")
    assert (inbound.text, inbound.asks, bench.state(waits)) == ("STOP", "perhaps_stop", "queued")
    assert (refuses(), automatic()) == ([], []), "all of it or nothing"
    database.db.execute_sql("DROP TRIGGER trouble")
    doubts.it_is(inbound.uid, bench.caller, bench.now)
    assert (refuses(), bench.state(waits), len(automatic())) == (["marketing"], "canceled", 1)


def test_a_stop_counts_though_it_cannot_be_confirmed(bench: Bench) -> None:
    waits = bench.submit("offre", category="marketing")
    database.db.execute_sql(
        "CREATE TRIGGER trouble BEFORE INSERT ON messages BEGIN SELECT RAISE(ABORT, 'no'); END"
    )
    hear(bench, "STOP")
    hear(bench, "STOP", sender="+12")
    assert (refuses(), refuses("+12"), bench.state(waits)) == (["marketing"], ["marketing"], "canceled")
    assert automatic() == []


@given(
    st.text(st.characters(codec="utf-8", max_codepoint=0xFFFFF), max_size=200)
    | st.sampled_from(["STOP", "oui", "{", "%s", "START"])
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_text_is_stored(bench: Bench, text: str) -> None:
    assert hear(bench, text).text == text


# ---- loops -----------------------------------------------------------------------------------------


def test_two_machines_that_answer_each_other_come_to_rest(bench: Bench) -> None:
    for _ in range(200):
        hear(bench, "help")
        bench.clock.move(timedelta(seconds=20))
    assert len(automatic()) == keywords.MOST_A_DAY
    bench.clock.move(timedelta(days=1))
    hear(bench, "help")
    assert len(automatic()) == keywords.MOST_A_DAY + 1


def test_a_minute_lies_between_two_answers_but_a_stop_is_confirmed_at_once(bench: Bench) -> None:
    for text in ("aide", "aide", "STOP", "aide"):
        hear(bench, text)
    assert automatic() == [letters.text(key, "fr", bench.site) for key in ("help", "stop_confirmed")]


# ---- joining, and the question -------------------------------------------------------------------


def test_who_sends_the_word_of_the_notice_has_agreed_to_the_notice(bench: Bench) -> None:
    hear(bench, "REJOINDRE")
    assert (ledger.history(ANNA), automatic()) == ([], []), "not set up"
    joining.choose(Join("REJOINDRE", "boulangerie", NOTICE), "page:ana", bench.now)
    for text in ("rejoindre le groupe à 8 h", "REJOINDRE boucherie"):
        hear(bench, text)
        assert ledger.history(ANNA) == []
    inbound = hear(bench, "Rejoindre Boulangerie !")
    (act,) = ledger.history(ANNA)
    assert (act.event, act.ground, act.channel, act.wording, act.proof) == (
        "given",
        Ground.OPT_IN,
        "sms",
        NOTICE,
        inbound.uid,
    )
    hear(bench, "REJOINDRE")
    assert (len(ledger.history(ANNA)), automatic()) == (1, [letters.text("joined", "fr", bench.site)])


def test_joining_is_the_persons_own_newer_act_and_lifts_a_stop(bench: Bench) -> None:
    joining.choose(Join("MIAM", "", NOTICE), "page:ana", bench.now)
    hear(bench, "STOP")
    bench.clock.move(timedelta(days=1))
    hear(bench, "miam")
    assert (refuses(), standing.of(ANNA).ground) == ([], Ground.OPT_IN)


@pytest.mark.parametrize(
    ("join", "field"),
    [
        (Join("STOP", "", NOTICE), "word"),
        (Join("oui", "", NOTICE), "word"),
        (Join("!", "", NOTICE), "word"),
        (Join("M" * 21, "", NOTICE), "word"),
        (Join("MIAM", "x" * 41, NOTICE), "name"),
        (Join("MIAM", "", " "), "wording"),
    ],
)
def test_a_word_that_cannot_join_is_refused(bench: Bench, join: Join, field: str) -> None:
    joining.choose(Join("REJOINDRE", "", NOTICE), "page:ana", bench.now)
    with pytest.raises(Invalid) as refused:
        joining.choose(join, "page:ana", bench.now)
    assert (refused.value.field, joining.read()) == (field, Join("REJOINDRE", "", NOTICE))
    joining.choose(None, "page:ana", bench.now)
    assert joining.read() is None


def test_a_yes_to_the_question_is_a_consent_with_the_question_as_its_wording(bench: Bench) -> None:
    question = asking.ask("06 12 34 56 78", bench.caller, bench.now)
    assert (standing.of(ANNA).pending, question.category) == (True, "notification")
    bench.clock.move(timedelta(days=6))
    inbound = hear(bench, "Oui !")
    newest = ledger.history(ANNA)[0]
    assert (newest.event, newest.ground, newest.wording, newest.proof) == (
        "confirmed",
        Ground.OPT_IN,
        question.text,
        inbound.uid,
    )
    assert standing.of(ANNA).ground is Ground.OPT_IN
    hear(bench, "oui")
    assert len(ledger.history(ANNA)) == 2


@pytest.mark.parametrize(
    ("first", "later", "answer"),
    [
        ("", 8, "OUI"),
        ("", 1, "non"),
        ("", 1, "oui mais pas le dimanche"),
        ("STOP", 1, "OUI"),
        ("non", 1, "oui"),
    ],
)
def test_what_is_no_yes_in_time_is_no_consent(bench: Bench, first: str, later: int, answer: str) -> None:
    asking.ask(ANNA, bench.caller, bench.now)
    if first:
        hear(bench, first)
    bench.clock.move(timedelta(days=later))
    hear(bench, answer)
    assert standing.of(ANNA).ground is None
    assert (last_consent(ANNA) or ("",))[0] == ("withdrawn" if "non" in (first, answer) else "asked")


def test_a_yes_that_nobody_asked_for_is_only_a_message(bench: Bench) -> None:
    hear(bench, "OUI")
    assert (ledger.history(ANNA), automatic()) == ([], [])


@pytest.mark.parametrize(
    ("before", "code"),
    [
        (lambda now: ledger.oppose(ANNA, "marketing", SMS, now), "opposed_marketing"),
        (lambda now: ledger.oppose(ANNA, "notification", SMS, now), "opposed_notification"),
        (lambda now: ledger.give(ANNA, Ground.CUSTOMER, TICKED, now), "already_agreed"),
    ],
)
def test_who_may_not_be_asked_is_not(bench: Bench, before: Any, code: str) -> None:
    before(bench.now)
    with pytest.raises(Conflict, match=code):
        asking.ask(ANNA, bench.caller, bench.now)
    assert not Message.select().exists()


def test_nobody_is_asked_twice_in_thirty_days(bench: Bench) -> None:
    asking.ask(ANNA, bench.caller, bench.now)
    hear(bench, "non")
    for days in (1, 28):
        bench.clock.move(timedelta(days=days))
        with pytest.raises(Conflict, match="asked_lately"):
            asking.ask(ANNA, bench.caller, bench.now)
    bench.clock.move(timedelta(days=1))
    asking.ask(ANNA, bench.caller, bench.now)


# ---- doubts --------------------------------------------------------------------------------------


def test_a_doubt_is_shown_and_a_person_settles_it(bench: Bench) -> None:
    first, second = hear(bench, "je veux que ça stop"), hear(bench, "fin", sender="+33698765432")
    assert [message.uid for message in doubts.waiting()] == [second.uid, first.uid]
    assert (doubts.count(), refuses()) == (2, [])
    doubts.it_is_not(second.uid, bench.caller, bench.now)
    doubts.it_is(first.uid, bench.caller, bench.now)
    assert (doubts.count(), refuses(), refuses("+33698765432")) == (0, ["marketing"], [])
    assert automatic() == [letters.text("stop_confirmed", "fr", bench.site)]
    with pytest.raises(Conflict, match="doubt_settled"):
        doubts.it_is(first.uid, bench.caller, bench.now)
    with pytest.raises(NotFound):
        doubts.it_is("nothing", bench.caller, bench.now)


def test_whoever_refused_already_raises_no_doubt(bench: Bench) -> None:
    hear(bench, "STOP")
    assert hear(bench, "je veux que ça stop").asks is None


def test_every_message_is_an_act_of_the_contact(bench: Bench) -> None:
    Contact.create(number=ANNA, name="Anna", created_at=bench.now, updated_at=bench.now)
    bench.clock.move(timedelta(days=3))
    hear(bench, "Bonjour")
    assert Contact.get(Contact.number == ANNA).last_act_at == bench.now


# ---- the texts -------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("key", letters.KEYS)
def test_every_text_of_the_files_keeps_its_own_rules(bench: Bench, key: str, language: str) -> None:
    letters.choose_business(Business("L" * 40, "c" * 60), "page:ana", bench.now)
    assert letters.check(key, letters.original(key, language), bench.site) <= letters.MOST_PARTS
    assert letters.word(key, language) in letters.text(key, language, bench.site)


def test_a_text_names_the_shop_and_how_to_reach_it(bench: Bench) -> None:
    assert letters.business(bench.site) == Business("shop", "")
    assert "shop" in letters.text("help", "fr", bench.site)
    letters.choose_business(Business(" Crêperie « Œuf » ", "01 39 98 00 00"), "page:ana", bench.now)
    help_text = letters.text("help", "fr", bench.site)
    assert 'Creperie " OEuf "' in help_text
    assert "01 39 98 00 00" in help_text


@pytest.mark.parametrize(
    ("business", "field"),
    [(Business(" "), "name"), (Business("x" * 41), "name"), (Business("x", "a\nb"), "contact")],
)
def test_a_shop_that_says_nothing_useful_of_itself_is_refused(
    bench: Bench, business: Business, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        letters.choose_business(business, "page:ana", bench.now)
    assert refused.value.field == field
    assert letters.business(bench.site) == Business("shop", "")


@pytest.mark.parametrize(
    ("key", "text", "code"),
    [
        ("ask", "Répondez {mot}", "placeholder_unknown"),
        ("ask", "Répondez {name.real}", "placeholder_unknown"),
        ("ask", "Répondez {word!r}", "placeholder_unknown"),
        ("ask", "Répondez {word", "placeholder_unknown"),
        ("ask", "Ça vous plaît ? Répondez {word}", "text_not_gsm"),
        ("ask", "{word} " * 90, "too_many_parts"),
        ("ask", "Voulez-vous nos offres ?", "text_needs_word"),
        ("stop_mention", "Désabonnement en boutique", "text_needs_word"),
    ],
)
def test_a_text_that_would_not_do_is_refused_and_the_old_one_stays(
    bench: Bench, key: str, text: str, code: str
) -> None:
    with pytest.raises(Invalid, match=code):
        letters.choose(key, text, "page:ana", bench.site, bench.now)
    assert letters.template(key, "fr") == letters.original(key, "fr")
    assert not Setting.select().where(Setting.name == f"text.{key}").exists()


def test_a_changed_text_leaves_until_it_is_given_back(bench: Bench) -> None:
    letters.choose("stop_confirmed", "{name} : au revoir. {word} ?", "page:ana", bench.site, bench.now)
    hear(bench, "STOP")
    assert automatic() == ["shop : au revoir. START ?"]
    letters.choose("stop_confirmed", "", "page:ana", bench.site, bench.now)
    assert letters.template("stop_confirmed", "fr") == letters.original("stop_confirmed", "fr")
    with pytest.raises(NotFound):
        letters.choose("farewell", "x", "page:ana", bench.site, bench.now)
