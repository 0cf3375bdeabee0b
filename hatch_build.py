"""Compiles the page's translations whenever a wheel or an editable install is built.

The catalogues kept in the tree are the readable `.po` files; the `.mo` files beside them are built
from those and shipped in the wheel.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


def compile_catalogues(root: Path) -> list[Path]:
    """Every `.po` under `web/translations` has its `.mo` beside it; returns those written."""
    written = []
    for source in sorted(root.glob("web/translations/*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        with source.open("rb") as text:
            catalogue = read_po(text, locale=source.parts[-3])
        with target.open("wb") as binary:
            write_mo(binary, catalogue)
        written.append(target)
    return written


class CompileTranslations(BuildHookInterface):  # type: ignore[type-arg]
    """Hatchling's hook: runs before the files of the wheel are collected."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        for target in compile_catalogues(Path(self.root)):
            self.app.display_debug(f"compiled {target}")
