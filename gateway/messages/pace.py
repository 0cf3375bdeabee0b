"""How fast a SIM really sends: seconds from the claim of a part to the network's answer, lately."""

from __future__ import annotations

from gateway.store.models import Part, Sim

LATELY = 50  # parts
USUAL = 3.0  # seconds, where nothing was sent yet: what LTE modems take


def of(modem: str) -> float:
    """Seconds that one part takes on the SIM of this modem: the median of its last ones."""
    sim = Sim.get_or_none(Sim.modem == modem)
    if sim is None:
        return USUAL
    began = Part.claimed_at.is_null(False)
    last = Part.select(Part.claimed_at, Part.sent_at).where(Part.sim == sim.sim, began)
    took = [
        (part.sent_at - part.claimed_at).total_seconds()
        for part in last.order_by(Part.claimed_at.desc()).limit(LATELY)
        if part.sent_at is not None and part.sent_at >= part.claimed_at
    ]
    if not took:
        return USUAL
    from statistics import median  # with fractions and more, which a page that idles need not have

    return max(median(took), 0.001)
