"""What the loop does about the modems themselves: whose SIM may send, incidents, alarms, requests."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime

from gateway.config import Appliance
from gateway.daemon.gauges import Gauges
from gateway.errors import GatewayError
from gateway.ids import Ids
from gateway.messages.dispatcher import Dispatcher
from gateway.modems import alarms, calls, incidents, requests, selftest, sims
from gateway.modems.meters import Meters
from gateway.status import BUDGET
from gateway.store import database
from gateway.store.models import ModemRequest
from modem import api
from modem.errors import OnSim

log = logging.getLogger(__name__)

NEARLY_FULL = 0.7  # of a storage


class ModemDesk:
    """Knows which links are ready and which SIM is in each; tells the dispatcher which of them may send."""

    def __init__(
        self,
        modems: Mapping[str, api.Modem],
        site: Appliance,
        dispatcher: Dispatcher,
        gauges: Gauges,
        meters: Meters,
        ids: Ids,
    ) -> None:
        self.modems, self.site, self.ids = modems, site, ids
        self.dispatcher, self.gauges, self.meters = dispatcher, gauges, meters
        self.barred: set[str] = set()  # ready modems whose SIM may not send at all
        self.news = False  # a SIM begins to rest or goes on, and nobody was shown
        meters.changed = self._show_rest
        self.identities: dict[str, api.Identity] = {}
        self.ready: set[str] = set()
        self.ussd_jobs: dict[int, int] = {}  # job → request
        self.jobs = 0

    # ---- who may send --------------------------------------------------------------------------

    def identified(self, event: api.Identified) -> None:
        self.identities[event.modem] = event.identity

    def changed(self, event: api.LinkChanged, now: datetime) -> None:
        if event.state == api.LinkState.READY:
            self.ready.add(event.modem)
        else:
            self.ready.discard(event.modem)
        with database.transaction():
            incidents.changed(event, now)
            self.decide(event.modem, now)

    def decide(self, modem: str, now: datetime) -> None:
        """Let the modem send, or say why not."""
        sim = self.identities.get(modem, api.Identity()).sim
        bar = sims.bar(modem, sim, now) if modem in self.ready else None
        if bar is None:
            self.barred.discard(modem)
        else:
            self.barred.add(modem)
            self.gauges.hold(modem, bar.reason, bar.until)
        if modem in self.ready and bar is None:
            self.dispatcher.ready(modem, sim)
        else:
            self.dispatcher.not_ready(modem)
        self._show_rest(modem)

    def _show_rest(self, modem: str) -> None:
        """A SIM that has used up its budget sends only what must not wait; one that may not send at all
        says so first."""
        if modem not in self.barred:
            rest = self.meters.rests.get(modem) if modem in self.ready else None
            self.news |= (rest is None) is (self.gauges.modems[modem].hold == BUDGET)
            self.gauges.hold(modem, BUDGET if rest else None, rest.until if rest else None)

    def refused(self, event: api.PartRefused, now: datetime) -> None:
        """A refusal that the operator means for the SIM may have paused it: show it at once."""
        if event.error.effect.sim is not OnSim.KEEP:
            self.decide(event.modem, now)

    # ---- what else a modem tells -----------------------------------------------------------------

    def told(self, event: api.Event, now: datetime) -> None:
        with database.transaction():
            self._told(event, now)

    def _told(self, event: api.Event, now: datetime) -> None:
        match event:
            case api.Tried():
                log.warning("modem %s: trying %s (%s)", event.modem, event.rung, event.error)
                incidents.tried(event, now)
            case api.PartUncertain():
                incidents.uncertain(event.modem)
            case api.Called():
                calls.note(event.modem, event.number, now)
            case api.HealthRead():
                self._gauge(event, now)
            case api.UssdAnswered():
                self._finish(event.job, now, answer=event.text)
            case api.UssdFailed():
                self._finish(event.job, now, error=event.error.code)

    def _gauge(self, event: api.HealthRead, now: datetime) -> None:
        used, total = event.health.storage_used, event.health.storage_total
        if used is None or not total:
            return
        if used >= NEARLY_FULL * total:
            alarms.raise_("storage_nearly_full", event.modem, now, modem=event.modem, used=used, total=total)
        else:
            alarms.clear("storage_nearly_full", event.modem, now)

    # ---- what people ask -------------------------------------------------------------------------

    def look_at_requests(self, now: datetime) -> None:
        for request in requests.take():
            try:
                self._do(request, now)
            except GatewayError as error:
                requests.finish(request.id, now, error=error.code)

    def _do(self, request: ModemRequest, now: datetime) -> None:
        modem = self.modems.get(request.modem)
        if modem is None:
            return requests.finish(request.id, now, error="modem_unknown")
        if request.kind == "ussd":
            return self._dial(request, modem)
        if request.kind == "reset":
            modem.reset()
        elif request.kind == "confirm":
            sims.confirm(request.modem, self.identities.get(request.modem, api.Identity()).sim, now)
        elif request.kind == "resume":
            sims.resume(request.modem, now)
        elif request.kind == "selftest":
            number = self.identities.get(request.modem, api.Identity()).number
            selftest.begin(request.modem, number, self.site, now, self.ids)
        self.decide(request.modem, now)
        return requests.finish(request.id, now)

    def _dial(self, request: ModemRequest, modem: api.Modem) -> None:
        self.jobs += 1
        self.ussd_jobs[self.jobs] = request.id
        modem.ussd(self.jobs, request.argument)

    def _finish(self, job: int, now: datetime, answer: str = "", error: str | None = None) -> None:
        request = self.ussd_jobs.pop(job, None)
        if request is not None:
            requests.finish(request, now, answer, error)

    # ---- each minute -----------------------------------------------------------------------------

    def minute(self, now: datetime) -> None:
        with database.transaction():
            incidents.watch(now)
            requests.give_up_on_old(now)
            selftest.watch(now)
            for modem in self.modems if self.dispatcher.judge.trusted else ():
                number = self.identities.get(modem, api.Identity()).number
                selftest.begin_if_due(modem, number, self.site, now, self.ids)
        for modem in self.modems:
            self.decide(modem, now)
        self.meters.minute(self.dispatcher.sims, now)
        self._watch_progress(now)

    def _watch_progress(self, now: datetime) -> None:
        """A daemon that looks alive while nothing leaves is a failure."""
        stuck = {flight.modem for flight in self.dispatcher.overdue(now)}
        for modem in self.modems:
            if modem in stuck:
                alarms.raise_("nothing_leaves", modem, now, modem=modem)
            else:
                alarms.clear("nothing_leaves", modem, now)
