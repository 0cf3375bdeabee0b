"""Which part leaves next and what becomes of it: a modem in memory, a real ledger, a clock that is told."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from fakes import MemoryModem, NoWatch
from gateway import settings, status
from gateway.messages import inbox, lookup, outbox, recovery, waiting
from gateway.messages.dispatcher import Dispatcher
from gateway.messages.gathering import Judge
from gateway.messages.outbox import Draft
from gateway.messages.retries import GRACE
from gateway.messages.why import explain
from gateway.settings import RouteSetting
from gateway.store.models import Message
from modem import api
from modem.errors import Advice, advising
from people import agree

if TYPE_CHECKING:
    from conftest import Bench

ANNA, BOB, CARL = "+33612345678", "+33698765432", "+33611111111"
THREE_PARTS = "a" * 153 + "b" * 153 + "c" * 10


def test_nothing_is_claimed_before_a_modem_is_ready(bench: Bench) -> None:
    message = bench.submit()
    bench.fill()
    assert (bench.state(message), bench.modem.jobs) == ("queued", [])


def test_sending_is_written_down_before_the_modem_gets_the_part(bench: Bench) -> None:
    message = bench.submit()
    seen: list[str] = []

    class Watching(MemoryModem):
        def send(self, job: int, part: api.OutboundPart) -> None:
            seen.append(lookup.message(message.uid).state)

    dispatcher = Dispatcher({"sim1": Watching()}, Judge(bench.site), NoWatch())
    dispatcher.ready("sim1", "8933")
    dispatcher.fill(bench.now)
    assert seen == ["sending"]


def test_a_part_crosses_with_all_the_modem_must_know(bench: Bench) -> None:
    message = bench.submit("€" * 100, validity=timedelta(hours=2))
    bench.ready()
    part = bench.modem.jobs[0][1]
    assert part == api.OutboundPart(
        recipient=ANNA,
        text="€" * 76,
        alphabet=api.Alphabet.GSM7,
        concat=api.Concat(message.concat_reference, 2, 1),
        validity=timedelta(hours=2),
    )


def test_the_next_part_is_claimed_when_the_last_was_accepted(bench: Bench) -> None:
    message = bench.submit(THREE_PARTS)
    bench.ready()
    for expected in (["sent", "sending", "queued"], ["sent", "sent", "sending"], ["sent", "sent", "sent"]):
        bench.dispatcher.accepted(bench.modem.accepts(), bench.now)
        assert bench.part_states(message) == expected
    assert bench.modem.texts == ["a" * 153, "b" * 153, "c" * 10]
    assert [part.reference for part in lookup.parts(message)] == [1, 2, 3]
    assert bench.state(message) == "sent"


def test_lanes_go_before_age(bench: Bench) -> None:
    for category in ("marketing", "notification", "alert", "otp"):
        bench.submit(category, category=category)
    bench.ready()
    for _ in range(3):
        bench.dispatcher.accepted(bench.modem.accepts(), bench.now)
    assert bench.modem.texts == ["otp", "alert", "notification", "marketing Rép. STOP"]


def test_a_code_waits_for_at_most_the_one_part_on_the_wire(bench: Bench) -> None:
    bench.submit(THREE_PARTS, category="marketing")
    bench.ready()
    bench.submit("123456", category="otp", to=BOB)
    bench.dispatcher.accepted(bench.modem.accepts(), bench.now)
    assert bench.modem.texts == ["a" * 153, "123456"]


def test_sources_take_turns_within_a_lane(bench: Bench) -> None:
    def ask(source: str, text: str, to: str) -> None:
        caller = dataclasses.replace(bench.caller, source=source)
        outbox.submit(Draft(to, text), caller, bench.now)

    for number in range(6):
        ask("key:import", f"import {number}", f"+3361100000{number}")
    for source in ("page:ana", "page:bob"):
        for number in range(2):
            ask(source, f"{source[5:]} {number}", f"+336220000{source[5:7].encode()[0] % 10}{number}")
    bench.ready()
    for _ in range(9):
        bench.dispatcher.accepted(bench.modem.accepts(), bench.now)
    first_six = ["import 0", "ana 0", "bob 0", "import 1", "ana 1", "bob 1"]
    assert bench.modem.texts == [*first_six, "import 2", "import 3", "import 4", "import 5"]


def test_a_later_message_to_the_same_person_waits_for_the_earlier_one(bench: Bench) -> None:
    first, second = bench.submit("first"), bench.submit("second")
    bench.ready()
    bench.dispatcher.refused(bench.modem.refuses(advising(Advice.LATER, "cms_38")), bench.now)
    held = lookup.message(second.uid)
    assert (held.state, held.reason, held.facts) == ("held", "earlier_first", {"id": first.uid})
    for _ in range(2):
        bench.clock.move(timedelta(seconds=2))
        bench.release()
        if bench.dispatcher.flights:
            bench.dispatcher.accepted(bench.modem.accepts(), bench.now)
    assert bench.modem.texts == ["first", "first", "second"]


def test_an_answer_leaves_from_the_number_that_was_written_to(bench: Bench) -> None:
    other = MemoryModem("sim2", "8944")
    dispatcher = Dispatcher({"sim1": bench.modem, "sim2": other}, Judge(bench.site), NoWatch())
    part = api.InboundPart(ANNA, "Une question", api.Alphabet.GSM7, None)
    inbox.take(api.Heard("sim2", "8944", "07AA", part, None), bench.caller, bench.now)
    caller = dataclasses.replace(bench.caller, modems=("sim1", "sim2"))
    outbox.submit(Draft(ANNA, "La réponse"), caller, bench.now)
    dispatcher.ready("sim1", bench.modem.sim)
    dispatcher.fill(bench.now)
    assert bench.modem.texts == []
    dispatcher.ready("sim2", other.sim)
    dispatcher.fill(bench.now)
    assert other.texts == ["La réponse"]


def test_a_modem_that_falls_silent_hands_on_what_it_has_not_begun(bench: Bench) -> None:
    other = MemoryModem("sim2", "8944")
    dispatcher = Dispatcher({"sim1": bench.modem, "sim2": other}, Judge(bench.site), NoWatch())
    part = api.InboundPart(ANNA, "Une question", api.Alphabet.GSM7, None)
    inbox.take(api.Heard("sim2", "8944", "07AA", part, None), bench.caller, bench.now)
    caller = dataclasses.replace(bench.caller, modems=("sim1", "sim2"))
    for text in ("un", "deux"):
        outbox.submit(Draft(ANNA, text), caller, bench.now)
    outbox.submit(Draft(BOB, "par sim2 seul", modem="sim2"), caller, bench.now)
    dispatcher.ready("sim2", other.sim)
    dispatcher.fill(bench.now)
    dispatcher.uncertain(other.falls_silent(advising(Advice.UNCERTAIN, "silent")), bench.now)
    dispatcher.not_ready("sim2")
    dispatcher.refused(other.refuses(advising(Advice.AGAIN, "not_ready")), bench.now)
    dispatcher.ready("sim1", bench.modem.sim)
    bench.clock.move(timedelta(seconds=2))
    waiting.release(Judge(bench.site), bench.now)
    dispatcher.fill(bench.now)
    assert bench.modem.texts == ["deux"]
    dispatcher.accepted(bench.modem.accepts(), bench.now)
    assert len(bench.modem.jobs) == 1, "what is wanted from sim2 alone waits for it"


def test_a_code_behind_a_thousand_is_the_next_on_the_wire(bench: Bench) -> None:
    drafts = [Draft(f"+336{number:08}", "Promo", "marketing") for number in range(1000)]
    for draft in drafts:
        agree(draft.to, bench.now)
    outbox.submit_many(drafts, bench.caller, bench.now)
    bench.ready()
    bench.submit("123456", category="otp")
    bench.dispatcher.accepted(bench.modem.accepts(), bench.now)
    assert bench.modem.texts == ["Promo Rép. STOP", "123456"]


@pytest.mark.parametrize(
    ("category", "validity"),  # noon in Paris: phones may ring for marketing until eight
    [("marketing", timedelta(hours=7, minutes=55)), ("notification", timedelta(hours=72))],
)
def test_a_part_is_not_delivered_when_the_phone_may_no_longer_ring(
    bench: Bench, category: str, validity: timedelta
) -> None:
    bench.submit(category=category)
    bench.ready()
    assert bench.modem.jobs[0][1].validity == validity


def test_two_modems_share_the_queue_and_keep_a_messages_parts_together(bench: Bench) -> None:
    other = MemoryModem("sim2", "8944")
    dispatcher = Dispatcher({"sim1": bench.modem, "sim2": other}, Judge(bench.site), NoWatch())
    long, short = bench.submit(THREE_PARTS), bench.submit("short", to=BOB)
    dispatcher.ready("sim1", bench.modem.sim)
    dispatcher.ready("sim2", other.sim)
    dispatcher.fill(bench.now)
    assert (bench.modem.texts, other.texts) == (["a" * 153], ["short"])
    dispatcher.accepted(other.accepts(), bench.now)
    assert len(other.jobs) == 1, "the long message's other parts are not sim2's"
    assert [lookup.message(m.uid).modem for m in (long, short)] == ["sim1", "sim2"]


def test_a_wanted_modem_is_waited_for(bench: Bench) -> None:
    other = MemoryModem("sim2", "8944")
    dispatcher = Dispatcher({"sim1": bench.modem, "sim2": other}, Judge(bench.site), NoWatch())
    bench.submit(modem="sim1")
    dispatcher.ready("sim2", other.sim)
    dispatcher.fill(bench.now)
    assert other.jobs == []


# ---- which SIM carries what -------------------------------------------------------------------

ISLAND, LONDON = "+590690123456", "+447911123456"


class Sims:
    """Several modems in memory: what each SIM is for, and which of them the gateway says are ready."""

    def __init__(self, bench: Bench, **prefixes: tuple[str, ...]) -> None:
        self.bench = bench
        self.modems = {name: MemoryModem(name, f"89{name}") for name in prefixes}
        self.dispatcher = Dispatcher(self.modems, Judge(bench.site), NoWatch())
        for name, chosen in prefixes.items():
            settings.choose_route(name, RouteSetting(chosen))

    def submit(self, to: str, text: str = "Bonjour", **rest: Any) -> Message:
        caller = dataclasses.replace(self.bench.caller, modems=tuple(self.modems))
        return outbox.submit(Draft(to, text, **rest), caller, self.bench.now)

    def ready(self, *names: str) -> None:
        for name in names:
            self.dispatcher.ready(name, self.modems[name].sim)
        self.dispatcher.fill(self.bench.now)

    def away(self, name: str) -> None:
        self.dispatcher.not_ready(name)
        self.dispatcher.fill(self.bench.now)

    def work(self) -> None:
        """Every modem takes what it can get, until nothing is left for it."""
        while flights := list(self.dispatcher.flights):
            for name in flights:
                self.dispatcher.accepted(self.modems[name].accepts(), self.bench.now)

    def later(self, **span: float) -> None:
        self.bench.clock.move(timedelta(**span))
        self.dispatcher.fill(self.bench.now)

    def said(self, *ready: str, alive: bool = True) -> None:
        """What the gateway shows of its modems."""
        self.bench.site.runtime_dir.mkdir(exist_ok=True)
        states = {name: "ready" if name in ready else "silent" for name in self.modems}
        shown = tuple(status.ModemStatus(name, state) for name, state in states.items())
        when = self.bench.now if alive else self.bench.now - timedelta(hours=1)
        status.write(self.bench.site.runtime_dir, shown, when)

    def bound(self, message: Message) -> set[str]:
        return {part.bound for part in lookup.parts(message)}

    @property
    def carried(self) -> dict[str, int]:
        return {name: len(modem.jobs) for name, modem in self.modems.items()}


def test_a_number_leaves_by_the_sim_that_is_for_it(bench: Bench) -> None:
    sims = Sims(bench, sim1=(), sim2=("+590", "+596"))
    for to in (ISLAND, "+590690000000", "+596696000000"):
        sims.submit(to)
    sims.ready("sim1", "sim2")
    sims.work()
    assert sims.carried == {"sim1": 0, "sim2": 3}
    sims.submit(BOB)
    sims.dispatcher.fill(bench.now)
    assert sims.carried == {"sim1": 1, "sim2": 3}


def test_a_number_that_no_sim_is_for_leaves_all_the_same(bench: Bench) -> None:
    sims = Sims(bench, sim1=("+33",), sim2=("+590",))
    assert sims.bound(sims.submit(LONDON)) == {""}
    sims.ready("sim2")
    assert sims.carried == {"sim1": 0, "sim2": 1}


def test_two_sims_for_one_country_share_its_numbers(bench: Bench) -> None:
    sims = Sims(bench, sim1=("+33",), sim2=("+33",), sim3=())
    for number in range(20):
        sims.submit(f"+3361234{number:04}")
    sims.ready("sim1", "sim2", "sim3")
    sims.work()
    assert sims.carried == {"sim1": 10, "sim2": 10, "sim3": 0}


def test_what_a_wanted_or_written_to_sim_carries_is_not_routed(bench: Bench) -> None:
    sims = Sims(bench, sim1=(), sim2=("+590",))
    part = api.InboundPart(ISLAND, "Une question", api.Alphabet.GSM7, None)
    assert sims.bound(sims.submit("+590690000000", modem="sim1")) == {"sim1"}
    assert sims.bound(sims.submit(ISLAND)) == {"sim2"}
    inbox.take(api.Heard("sim1", "8933", "07AA", part, None), bench.caller, bench.now)
    assert sims.bound(sims.submit(ISLAND)) == {"sim1"}


def test_a_sim_that_is_away_gets_nothing_new(bench: Bench) -> None:
    sims = Sims(bench, sim1=("+33",), sim2=("+33639",), sim3=())
    number = "+33639980001"
    assert sims.bound(sims.submit(number)) == {"sim2"}, "nothing is known of the modems"
    sims.said("sim1", "sim3")
    assert sims.bound(sims.submit(number)) == {"sim1"}
    sims.said("sim1", "sim2", "sim3")
    assert sims.bound(sims.submit(number)) == {"sim2"}
    sims.said("sim1", "sim3", alive=False)
    assert sims.bound(sims.submit(number)) == {"sim2"}, "an old word is no word"


def test_what_a_silent_sim_has_not_begun_goes_to_the_next_best(bench: Bench) -> None:
    sims = Sims(bench, sim1=("+590",), sim2=("+590",), sim3=("+33",), sim4=())
    messages = [sims.submit(f"+590690{number:06}", THREE_PARTS) for number in range(12)]
    sims.ready("sim1", "sim2", "sim3", "sim4")
    sims.dispatcher.not_ready("sim1")
    lost = sims.modems["sim1"].falls_silent(advising(Advice.UNCERTAIN, "silent"))
    sims.dispatcher.uncertain(lost, bench.now)
    sims.dispatcher.fill(bench.now)
    sims.work()
    assert sims.carried == {"sim1": 1, "sim2": 33, "sim3": 0, "sim4": 0}
    carriers = [lookup.message(message.uid).modem for message in messages]
    assert carriers.count("sim1") == 1, "what it had begun is its own"


def test_the_heirs_share_and_a_messages_parts_stay_together(bench: Bench) -> None:
    sims = Sims(bench, sim1=("+590",), sim2=("+590",), sim3=("+590",), sim4=())
    settings.choose_route("sim1", RouteSetting(("+5906",)))
    messages = [sims.submit(f"+590690{number:06}", THREE_PARTS) for number in range(10)]
    sims.ready("sim1", "sim2", "sim3", "sim4")
    sims.away("sim1")
    bound = [sims.bound(message) for message in messages[1:]]
    assert all(len(names) == 1 for names in bound)
    assert set().union(*bound) == {"sim2", "sim3"}


def test_what_comes_after_its_sim_fell_silent_does_not_wait_for_it(bench: Bench) -> None:
    sims = Sims(bench, sim1=(), sim2=("+590",))
    sims.ready("sim1", "sim2")
    sims.away("sim2")
    message = sims.submit(ISLAND)
    assert sims.bound(message) == {"sim2"}, "the door had not heard of it yet"
    sims.later(seconds=5)
    assert sims.carried == {"sim1": 1, "sim2": 0}


def test_what_falls_due_while_its_sim_is_away_does_not_wait_for_it(bench: Bench) -> None:
    sims = Sims(bench, sim1=(), sim2=("+590",))
    sims.ready("sim1", "sim2")
    sims.submit(ISLAND, send_at=bench.now + timedelta(hours=1))
    sims.away("sim2")
    bench.clock.move(timedelta(hours=1))
    waiting.release(Judge(bench.site), bench.now)
    sims.later(seconds=0)
    assert sims.carried == {"sim1": 1, "sim2": 0}


def test_a_sim_that_was_taken_out_of_the_configuration_holds_nothing_back(bench: Bench) -> None:
    before = Sims(bench, sim1=(), sim2=("+590",))
    before.submit(ISLAND)
    after = Sims(bench, sim1=())
    after.ready("sim1")
    assert after.carried == {"sim1": 1}


def test_a_restart_does_not_take_a_sims_messages_from_it(bench: Bench) -> None:
    sims = Sims(bench, sim1=(), sim2=("+590",))
    sims.submit(ISLAND)
    sims.away("sim2")  # it is opened, and not ready yet
    sims.ready("sim1")
    sims.later(seconds=20)
    assert sims.carried == {"sim1": 0, "sim2": 0}
    sims.ready("sim2")
    assert sims.carried == {"sim1": 0, "sim2": 1}


def test_a_sim_that_does_not_come_up_is_not_waited_for(bench: Bench) -> None:
    sims = Sims(bench, sim1=(), sim2=("+590",))
    sims.submit(ISLAND)
    sims.submit("+590690000000", "par sim2 seul", modem="sim2")
    sims.ready("sim1")
    sims.later(seconds=30)
    sims.work()
    sims.later(seconds=30)
    assert sims.carried == {"sim1": 1, "sim2": 0}


def test_while_no_modem_is_ready_everything_keeps_its_place(bench: Bench) -> None:
    sims = Sims(bench, sim1=(), sim2=("+590",))
    sims.ready("sim1", "sim2")
    for name in ("sim1", "sim2"):
        sims.dispatcher.not_ready(name)
    message = sims.submit(ISLAND)
    sims.later(minutes=10)
    assert sims.bound(message) == {"sim2"}


def test_a_message_of_several_parts_is_tried_again_by_the_sim_that_is_for_it(bench: Bench) -> None:
    sims = Sims(bench, sim1=(), sim2=("+590",))
    message = sims.submit(ISLAND, THREE_PARTS)
    sims.ready("sim2", "sim1")
    sims.dispatcher.refused(sims.modems["sim2"].refuses(advising(Advice.LATER, "cms_38")), bench.now)
    assert sims.bound(message) == {"sim2"}
    bench.clock.move(timedelta(minutes=1))
    waiting.release(Judge(bench.site), bench.now)
    sims.later(seconds=0)
    assert sims.carried["sim1"] == 0
    assert sims.carried["sim2"] == 2


def test_a_message_that_was_put_back_goes_to_the_next_best(bench: Bench) -> None:
    sims = Sims(bench, sim1=(), sim2=("+590",), sim3=("+33",))
    message = sims.submit(ISLAND, THREE_PARTS)
    sims.ready("sim1", "sim2", "sim3")
    sims.dispatcher.refused(sims.modems["sim2"].refuses(advising(Advice.AGAIN, "not_ready")), bench.now)
    assert sims.bound(message) == {"sim1"}


def test_a_thousand_that_only_one_sim_may_carry_hold_nobody_else_back(bench: Bench) -> None:
    sims = Sims(bench, sim1=(), sim2=("+590",))
    caller = dataclasses.replace(bench.caller, modems=("sim1", "sim2"))
    drafts = [Draft(f"+590690{number:06}", "par sim2 seul", modem="sim2") for number in range(1000)]
    outbox.submit_many(drafts, caller, bench.now)
    sims.ready("sim1", "sim2")
    sims.away("sim2")
    sims.later(seconds=10)
    sims.submit(LONDON, modem="sim2")
    sims.submit("+590690999999", "par n’importe qui")
    sims.later(minutes=1)
    assert sims.modems["sim1"].texts == ["par n’importe qui"]


def test_why_says_why_that_modem(bench: Bench) -> None:
    sims = Sims(bench, sim1=(), sim2=("+590",))
    sims.said("sim1", "sim2")
    part = api.InboundPart(BOB, "Une question", api.Alphabet.GSM7, None)
    inbox.take(api.Heard("sim2", "8933", "07AA", part, None), bench.caller, bench.now)

    def told(message: Message) -> tuple[str | None, dict[str, Any]]:
        seen = status.read(bench.site.runtime_dir, bench.now)
        answers = explain(lookup.message(message.uid), seen, bench.site, bench.now)
        (answer,) = [answer for answer in answers if answer.code == "route"]
        return answer.reason, answer.facts

    long = sims.submit("+590690000000", THREE_PARTS)
    assert told(sims.submit(ISLAND)) == ("route_prefix", {"modem": "sim2", "prefix": "+590"})
    assert told(sims.submit(BOB)) == ("route_written_to", {"modem": "sim2"})
    assert told(sims.submit(ISLAND, modem="sim1")) == ("route_wanted", {"modem": "sim1"})
    assert told(sims.submit(CARL)) == ("route_others", {"modem": "sim1"})
    sims.ready("sim2")
    assert told(long) == ("route_begun", {"modem": "sim2"})


# ---- refused ----------------------------------------------------------------------------------


def test_what_was_refused_for_now_waits_and_says_until_when(bench: Bench) -> None:
    message = bench.submit()
    bench.ready()
    bench.dispatcher.refused(bench.modem.refuses(advising(Advice.LATER, "cms_38")), bench.now)
    held = lookup.message(message.uid)
    assert (held.state, held.reason, held.facts) == (
        "held",
        "retry",
        {"error": "cms_38", "attempts": 1, "most": 6},
    )
    assert held.until == bench.now + timedelta(seconds=2)
    bench.clock.move(timedelta(seconds=2))
    bench.release()
    assert bench.state(message) == "sending"
    bench.dispatcher.refused(bench.modem.refuses(advising(Advice.LATER, "cms_38")), bench.now)
    assert lookup.message(message.uid).until == bench.now + timedelta(seconds=10)


def test_one_refused_number_does_not_stop_the_others(bench: Bench) -> None:
    bench.submit("bad")
    bench.submit("good", to=BOB)
    bench.ready()
    bench.dispatcher.refused(bench.modem.refuses(advising(Advice.LATER, "cms_38")), bench.now)
    assert bench.modem.texts == ["bad", "good"]


def test_attempts_are_bounded_and_the_reason_stays(bench: Bench) -> None:
    message = bench.submit(category="otp", validity=timedelta(hours=10))
    bench.ready()
    for _ in range(3):
        bench.dispatcher.refused(bench.modem.refuses(advising(Advice.LATER, "cms_38")), bench.now)
        bench.clock.move(timedelta(hours=1))
        bench.release()
    failed = lookup.message(message.uid)
    assert (failed.state, failed.reason) == ("failed", "attempts_over")
    assert len(bench.modem.jobs) == 3


def test_only_the_part_that_was_refused_is_tried_again(bench: Bench) -> None:
    message = bench.submit(THREE_PARTS)
    bench.ready()
    bench.dispatcher.accepted(bench.modem.accepts(), bench.now)
    bench.dispatcher.refused(bench.modem.refuses(advising(Advice.LATER, "cms_38")), bench.now)
    bench.dispatcher.accepted(bench.modem.accepts(), bench.now)
    assert bench.part_states(message) == ["sent", "held", "sent"]
    bench.clock.move(timedelta(minutes=1))
    bench.release()
    first, second, _, again = (part for _, part in bench.modem.jobs)
    assert again.concat == second.concat
    assert again.text == second.text
    assert first.concat is not None


def test_a_part_refused_for_good_keeps_the_rest_here(bench: Bench) -> None:
    message = bench.submit(THREE_PARTS)
    bench.ready()
    bench.dispatcher.accepted(bench.modem.accepts(), bench.now)
    bench.dispatcher.refused(bench.modem.refuses(advising(Advice.GIVE_UP, "cms_1")), bench.now)
    assert bench.part_states(message) == ["sent", "failed", "canceled"]
    assert (bench.state(message), lookup.message(message.uid).reason) == ("failed", "refused")
    assert len(bench.modem.jobs) == 2


def test_a_modem_that_was_not_ready_costs_no_attempt(bench: Bench) -> None:
    message = bench.submit()
    bench.ready()
    bench.dispatcher.refused(bench.modem.refuses(advising(Advice.AGAIN, "not_ready")), bench.now)
    (part,) = lookup.parts(message)
    assert (part.state, part.attempts, part.modem) == ("queued", 0, None)
    assert len(bench.modem.jobs) == 1, "it is not offered to the same modem before that is ready"
    bench.ready()
    assert len(bench.modem.jobs) == 2


@pytest.mark.parametrize("advice", list(Advice))
def test_each_advice_has_its_cure(bench: Bench, advice: Advice) -> None:
    message = bench.submit()
    bench.ready()
    bench.dispatcher.refused(bench.modem.refuses(advising(advice, "cms_0")), bench.now)
    expected = {"again": "held", "later": "held", "give_up": "failed", "uncertain": "uncertain"}
    assert bench.state(message) == expected.get(advice, "held")


# ---- uncertain --------------------------------------------------------------------------------


def lose(bench: Bench, category: str) -> Message:
    message = bench.submit(category=category, validity=timedelta(hours=1))
    bench.ready()
    bench.dispatcher.uncertain(bench.modem.falls_silent(advising(Advice.UNCERTAIN, "silent")), bench.now)
    return message


def test_silence_after_ctrl_z_is_uncertain_and_waits_for_its_report(bench: Bench) -> None:
    message = lookup.message(lose(bench, "notification").uid)
    assert (message.state, message.reason, message.until) == ("uncertain", "no_answer", bench.now + GRACE)


@pytest.mark.parametrize(
    ("category", "state", "reason", "sendings"),
    [
        ("otp", "failed", "never_twice", 1),
        ("alert", "sending", None, 2),
        ("notification", "sending", None, 2),
        ("marketing", "uncertain", "ask", 1),
    ],
)
def test_after_the_grace_the_category_decides(
    bench: Bench, category: str, state: str, reason: str | None, sendings: int
) -> None:
    message = lose(bench, category)
    bench.clock.move(GRACE)
    bench.release()
    found = lookup.message(message.uid)
    assert (found.state, found.reason, len(bench.modem.jobs)) == (state, reason, sendings)
    bench.clock.move(timedelta(days=3))
    bench.release()
    assert len(bench.modem.jobs) == sendings


def test_a_late_answer_settles_it(bench: Bench) -> None:
    message = lose(bench, "notification")
    late = api.LateAnswer("sim1", bench.modem.sim, bench.modem.job, 77)
    bench.dispatcher.late(late, bench.now)
    (part,) = lookup.parts(message)
    assert (part.state, part.reference) == ("sent", 77)
    bench.dispatcher.late(late, bench.now)
    assert bench.events(message).count("accept") == 1


def test_a_crash_makes_what_was_in_a_modems_hands_uncertain(bench: Bench) -> None:
    message = bench.submit(THREE_PARTS)
    bench.ready()
    assert recovery.recover(bench.now) == 1
    assert bench.part_states(message) == ["uncertain", "queued", "queued"]
    assert lookup.parts(message)[0].reason == "interrupted"
    assert recovery.recover(bench.now) == 0


def test_an_answer_for_a_job_of_another_life_changes_nothing(bench: Bench) -> None:
    message = bench.submit()
    bench.dispatcher.accepted(api.PartAccepted("sim1", "8933", 5, 9), bench.now)
    assert bench.state(message) == "queued"


# ---- waiting ----------------------------------------------------------------------------------


def test_a_scheduled_message_leaves_at_its_hour(bench: Bench) -> None:
    at = bench.now + timedelta(hours=3)
    message = bench.submit(send_at=at)
    bench.ready()
    assert waiting.next_instant() == at
    bench.clock.move(timedelta(hours=3) - timedelta(seconds=1))
    bench.release()
    assert bench.state(message) == "scheduled"
    bench.clock.move(timedelta(seconds=1))
    bench.release()
    assert bench.state(message) == "sending"


def test_the_hours_are_asked_again_at_the_claim(bench: Bench) -> None:
    message = bench.submit(category="marketing", validity=timedelta(days=2))
    bench.clock.move(timedelta(hours=9))  # 21:00 in Paris
    bench.ready()
    held = lookup.message(message.uid)
    assert (held.state, held.reason, bench.modem.jobs) == ("held", "quiet_hours", [])
    assert held.until is not None
    bench.clock.move(held.until - bench.now)
    bench.release()
    assert bench.modem.texts == ["Bonjour Rép. STOP"]


def test_what_expires_before_leaving_says_so(bench: Bench) -> None:
    message = bench.submit(category="otp")
    bench.clock.move(timedelta(minutes=10))
    bench.release()
    found = lookup.message(message.uid)
    assert (found.state, found.reason) == ("expired", "validity_over")
    bench.ready()
    assert bench.modem.jobs == []


def test_many_due_at_once_are_released_in_batches(bench: Bench) -> None:
    at = bench.now + timedelta(hours=1)
    messages = [bench.submit(f"n {number}", send_at=at) for number in range(150)]
    bench.clock.move(timedelta(hours=1))
    assert waiting.release(Judge(bench.site), bench.now) == waiting.BATCH
    assert waiting.next_instant() == at
    waiting.release(Judge(bench.site), bench.now)
    assert {bench.state(message) for message in messages} == {"queued"}
    assert waiting.release(Judge(bench.site), bench.now) == 0


@pytest.mark.parametrize(
    ("left", "validity"),
    [(timedelta(minutes=29), timedelta(minutes=25)), (timedelta(minutes=6), timedelta(minutes=5))],
)
def test_the_network_never_rings_a_phone_past_the_closing(
    bench: Bench, left: timedelta, validity: timedelta
) -> None:
    bench.clock.move(timedelta(hours=8) - left)  # towards 20:00 in Paris
    bench.submit(category="marketing")
    bench.ready()
    assert [part.validity for _, part in bench.modem.jobs] == [validity]


def test_in_the_last_minutes_marketing_waits_for_the_next_opening(bench: Bench) -> None:
    bench.clock.move(timedelta(hours=7, minutes=56))
    message = bench.submit(category="marketing")
    bench.ready()
    held = lookup.message(message.uid)
    assert (held.state, held.reason, bench.modem.jobs) == ("held", "closing_soon", [])
    assert held.until == bench.now + timedelta(hours=12, minutes=4)
