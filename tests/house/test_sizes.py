"""Rooms stay small: files of at most 300 lines of code, functions of at most 40, most of ten or fewer."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from statistics import median
from typing import TypeGuard

import pytest

from house.tree import PACKAGES, ROOT, plant, python_files

FILE_LIMIT = 300
FUNCTION_LIMIT = 40
MEDIAN_LIMIT = 10

# file → why it may be longer: tables only, never machinery.
LONG_TABLES: dict[str, str] = {}

Function = tuple[str, int]  # its name, its lines of code


def code_lines(source: str) -> set[int]:
    """The numbers of the lines that carry code: not blank, not comment, not docstring."""
    return _code_lines(source, ast.parse(source))


@cache
def measured(source: str) -> tuple[int, list[Function]]:
    """The lines of code of a file, and its functions, the inner ones too."""
    tree = ast.parse(source)
    lines, found = _code_lines(source, tree), []
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found.append((node.name, len(lines & _lines_of(node))))
    return len(lines), found


def _code_lines(source: str, tree: ast.Module) -> set[int]:
    texts = [line.strip() for line in source.split("\n")]
    lines = {number for number, text in enumerate(texts, 1) if text and not text.startswith("#")}
    docstrings = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and _is_text(node.value):
            docstrings |= _lines_of(node)
        elif _is_text(node):
            lines |= _lines_of(node)  # what looks blank or like a comment in it is text
    return lines - docstrings


def _is_text(node: ast.AST) -> TypeGuard[ast.expr]:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def _lines_of(node: ast.expr | ast.stmt) -> set[int]:
    return set(range(node.lineno, (node.end_lineno or node.lineno) + 1))


def too_long(root: Path, *packages: str) -> list[str]:
    """Files and functions over their limit, in words."""
    found = []
    for file in python_files(root, *packages):
        source, name = file.read_text(encoding="utf-8"), str(file.relative_to(root))
        size, functions = measured(source)
        if size > FILE_LIMIT and name not in LONG_TABLES:
            found.append(f"{name}: {size} lines of code")
        found += [f"{name}: {f}() has {n} lines" for f, n in functions if n > FUNCTION_LIMIT]
    return found


def median_length(root: Path, package: str) -> float:
    """The middle length of a package's functions, in lines of code; 0 when it has none."""
    texts = [file.read_text(encoding="utf-8") for file in python_files(root, package)]
    sizes = [lines for text in texts for _, lines in measured(text)[1]]
    return median(sizes) if sizes else 0


def test_no_file_and_no_function_is_too_long() -> None:
    assert too_long(ROOT, *PACKAGES, "scripts") == []


@pytest.mark.parametrize("package", [*PACKAGES, "scripts", "tests"])
def test_most_functions_are_short(package: str) -> None:
    assert median_length(ROOT, package) <= MEDIAN_LIMIT


def test_every_excused_table_still_needs_its_excuse() -> None:
    needed = [name for name in LONG_TABLES if len(code_lines((ROOT / name).read_text("utf-8"))) > FILE_LIMIT]
    assert needed == list(LONG_TABLES)


def body(lines: int, name: str = "walk") -> str:
    return f"def {name}():\n" + "    x = 1\n" * (lines - 1)


@pytest.mark.parametrize(
    "source",
    [
        "x = 1\n" * 301,
        body(41),
        "class Room:\n" + "\n".join("    " + line for line in body(41).splitlines()) + "\n",
        "async " + body(41),
        "def door():\n    return (\n" + "        1 +\n" * 40 + "        1)\n",
    ],
)
def test_what_is_too_long_is_found(tmp_path: Path, source: str) -> None:
    assert len(too_long(plant(tmp_path, {"modem/driver.py": source}), "modem")) == 1


@pytest.mark.parametrize(
    "source",
    [
        "x = 1\n" * 300,
        "x = 1\n" * 300 + "# why\n\n" * 300,
        '"""Says\n' + "\n" * 400 + '"""\n',
        body(40) + "    # why\n" * 20,
    ],
)
def test_what_is_just_long_enough_is_not(tmp_path: Path, source: str) -> None:
    assert too_long(plant(tmp_path, {"modem/driver.py": source}), "modem") == []


def test_a_package_of_long_functions_is_found(tmp_path: Path) -> None:
    source = "".join(body(11, f"f{i}") for i in range(3))
    assert median_length(plant(tmp_path, {"modem/driver.py": source}), "modem") > MEDIAN_LIMIT
