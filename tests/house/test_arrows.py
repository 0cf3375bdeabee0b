"""The arrows point one way: web → gateway → modem, and inwards inside each."""

from __future__ import annotations

from pathlib import Path

import pytest

from house.tree import PACKAGES, ROOT, Import, imports, inside, plant

# The gateway's ground floor: values and small doors which every room above may use.
GROUND = (
    *("clock", "config", "config_values", "digits", "errors", "events", "ids", "notify", "panel"),
    *("secret", "settings", "timezones", "wake"),
)
FLOOR = tuple(f"gateway.{name}" for name in GROUND)
SEAM = ("modem.api", "modem.errors")
TEXTS = ("modem.halves", "modem.alphabet", "modem.segments", "modem.transliteration")
LINKS = ("modem.link", "modem.profiles", "modem.finder", "modem.power", "modem.trace")
LAW = ("gateway.consent", "gateway.rulebook", "gateway.audit", "gateway.letters")
INNER = (*LAW, "gateway.policy", "gateway.store", *FLOOR)
MESSAGES = ("gateway.messages", *INNER, "gateway.status", *SEAM, *TEXTS)
BESIDE = ("gateway.figures", "gateway.modems")
ROOMS = ("gateway.features", "gateway.figures", "gateway.modems", "gateway.privacy")

# room → what it may import of ours; the longest matching room counts; its own modules go without saying.
ARROWS: dict[str, tuple[str, ...]] = {
    "modem": ("modem",),
    "modem.simulator": (),
    **dict.fromkeys(FLOOR, FLOOR),
    "gateway": (),
    "gateway.settings": ("gateway.store", *FLOOR),
    "gateway.words": (),
    "gateway.policy": (),
    "gateway.store": (*FLOOR,),
    "gateway.status": (*FLOOR, *SEAM),
    "gateway.certificates": FLOOR,
    "gateway.handsets": FLOOR,
    "gateway.access": ("gateway.store", *FLOOR),
    "gateway.rulebook": ("gateway.audit", "gateway.policy", "gateway.store", *FLOOR),
    "gateway.setup": ("gateway.audit", "gateway.store", *FLOOR),
    "gateway.trust": ("gateway.audit", "gateway.status", "gateway.store", *FLOOR),
    "gateway.backup": ("gateway.audit", "gateway.store", *FLOOR),
    "gateway.backup.nightly": ("gateway.backup", "gateway.modems", *MESSAGES),  # it raises an alarm
    "gateway.backup.leave": ("gateway.privacy", "gateway.audit", "gateway.store", *FLOOR),
    "gateway.audit": ("gateway.consent.seal", "gateway.store", *FLOOR),
    "gateway.consent": ("gateway.policy", "gateway.store", *FLOOR),
    "gateway.letters": ("gateway.audit", "gateway.rulebook", "gateway.store", *FLOOR, *TEXTS),
    "gateway.consent.asking": MESSAGES,  # above the ledger that it fills: it sends a message
    "gateway.messages": MESSAGES,
    "gateway.contacts": MESSAGES,
    "gateway.figures": MESSAGES,
    "gateway.modems": MESSAGES,
    "gateway.privacy": ("gateway.contacts", *MESSAGES),
    "gateway.doctor": ("gateway.certificates", "gateway.modems", *MESSAGES, "modem.finder", "modem.masking"),
    "gateway.features": (
        "gateway.access",
        "gateway.contacts",
        "gateway.figures",
        "gateway.modems",
        *MESSAGES,
    ),
    "gateway.daemon": ("gateway.access", "gateway.daemon", "gateway.trust", *ROOMS, *MESSAGES, *LINKS),
    "gateway.cli": ("gateway", *SEAM, *TEXTS),
    "web": ("web", "gateway"),
}

# The one exception to "web → gateway": a command may start the room above it, inside its function.
LAZY = {"gateway.cli": ("web.serve", "modem.simulator")}

# What the rows above are too coarse to say: target → the only rooms that may import it.
ONLY = {
    "gateway.cli": ("gateway.cli",),
    "gateway.daemon": ("gateway.daemon", "gateway.cli"),
    "gateway.consent.asking": ("gateway.features", "gateway.cli", "web"),
    "gateway.words": ("gateway.cli", "web"),
    "modem.link": ("gateway.daemon", "modem"),
    "modem.simulator": ("gateway.cli", "modem.simulator"),
}


