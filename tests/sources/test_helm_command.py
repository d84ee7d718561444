"""Without the library: what is said. tests/e2e compares what the real program renders with the library."""

import os
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from argosy.sources.errors import RENDER_FAILED, TOOL_MISSING
from argosy.sources.rendering import Renderer

from .conftest import Checkout, Origin, config_map, failure

_CHART = {
    "chart/Chart.yaml": "apiVersion: v2\nname: demo\nversion: 1.0.0\n",
    "chart/templates/a.yaml": config_map("a"),
}
_RENDER = """
    import sys
    from pathlib import Path
    from argosy.schemas.model.source import Source
    from argosy.sources.errors import SourceError
    from argosy.sources.local_repository import LocalRepository
    from argosy.sources.manifest import RenderRequest
    from argosy.sources.rendering import Renderer

    tree = LocalRepository(Path(sys.argv[1])).work_tree()
    source = Source({"repoURL": "https://example.com/repo", "path": "chart"})
    with Renderer(parallel=1) as renderer:
        try:
            renderer.render_now(RenderRequest(source, tree, "shop"))
        except SourceError as error:
            print(error.code, error.hint)
"""


def installed_without_helm(folder: Path) -> str:
    """The modules of this Python but for the library, as a search path."""
    folder.mkdir()
    places = [Path(place) for place in sys.path if place]
    packages = [place for place in places if place.name == "site-packages"]
    for package in packages:
        for entry in package.iterdir():
            if not entry.name.startswith("helm_python"):
                (folder / entry.name).symlink_to(entry)
    return os.pathsep.join(map(str, [folder, *(place for place in places if place not in packages)]))


def stand_in(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """A program called helm that does what the real one never should."""
    folder.mkdir()
    (folder / "helm").write_text(f"#!/bin/sh\n{script}\n")
    (folder / "helm").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


def test_without_library_and_program_the_finding_names_both_ways(origin: Origin, tmp_path: Path) -> None:
    origin.commit(_CHART)
    git = shutil.which("git")
    assert git is not None
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "git").symlink_to(git)
    environment = {
        "PYTHONPATH": installed_without_helm(tmp_path / "packages"),
        "PATH": str(tmp_path / "bin"),
        "HOME": str(tmp_path),
    }
    done = subprocess.run(
        [sys.executable, "-S", "-c", textwrap.dedent(_RENDER), str(origin.path)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split(maxsplit=1)[0] == TOOL_MISSING, done.stderr
    assert "argosy[helm]" in done.stdout and "helm 3 or 4 on PATH" in done.stdout


@pytest.mark.parametrize(
    ("script", "code", "told"),
    [
        ("echo 'Client: v2.17.0+ga690bad'", TOOL_MISSING, "neither version 3 nor 4"),
        ("[ $1 = version ] && echo v4.0.0 || echo 'kind: A'", RENDER_FAILED, "which files"),
        ("[ $1 = version ] && echo v4.0.0 || kill -9 $$", RENDER_FAILED, "status -9"),
    ],
    ids=["Helm 2", "nothing says where from", "killed"],
)
def test_a_program_that_does_not_do_as_helm_does_is_no_empty_answer(
    script: str,
    code: str,
    told: str,
    origin: Origin,
    checkout: Checkout,
    renderer: Renderer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    origin.commit(_CHART)
    renderer._helm._library = ""
    stand_in(tmp_path / "bin", monkeypatch, script)
    error = failure(renderer, checkout.request("chart"))
    assert error.code == code and told in error.message
