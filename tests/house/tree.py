"""Reads a checkout as data: its files, its modules, what each of them imports.

Every function takes the root of a tree, so that a planted violation is a small tree of its own.
"""

from __future__ import annotations

import ast
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("modem", "gateway", "web")
NOT_SOURCE = {".git", ".venv", "__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis"}


@dataclass(frozen=True)
class Import:
    """One name a module takes from another; `lazy` when only a function's call does so."""

    importer: str  # gateway.messages.outbox
    target: str  # gateway.policy.gate, flask.views …
    line: int
    lazy: bool

    def __str__(self) -> str:
        return f"{self.importer} line {self.line} imports {self.target}"


def plant(root: Path, files: dict[str, str]) -> Path:
    """Writes a small tree: path → content."""
    for path, content in files.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, encoding="utf-8")
    return root


def python_files(root: Path, *packages: str) -> list[Path]:
    return sorted(file for package in packages for file in (root / package).rglob("*.py"))


def module_name(root: Path, file: Path) -> str:
    parts = file.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def inside(module: str, room: str) -> bool:
    return module == room or module.startswith(room + ".")


def imports(root: Path, *packages: str) -> list[Import]:
    """Every import of every file, `from a import b` resolved to module `a.b` where that is one."""
    files = python_files(root, *packages)
    modules = {module_name(root, file) for file in files}
    return [found for file in files for found in _imports_of(root, file, modules)]


def _imports_of(root: Path, file: Path, modules: set[str]) -> Iterator[Import]:
    importer = module_name(root, file)
    package = importer if file.name == "__init__.py" else importer.rpartition(".")[0]
    for node, lazy in _walk(ast.parse(file.read_text(encoding="utf-8"), str(file)), lazy=False):
        for target in _targets(node, package, modules):
            yield Import(importer, target, node.lineno, lazy)


def _walk(node: ast.AST, *, lazy: bool) -> Iterator[tuple[ast.stmt, bool]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import | ast.ImportFrom):
            yield child, lazy
        inner = lazy or isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        yield from _walk(child, lazy=inner)


def _targets(node: ast.stmt, package: str, modules: set[str]) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        source = _absolute(node, package)
        for alias in node.names:
            deeper = f"{source}.{alias.name}"
            yield deeper if deeper in modules else source


def _absolute(node: ast.ImportFrom, package: str) -> str:
    if not node.level:
        return node.module or ""
    above = package.split(".")[: len(package.split(".")) - node.level + 1]
    return ".".join([*above, *([node.module] if node.module else [])])


def tracked_files(root: Path) -> list[Path]:
    """What git keeps or would keep; without git (a tarball), every file that is not built."""
    listed = (
        subprocess.run(
            [
                "git",
                "-c",
                f"safe.directory={root}",
                "ls-files",
                "-z",
                "--cached",
                "--others",
                "--exclude-standard",
            ],
            cwd=root,
            capture_output=True,
            check=False,
        )
        if (root / ".git").exists()
        else None
    )
    if listed is not None and listed.returncode == 0:
        return [
            root / name for name in listed.stdout.decode().split("\0") if name and (root / name).is_file()
        ]
    return sorted(_walked(root))


def _walked(root: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name not in NOT_SOURCE]
        yield from (Path(folder) / name for name in names)


def text_of(file: Path) -> str | None:
    """The file's text, or None when it is not text."""
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None
