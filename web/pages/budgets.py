"""What a modem's card shows of its SIM's budget, and what its form says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from gateway import digits
from gateway.errors import Invalid
from gateway.modems import budgets
from gateway.modems.budgets import Budget, Notice
from gateway.policy.budgets import LIMITS, Limits, Use


@dataclass(frozen=True, slots=True)
class BudgetCard:
    """The choice, how much of each limit is used, the presets in words, and what 06 and 07 mean."""

    choice: Budget
    uses: Sequence[Use]
    notice: Notice | None

    @property
    def bars(self) -> list[Use]:
        """The limits that there are."""
        return [use for use in self.uses if use.most is not None]

    @property
    def limits(self) -> dict[str, str]:
        """Every limit as it stands in its field."""
        chosen = self.choice.limits.chosen()
        return {limit: str(chosen.get(limit, "")) for limit in LIMITS}

    @property
    def presets(self) -> dict[str, str]:
        """Each preset, and for whom it is."""
        return {
            "careful": _(
                "20 parts a minute, 200 a day, 200 different people in thirty days. French plans for "
                "consumers commonly name between 99 and 250 different people a month: read yours."
            ),
            "business": _(
                "30 parts a minute, 1,000 a day, 10,000 a month, 2,000 different people in thirty days. "
                "Only where the contract allows a machine to send."
            ),
            "none": _("Nothing is held back. Only where the contract names no limit."),
        }


def card(modem: str, number: str, zone: ZoneInfo, now: datetime) -> BudgetCard:
    """Of the SIM in this modem; `number` is its own, "" where nobody knows it."""
    uses = budgets.uses(modem, zone, now)
    return BudgetCard(budgets.of(modem), uses, budgets.notice(modem, number, now))


def chosen(form: Mapping[str, str]) -> Limits:
    """A preset's limits, or those that were typed; raises Invalid `out_of_range` with the field at fault."""
    if (preset := form.get("preset", "")) in budgets.PRESETS:
        return budgets.PRESETS[preset]
    return Limits(**{limit: most for limit in LIMITS if (most := _number(limit, form)) is not None})


def _number(limit: str, form: Mapping[str, str]) -> int | None:
    typed = "".join(form.get(limit, "").split())
    if not typed:
        return None
    if (found := digits.number(typed, 9)) is None:
        raise Invalid("out_of_range", field=limit, least=budgets.LEAST, most=budgets.MOST)
    return found
