"""A machine on which next to nothing is installed: for what is said where a tool is missing."""

import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

__all__ = ["bare_machine"]


def bare_machine(folder: Path, programs: Sequence[str]) -> tuple[Path, dict[str, str]]:
    """A Python that has no other programs than these, and no library for charts; the environment in which to
    start it, with `-S`."""
    there, modules = folder / "bin", folder / "modules"
    there.mkdir(parents=True)
    modules.mkdir()
    for name in programs:
        program = shutil.which(name)
        assert program is not None
        (there / name).symlink_to(program)
    (there / "python").symlink_to(Path(sys.executable).resolve())
    places = [Path(place) for place in sys.path if place]
    packages = [place for place in places if place.name == "site-packages"]
    for entry in (entry for package in packages for entry in package.iterdir()):
        if not entry.name.startswith("helm_python"):
            (modules / entry.name).symlink_to(entry)
    path = [modules, *(place for place in places if place not in packages)]
    environment = {
        "PYTHONPATH": os.pathsep.join(map(str, path)),
        "PATH": str(there),
        "HOME": str(folder),
    }
    return there / "python", environment
