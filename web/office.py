"""What every request needs of the process: the installation's facts, a clock, a source of ids."""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app

from gateway.clock import Clock
from gateway.config import Config
from gateway.ids import Ids


@dataclass(frozen=True, slots=True)
class Office:
    config: Config
    clock: Clock
    ids: Ids


def office() -> Office:
    """The office of the application that answers this request."""
    found: Office = current_app.extensions["chappe"]
    return found
