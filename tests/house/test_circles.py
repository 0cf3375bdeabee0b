"""No file needs, by however many steps, a file that needs it: not even for the names of its types."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from house.tree import PACKAGES, ROOT, imports, module_name, plant, python_files


def circle(root: Path) -> list[str]:
    """The modules of one circle, each importing the next; [] where there is none."""
    modules = {module_name(root, file) for file in python_files(root, *PACKAGES)}
    needs: dict[str, set[str]] = {name: set() for name in modules}
    for found in imports(root, *PACKAGES):
        target = found.target if found.target in modules else found.target.rpartition(".")[0]
        if target in modules and target != found.importer and not found.lazy:
            needs[found.importer].add(target)
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as error:
        return list(reversed(error.args[1]))
    return []


def test_no_file_is_in_a_circle() -> None:
    assert circle(ROOT) == []


def test_a_circle_is_found(tmp_path: Path) -> None:
    files = {
        "modem/__init__.py": "",
        "modem/device.py": "from modem.voice import say\n",
        "modem/voice.py": "if TYPE_CHECKING:\n    from modem.device import Device\n",
    }
    assert set(circle(plant(tmp_path, files))) == {"modem.device", "modem.voice"}
