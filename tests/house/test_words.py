"""One word per thing, and nothing in the tree that only one machine understands."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from house.tree import PACKAGES, ROOT, plant, python_files, text_of, tracked_files

# A room with such a name holds whatever nobody found a place for.
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "manager", "managers", "common", "misc"}

# word never used in a name of ours → the word that is
SYNONYMS = {
    "sms": "message",
    "msg": "message",
    "chunk": "part",
    "chunks": "part",
    "dlr": "report",
    "receipt": "report",
    "msisdn": "number",
    "mo": "inbound",
    "manager": "what it does",
    "helper": "what it does",
}

# Spelled in halves, so that this file does not name what it forbids.
PRIVATE = [
    re.compile(pattern)
    for pattern in (
        r"(?<![\w.])/" + r"(?:work|root|Users)/",
        r"(?<![\w.])/" + r"home/\w+/",
        r"\.\./" + "shared",
        r"(?:extra-)?index-url\s*=|find-links\s*=",
        r"(?:pypi\.org|pythonhosted\.org|piwheels\.org|deb\.debian\.org|snapshot\.debian\.org)" + "/",
    )
]
# The licence of the Apache foundation, and binary or generated things, are not ours to reword.
NOT_READ = {"LICENSE"}


def empty_names(files: Iterable[Path]) -> list[str]:
    """Files and folders called by a name that says nothing."""
    return [str(file) for file in files if EMPTY_NAMES & {part.split(".")[0] for part in file.parts}]


def words_of(name: str) -> list[str]:
    """The words a name is made of: `sendSmsPart`, `send_sms_part` → send, sms, part."""
    return [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", name)]


def names_given(source: str) -> Iterator[tuple[str, int]]:
    """Every name this file itself gives: functions, classes, arguments, variables, attributes set."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name, node.lineno
        elif isinstance(node, ast.arg):
            yield node.arg, node.lineno
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id, node.lineno
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.attr, node.lineno


def second_words(root: Path, *packages: str) -> list[str]:
    """Names that call a thing by another word than the house's."""
    return [
        f"{file.relative_to(root)} line {line}: {name} (say {SYNONYMS[word]})"
        for file in python_files(root, *packages)
        for name, line in names_given(file.read_text(encoding="utf-8"))
        for word in words_of(name)
        if word in SYNONYMS
    ]


def private_places(root: Path, files: Iterable[Path]) -> list[str]:
    """Lines that name a path or a host which other people's machines do not have."""
    return [
        f"{file.relative_to(root)} line {number}: {line.strip()[:100]}"
        for file in files
        if file.name not in NOT_READ
        for number, line in enumerate((text_of(file) or "").splitlines(), 1)
        if any(pattern.search(line) for pattern in PRIVATE)
    ]


def test_no_room_has_a_name_that_says_nothing() -> None:
    assert empty_names(file.relative_to(ROOT) for file in tracked_files(ROOT)) == []


def test_every_thing_is_called_by_its_one_word() -> None:
    assert second_words(ROOT, *PACKAGES) == []


def test_no_file_names_a_place_only_one_machine_has() -> None:
    assert private_places(ROOT, tracked_files(ROOT)) == []


@pytest.mark.parametrize(
    "name", ["modem/utils.py", "web/helpers/dates.py", "tests/common.py", "gateway/manager.py"]
)
def test_a_name_that_says_nothing_is_found(name: str) -> None:
    assert empty_names([Path(name), Path("modem/port.py"), Path("web/templates/commonly.html")]) == [name]


@pytest.mark.parametrize(
    "line",
    [
        "def send_sms(text): ...",
        "class SmsPart: ...",
        "def handle(msisdn): ...",
        "dlr = None",
        "for chunk in (): ...",
        "self.dlrState = 1",
        "def parse(*, sms=None): ...",
    ],
)
def test_a_second_word_is_found(tmp_path: Path, line: str) -> None:
    assert len(second_words(plant(tmp_path, {"modem/driver.py": line + "\n"}), "modem")) == 1


def test_a_librarys_own_word_may_be_called(tmp_path: Path) -> None:
    source = (
        "from gsmmodem.pdu import encodeSmsSubmitPdu\npdus = encodeSmsSubmitPdu('1', 'x')\nmode = modem = 1\n"
    )
    assert second_words(plant(tmp_path, {"modem/codec.py": source}), "modem") == []


@pytest.mark.parametrize(
    "line",
    [
        "see /" + "work/main/README.md",
        "cd /" + "home/ana/chappe",
        "as ../" + "shared/contract.md says",
        "pip install --index-" + "url=http://x",
        "https://files.python" + "hosted.org/packages",
    ],
)
def test_a_private_place_is_found(tmp_path: Path, line: str) -> None:
    plant(tmp_path, {"docs/install.md": f"First\n{line}\n"})
    assert private_places(tmp_path, tracked_files(tmp_path)) == [f"docs/install.md line 2: {line}"]
