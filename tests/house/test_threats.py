"""THREATS.md promises nothing that no test holds; and nothing that was read is ever run."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from house.tree import PACKAGES, ROOT

NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
RUNS = {"eval", "exec", "compile", "__import__", "os.system", "os.popen", "pickle.loads", "pickle.load"}
RUNS |= {"marshal.loads", "shelve.open", "subprocess.getoutput", "subprocess.getstatusoutput", "yaml.load"}


def missing(document: str, root: Path) -> list[str]:
    """Tests that are named and are not there."""
    found = []
    for path, name in NAMED.findall(document):
        file = root / path
        if not file.is_file() or f"def {name}(" not in file.read_text(encoding="utf-8"):
            found.append(f"{path}::{name}")
    return found


def runs(source: str) -> Iterator[str]:
    """Calls that make a program, or a shell's line, of data."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            shell = any(
                word.arg == "shell" and not (isinstance(word.value, ast.Constant) and not word.value.value)
                for word in node.keywords
            )
            if name in RUNS or shell:
                yield f"line {node.lineno}: {name}"


def test_every_promise_names_a_test_that_is_there() -> None:
    document = (ROOT / "THREATS.md").read_text(encoding="utf-8")
    assert missing(document, ROOT) == []
    assert len(NAMED.findall(document)) > 50


def test_a_test_that_is_not_there_is_found(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests/a.py").write_text("def test_one() -> None: ...\n", encoding="utf-8")
    promised = "`tests/a.py::test_one`, `tests/a.py::test_two`, `tests/b.py::test_one`"
    assert missing(promised, tmp_path) == ["tests/a.py::test_two", "tests/b.py::test_one"]


def test_no_shell_is_asked_and_no_data_is_run() -> None:
    found = [
        f"{path.relative_to(ROOT)} {call}"
        for package in PACKAGES
        for path in sorted((ROOT / package).rglob("*.py"))
        for call in runs(path.read_text(encoding="utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize(
    "line", ["eval(x)", "os.system('a ' + x)", "subprocess.run(x, shell=True)", "subprocess.run(x, shell=y)"]
)
def test_what_runs_data_is_found(line: str) -> None:
    assert list(runs(line))


def test_a_program_with_its_arguments_is_not() -> None:
    assert list(runs("subprocess.run(['ls', x], shell=False)\nre.compile(x)")) == []
