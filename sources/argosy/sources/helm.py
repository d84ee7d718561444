"""Helm sources.

What a chart is rendered from is gathered here, the rendering itself happens in worker processes.
"""

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from argosy.schemas.model.origin import Origin
from argosy.schemas.model.source import Helm
from argosy.schemas.position import Position
from argosy.schemas.yaml_errors import YamlError
from argosy.schemas.yaml_reader import read_documents, read_value
from argosy.sources.build_environment import BuildEnvironment
from argosy.sources.errors import MISSING_PATH, RENDER_FAILED, TOOL_MISSING, UNSUPPORTED_SOURCE, SourceError
from argosy.sources.git_url import clean_path
from argosy.sources.helm_pool import HelmPool
from argosy.sources.helm_values import chart_values
from argosy.sources.manifest import Input, Manifest, RenderRequest, document_manifests
from argosy.sources.tree import Tree

__all__ = ["HelmChart", "HelmRenderer"]

_PLACE = re.compile(r"([\w.-]+/(?:[\w./-]+)):(\d+)(?::(\d+))?")
_TESTS = frozenset({"test", "test-success", "test-failure"})
_HOOK = "helm.sh/hook"
_LONGEST = 900


@dataclass(frozen=True, slots=True)
class HelmChart:
    """A chart with its values, ready to render. `inputs` and `fingerprint` say what its result depends on."""

    tree: Tree
    path: str
    dependencies: Mapping[str, str]
    """Folder below `charts/` to the folder in the repository, for dependencies given as `file://…`."""
    request: Mapping[str, Any]
    inputs: tuple[Input, ...]

    @property
    def fingerprint(self) -> object:
        """What besides the inputs decides on the result."""
        return (self.path, self.request)


class HelmRenderer:
    """Renders charts that lie in a repository. Safe for several threads."""

    def __init__(self, *, workers: int, deadline: float, memory: int, scratch: Path | None) -> None:
        self._pool = HelmPool(workers, deadline=deadline, memory=memory, scratch=scratch)

    @cached_property
    def version(self) -> str:
        """Changes with the library. Raises `SourceError` (`tool-missing`) where it is not installed."""
        try:
            return version("helm-python-sdk")
        except PackageNotFoundError:
            raise SourceError(
                "charts cannot be rendered: the library helm-python-sdk is not installed",
                code=TOOL_MISSING,
                hint="pip install 'argosy[helm]'",
            ) from None

    def prepare(
        self, request: RenderRequest, path: str, options: Helm, environment: BuildEnvironment
    ) -> HelmChart:
        """Gathers values and dependencies. Raises `SourceError` for what is wrong with them."""
        tree = request.tree
        dependencies = _local_dependencies(tree, path)
        values, inputs = chart_values(request, path, options, environment)
        folders = [path, *dependencies.values()]
        chart_inputs = tuple(Input(folder, tree.tree_id(folder)) for folder in folders)
        asked = {
            "chart": "\0".join(item.content_id for item in chart_inputs),
            "release": options.release_name or request.name,
            "namespace": options.namespace or request.namespace,
            "values": values,
            "skip_crds": options.skip_crds,
            "skip_schema_validation": options.skip_schema_validation,
            "kube_version": options.kube_version or request.kube_version,
            "api_versions": list(options.api_versions or request.api_versions),
        }
        return HelmChart(tree, path, dependencies, asked, chart_inputs + inputs)

    def render(self, chart: HelmChart) -> list[Manifest]:
        """The chart's objects without those of its tests, which Argo CD never applies either: first the
        CustomResourceDefinitions of `crds/`, then the templates, by path."""
        answer = self._pool.ask(chart.path or chart.tree.name, chart.request, lambda: _chart_files(chart))
        if "error" in answer:
            raise _failure(chart, answer["error"])
        manifests: list[Manifest] = []
        for name, text in [*sorted(answer["crds"].items()), *sorted(answer["manifests"].items())]:
            if not name.endswith("NOTES.txt") and text.strip():
                manifests.extend(_manifests(_place(chart, name), text))
        return [manifest for manifest in manifests if not _is_test(manifest.value)]

    def close(self) -> None:
        """Ends the workers."""
        self._pool.close()


