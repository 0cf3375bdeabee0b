"""The scripts start: executable, with an interpreter that is there, and of a syntax it understands."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from house.tree import ROOT, plant


def scripts(root: Path) -> list[Path]:
    """Everything that is meant to be started by its name."""
    return sorted(
        file for folder in ("scripts", ".ci") for file in (root / folder).glob("*") if file.is_file()
    )


def unstartable(root: Path) -> list[str]:
    """What is wrong with each script, in words."""
    return [f"{file.relative_to(root)}: {fault}" for file in scripts(root) if (fault := fault_of(file))]


def fault_of(file: Path) -> str | None:
    first, _, rest = file.read_text(encoding="utf-8").partition("\n")
    if not first.startswith("#!"):
        return "no #! line"
    if not os.access(file, os.X_OK):
        return "not executable"
    interpreter = first.removeprefix("#!").split()[-1].rpartition("/")[2]
    if "python" in interpreter:
        return python_fault(rest)
    return shell_fault(file, interpreter)


def python_fault(source: str) -> str | None:
    try:
        ast.parse(source)
    except SyntaxError as error:
        return str(error)
    return None


def shell_fault(file: Path, interpreter: str) -> str | None:
    shell = shutil.which(interpreter)
    if shell is None:
        return f"no {interpreter}"
    read = subprocess.run([shell, "-n", str(file)], capture_output=True, text=True, timeout=60, check=False)
    return read.stderr.strip() or None


def test_every_script_can_be_started() -> None:
    assert {"demo", "test", "bench"} <= {file.name for file in scripts(ROOT)}
    assert unstartable(ROOT) == []


@pytest.mark.parametrize(
    ("content", "mode", "found"),
    [
        ("#!/bin/sh\necho yes\n", 0o755, False),
        ("#!/usr/bin/env python3\nprint(1)\n", 0o755, False),
        ("#!/bin/sh\necho yes\n", 0o644, True),
        ("echo yes\n", 0o755, True),
        ("#!/bin/sh\nif true; then\n", 0o755, True),
        ("#!/bin/sh\nset -- a\ncase $1 in\n", 0o755, True),
        ("#!/usr/bin/env python3\nprint(\n", 0o755, True),
        ("#!/usr/bin/env nobody-has-this-shell\n", 0o755, True),
    ],
)
def test_a_script_that_cannot_be_started_is_found(
    tmp_path: Path, content: str, mode: int, found: bool
) -> None:
    (plant(tmp_path, {"scripts/demo": content}) / "scripts" / "demo").chmod(mode)
    assert bool(unstartable(tmp_path)) is found