def room_of(module: str) -> str | None:
    return max((room for room in ARROWS if inside(module, room)), key=len, default=None)


def is_allowed(found: Import) -> bool:
    room = room_of(found.importer)
    if room is None or (room == "gateway" and found.importer != "gateway"):
        return False  # a room nobody drew an arrow for
    if any(inside(found.target, lazy) for lazy in LAZY.get(room, ()) if found.lazy):
        return True
    for target, importers in ONLY.items():
        if inside(found.target, target) and not any(inside(found.importer, room) for room in importers):
            return False
    return any(inside(found.target, allowed) for allowed in (room, *ARROWS[room]))


def wrong_arrows(root: Path) -> list[str]:
    ours = [found for found in imports(root, *PACKAGES) if found.target.split(".")[0] in PACKAGES]
    return sorted({str(found) for found in ours if not is_allowed(found)})


def test_every_import_follows_the_arrows() -> None:
    assert wrong_arrows(ROOT) == []


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("modem/driver.py", "from gateway import clock"),
        ("modem/driver.py", "import web.app"),
        ("modem/simulator/device.py", "from modem.alphabet import septets"),
        ("modem/simulator/device.py", "from ..codec import encode"),
        ("modem/port.py", "from modem.simulator import device"),
        ("gateway/policy/caps.py", "from gateway.store.models import Message"),
        ("gateway/policy/caps.py", "from gateway.clock import Clock"),
        ("gateway/store/database.py", "from gateway.messages import outbox"),
        ("gateway/messages/outbox.py", "from gateway.features import campaigns"),
        ("gateway/messages/outbox.py", "from gateway import words"),
        ("gateway/messages/outbox.py", "from gateway.modems import sims"),
        ("gateway/messages/outbox.py", "import modem.link"),
        ("gateway/messages/outbox.py", "from modem.codec import encode"),
        ("gateway/features/campaigns/verbs.py", "from gateway.daemon import loop"),
        ("gateway/features/campaigns/verbs.py", "from modem import link"),
        ("gateway/daemon/loop.py", "from gateway.words import say"),
        ("gateway/daemon/loop.py", "from web.app import create_app"),
        ("gateway/cli/run.py", "from web.serve import serve"),
        ("gateway/cli/run.py", "def start():\n    from web.app import create_app"),
        ("gateway/cli/run.py", "import modem.simulator.run"),
        ("gateway/surprise.py", "from gateway.store import database"),
        ("web/app.py", "import modem.api"),
        ("web/pages/home.py", "from gateway.daemon import loop"),
        ("web/pages/home.py", "def view():\n    from gateway.cli import main"),
    ],
)
def test_an_import_against_the_arrows_is_found(tmp_path: Path, file: str, line: str) -> None:
    rooms = ("clock", "words/__init__", "cli/__init__", "daemon/loop", "features/campaigns/__init__")
    stubs = dict.fromkeys([f"gateway/{room}.py" for room in rooms], "")
    more = ("gateway/messages/outbox.py", "modem/link.py", "modem/codec.py", "modem/simulator/device.py")
    plant(tmp_path, {**stubs, **dict.fromkeys(more, ""), file: line + "\n"})
    assert len(wrong_arrows(tmp_path)) == 1


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("modem/link.py", "from modem import session\nfrom .port import Port"),
        ("gateway/daemon/loop.py", "from modem.link import Link\nfrom gateway.features import FEATURES"),
        ("gateway/messages/outbox.py", "from gateway.policy.gate import at_the_door\nimport modem.segments"),
        (
            "gateway/cli/run.py",
            "def start():\n    from web.serve import serve\n    import modem.simulator.run",
        ),
        ("gateway/cli/run.py", "from gateway.words import say\nfrom gateway.daemon import loop"),
        (
            "web/app.py",
            "from gateway.words import say\nfrom gateway.messages.outbox import submit\nimport flask",
        ),
    ],
)
def test_an_import_along_the_arrows_is_not(tmp_path: Path, file: str, line: str) -> None:
    assert wrong_arrows(plant(tmp_path, {file: line + "\n"})) == []