def _manifests(file: str, text: str) -> list[Manifest]:
    origin = Origin(Position(file, 1, 1))
    try:
        documents = read_documents(text, f"{file} (rendered)")
    except YamlError as error:
        raise SourceError(
            f"what {file} renders to is not valid YAML: {error.message}",
            code=RENDER_FAILED,
            position=error.position,
            hint="the line is that of the rendered text",
        ) from error
    return [
        manifest for document in documents for manifest in document_manifests(document, lambda _d, _p: origin)
    ]


def _is_test(value: Mapping[str, Any]) -> bool:
    metadata = value.get("metadata")
    annotations = metadata.get("annotations") if isinstance(metadata, Mapping) else None
    hook = annotations.get(_HOOK) if isinstance(annotations, Mapping) else None
    return isinstance(hook, str) and {part.strip() for part in hook.split(",")} <= _TESTS


def _chart_files(chart: HelmChart) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    for below, folder in [("", chart.path), *chart.dependencies.items()]:
        names = chart.tree.files_under(folder)
        prefix = f"{folder}/" if folder else ""
        for name, content in zip(names, chart.tree.read_many(names), strict=True):
            files[posixpath.join(below, name.removeprefix(prefix))] = content
    return files


def _local_dependencies(tree: Tree, path: str) -> dict[str, str]:
    """Dependencies in the same repository (`file://../library`) that nobody has copied into `charts/`."""
    file = posixpath.join(path, "Chart.yaml")
    if not tree.has_file(file):
        raise SourceError(
            f"{tree.name} has no chart in {path!r}: there is no Chart.yaml",
            code=MISSING_PATH,
            hint="fix the path",
        )
    try:
        metadata = read_value(tree.read(file), file)
    except YamlError as error:
        raise SourceError(
            error.message, code=RENDER_FAILED, position=error.position, hint=error.hint
        ) from error
    declared = metadata.get("dependencies") if isinstance(metadata, Mapping) else None
    found: dict[str, str] = {}
    for dependency in declared if isinstance(declared, list) else ():
        if not isinstance(dependency, Mapping):
            continue
        name, repository = str(dependency.get("name", "")), str(dependency.get("repository") or "")
        if _is_vendored(tree, path, name):
            continue
        if repository.startswith("file://"):
            found[f"charts/{name}"] = clean_path(posixpath.join(path, repository.removeprefix("file://")))
        elif repository:
            raise SourceError(
                f"the chart in {path or '.'} needs {name!r} from {repository}, "
                "and dependencies are not downloaded",
                code=UNSUPPORTED_SOURCE,
                hint="run `helm dependency build` and commit the folder charts/",
            )
    return found


def _is_vendored(tree: Tree, path: str, name: str) -> bool:
    charts = posixpath.join(path, "charts")
    if tree.has_directory(f"{charts}/{name}"):
        return True
    if not tree.has_directory(charts):
        return False
    archives = (posixpath.basename(file) for file in tree.files_in(charts))
    return any(archive.startswith(f"{name}-") and archive.endswith(".tgz") for archive in archives)


def _place(chart: HelmChart, name: str) -> str:
    """Helm names templates by the chart's name, people find them by the chart's folder."""
    return posixpath.join(chart.path, name.partition("/")[2])


def _failure(chart: HelmChart, message: str) -> SourceError:
    match = _PLACE.search(message)
    if len(message) > _LONGEST:
        # Helm repeats itself for every template on the way; the place stands first, the reason last.
        message = f"{message[: _LONGEST // 3]} … {message[-_LONGEST * 2 // 3 :]}"
    position = None
    if match is not None:
        position = Position(_place(chart, match[1]), int(match[2]), int(match[3] or 0) + 1)
    return SourceError(
        f"the chart in {chart.path or '.'} does not render: {message}",
        code=RENDER_FAILED,
        position=position,
    )
