"""/api/v1/modems: the modems as the gateway last saw them."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from gateway import status
from gateway.modems import budgets
from gateway.status import ModemStatus
from web.api.auth import needs
from web.api.framework import Section
from web.api.outputs import ModemPageSchema
from web.office import office

section = Section("modems", __name__, url_prefix="/api/v1", description="The modems and their SIM cards.")

SHOWN_DIGITS = 4


@section.route("/modems")
@needs("read")
@section.doc(operationId="listModems")
@section.response(200, ModemPageSchema())
def find() -> dict[str, Any]:
    """List the configured modems as the gateway sees them; `closed` where it does not."""
    here = office()
    seen = status.read(here.config.appliance.runtime_dir, here.clock.now())
    known = {modem.name: modem for modem in seen.modems} if seen.alive else {}
    absent = (ModemStatus(name, "closed", "gateway_down") for name in here.config.modem_names)
    return {"items": [_shown(known.get(modem.name, modem)) for modem in absent], "next": None}


def _shown(modem: ModemStatus) -> dict[str, Any]:
    instants = {"since": _instant(modem.since), "hold_until": _instant(modem.hold_until)}
    here = office()
    uses = budgets.uses(modem.name, here.config.appliance.timezone, here.clock.now())
    return {
        **asdict(modem),
        **instants,
        "iccid": masked(modem.iccid),
        "budgets": [asdict(use) for use in uses],
    }


def _instant(written: str | None) -> datetime | None:
    return datetime.fromisoformat(written) if written else None


def masked(digits: str) -> str:
    """All but the last four digits are dots."""
    shown = digits[-SHOWN_DIGITS:] if len(digits) > SHOWN_DIGITS else ""
    return "•" * (len(digits) - len(shown)) + shown
