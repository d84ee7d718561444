"""The program helm answers what its library does: the same objects in the same order, the same findings."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import servers
from charts import BOMBS, CHARTS, Chart

from argosy.schemas.model.source import Source
from argosy.sources.errors import DEADLINE, RENDER_FAILED, SourceError
from argosy.sources.local_repository import LocalRepository
from argosy.sources.manifest import RenderRequest
from argosy.sources.rendering import Renderer

_TOP = Path(__file__).parents[2]
_FOUND = sorted(
    file.parent.relative_to(_TOP)
    for place in ("examples", "tests/fixtures")
    for file in _TOP.glob(f"{place}/**/Chart.yaml")
    if "never-ends" not in str(file)
)
_METADATA = "apiVersion: v2\nname: demo\nversion: 1.0.0\n"


@pytest.fixture(params=servers.HELM)
def program(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """Has the renderers of a test use one of the programs."""
    name = str(request.param)
    built = servers.assets_folder() / name
    if servers.missing_binaries(built.parent, [name]):
        told = f"no {name} in {servers.assets_folder()}: run tests/e2e/build"
        if os.environ.get("CI") == "true":
            pytest.fail(told)
        pytest.skip(told)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "helm").symlink_to(built)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    return name


@pytest.fixture(scope="module")
def library() -> Iterator[Renderer]:
    with Renderer(parallel=1, deadline=60) as renderer:
        yield renderer


def by_program(**limits: int) -> Renderer:
    """A renderer as it is where the library is not installed."""
    renderer = Renderer(parallel=1, **limits)
    renderer._helm._library = ""
    return renderer


def request_for(folder: Path, helm: dict[str, object] | None = None) -> RenderRequest:
    subprocess.run(["git", "init", "--quiet", folder], check=True)
    source = Source({"repoURL": "https://example.com/repo", "path": "chart", "helm": helm or {}})
    return RenderRequest(source, LocalRepository(folder).work_tree(), "shop", "prod")


def written(folder: Path, chart: Chart) -> RenderRequest:
    files = {"Chart.yaml": _METADATA + chart.metadata, **chart.files}
    for name, text in files.items():
        file = folder / "chart" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return request_for(folder, chart.helm)


def answer(renderer: Renderer, request: RenderRequest) -> list[object]:
    """The objects and where they come from, or the finding."""
    try:
        manifests = renderer.render_now(request).manifests
    except SourceError as error:
        return [error.code, str(error.position), error.message, error.hint]
    return [(manifest.value, str(manifest.origin.position)) for manifest in manifests]


def comparable(answered: list[object], program: str) -> list[object]:
    """Without the words of a failure for Helm 3: the library is Helm 4, which has others for some of them."""
    if program == "helm-3" and answered[:1] == [RENDER_FAILED]:
        code, place, _, hint = answered
        return [code, place, hint]
    return answered


@pytest.mark.parametrize("name", CHARTS)
def test_both_answer_the_same(name: str, program: str, library: Renderer, tmp_path: Path) -> None:
    request = written(tmp_path / "repo", CHARTS[name])
    expected = answer(library, request)
    with by_program() as renderer:
        found = answer(renderer, request)
    assert (expected[:1] == [RENDER_FAILED]) == CHARTS[name].fails
    assert comparable(found, program) == comparable(expected, program)


@pytest.mark.parametrize("chart", _FOUND, ids=str)
def test_both_answer_the_same_for_charts_of_fixtures_and_examples(
    chart: Path, program: str, library: Renderer, tmp_path: Path
) -> None:
    shutil.copytree(_TOP / chart, tmp_path / "repo" / "chart")
    request = request_for(tmp_path / "repo")
    with by_program() as renderer:
        found = answer(renderer, request)
    assert comparable(found, program) == comparable(answer(library, request), program)


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_a_bomb_is_stopped_and_nothing_of_it_stays(bomb: str, program: str, tmp_path: Path) -> None:
    request = written(tmp_path / "repo", Chart({"templates/b.yaml": bomb}))
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    before = time.monotonic()
    with by_program(deadline=3, memory=400 << 20, scratch=scratch) as renderer:
        code, _, message, hint = answer(renderer, request)
    assert time.monotonic() - before < 30
    assert code in (DEADLINE, RENDER_FAILED) and "was stopped" in str(message) and hint
    assert not list(scratch.iterdir())


def test_nothing_of_the_users_own_helm_is_read(
    program: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    for name in ("HOME", "HELM_CACHE_HOME", "HELM_CONFIG_HOME", "HELM_DATA_HOME", "HELM_PLUGINS"):
        monkeypatch.setenv(name, str(home))
    monkeypatch.setenv("HELM_NAMESPACE", "elsewhere")
    monkeypatch.setenv("KUBECONFIG", str(home / "none"))
    plugin = home / "greedy"
    plugin.mkdir()
    (plugin / "plugin.yaml").write_text("this is: [no plugin\n")
    (home / "repositories.yaml").write_text("nor: [repositories\n")
    request = written(tmp_path / "repo", Chart({"templates/a.yaml": "{{ .Release.Namespace | fail }}"}))
    with by_program() as renderer:
        error = answer(renderer, RenderRequest(request.source, request.tree, "shop"))
    assert str(error[2]).endswith("default")
    assert sorted(file.name for file in home.iterdir()) == ["greedy", "repositories.yaml"]


def test_what_renders_is_part_of_what_renderings_are_remembered_by(program: str, library: Renderer) -> None:
    with by_program() as renderer:
        version = renderer._helm.version
    assert version.startswith({"helm": "helm v4.", "helm-3": "helm v3."}[program])
    assert version != library._helm.version
