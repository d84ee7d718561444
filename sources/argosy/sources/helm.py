"""Helm sources.

What a chart is rendered from is gathered here; the rendering itself happens in worker processes that hold the
library or, where that is not installed, in the program helm.
"""

import posixpath
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from argosy.schemas.model.origin import Origin
from argosy.schemas.model.source import Helm
from argosy.schemas.position import Position
from argosy.schemas.yaml_errors import YamlError
from argosy.schemas.yaml_reader import Document, read_documents
from argosy.sources.build_environment import BuildEnvironment
from argosy.sources.capabilities import Capabilities
from argosy.sources.chart_metadata import check_installable, local_dependencies, read_metadata
from argosy.sources.chart_questions import ChartQuestions
from argosy.sources.errors import RENDER_FAILED, SourceError
from argosy.sources.helm_command import HelmCommand
from argosy.sources.helm_origins import template_origin
from argosy.sources.helm_pool import HelmPool
from argosy.sources.helm_values import chart_values
from argosy.sources.manifest import Input, Manifest, RenderRequest, document_manifests
from argosy.sources.tree import Tree

__all__ = ["HelmChart", "HelmRenderer"]

_PLACE = re.compile(r"([\w.-]+/(?:[\w./-]+)):(\d+)(?::(\d+))?")
_LEAD = re.compile(
    r"^(?:release name check failed: |release name \"[^\"]*\": |invalid kube version '[^']*': "
    r"|values don't meet the specifications of the schema\(s\) in the following chart\(s\):\n)+"
)
"""What Helm says before the reason."""
_TESTS = frozenset({"test", "test-success"})
_HOOKS = frozenset(
    f"{when}-{what}" for when in ("pre", "post") for what in ("install", "upgrade", "delete", "rollback")
)
_HOOK = "helm.sh/hook"
_LONGEST = 900
_NO_OBJECT = "let the template print apiVersion and kind, or nothing"


@dataclass(frozen=True, slots=True)
class HelmChart:
    """A chart with its values, ready to render. `inputs` and `fingerprint` say what its result depends on."""

    tree: Tree
    path: str
    dependencies: Mapping[str, str]
    """Folder below `charts/` to the folder in the repository, for dependencies given as `file://…`."""
    request: Mapping[str, Any]
    inputs: tuple[Input, ...]
    cluster: Capabilities | None = None
    """What it asks of its cluster, `None` where it renders alike on all."""

    @property
    def fingerprint(self) -> object:
        """What besides the inputs decides on the result."""
        return (self.path, self.request)


class HelmRenderer:
    """Renders charts that lie in a repository. Safe for several threads."""

    def __init__(self, *, workers: int, deadline: float, memory: int, scratch: Path | None) -> None:
        self._pool = HelmPool(workers, deadline=deadline, memory=memory, scratch=scratch)
        self._command = HelmCommand(deadline=deadline, memory=memory, scratch=scratch)
        self._questions = ChartQuestions()

    @cached_property
    def _library(self) -> str:
        """The version of the library, '' where it is not installed."""
        try:
            return version("helm-python-sdk")
        except PackageNotFoundError:
            return ""

    @property
    def version(self) -> str:
        """Changes with what renders. Raises `SourceError` (`tool-missing`) where nothing could."""
        return f"helm-python-sdk {self._library}" if self._library else self._command.version

    def prepare(
        self, request: RenderRequest, path: str, options: Helm, environment: BuildEnvironment
    ) -> HelmChart:
        """Gathers values and dependencies. Raises `SourceError` for what is wrong with them."""
        tree = request.tree
        metadata = read_metadata(tree, path)
        dependencies = local_dependencies(tree, path, metadata)
        values, inputs = chart_values(request, path, options, environment)
        folders = [path, *dependencies.values()]
        chart_inputs = tuple(Input(folder, tree.tree_id(folder)) for folder in folders)
        content = "\0".join(item.content_id for item in chart_inputs)
        seen = self._questions.answer(
            options, request.cluster, content, lambda: _contents(tree, folders), values
        )
        check_installable(metadata, seen.kube_version)
        asked = {
            "chart": content,
            "release": options.release_name or request.name,
            "namespace": options.namespace or request.namespace,
            "values": values,
            "skip_crds": options.skip_crds,
            "skip_schema_validation": options.skip_schema_validation,
            "kube_version": seen.kube_version,
            "api_versions": list(seen.api_versions),
        }
        return HelmChart(tree, path, dependencies, asked, chart_inputs + inputs, seen.cluster)

    def render(self, chart: HelmChart) -> list[Manifest]:
        """The chart's objects without those of its tests, which Argo CD never applies either: first the
        CustomResourceDefinitions of `crds/`, then the templates, by path, in a file by kind."""
        tool = self._pool if self._library else self._command
        answer = tool.ask(chart.path or chart.tree.name, chart.request, lambda: _chart_files(chart))
        manifests: list[Manifest] = []
        for texts in (answer.get("crds", {}), answer.get("manifests", {})):
            for name, text in sorted(texts.items()):
                if not name.endswith("NOTES.txt") and text.strip():
                    manifests.extend(_manifests(chart, name, text))
        if "error" in answer:
            raise _failure(chart, answer["error"])
        return [manifest for manifest in manifests if not _is_left_out(manifest.value)]

    def close(self) -> None:
        """Ends the workers."""
        self._pool.close()


def _manifests(chart: HelmChart, name: str, text: str) -> list[Manifest]:
    file = _place(chart, name)
    origin = Origin(Position(file, 1, 1))
    trace = partial(template_origin, chart.path, name.partition("/")[2])
    try:
        # The program prints each file without the space at its end, and a line's end instead.
        documents = read_documents(f"{text.rstrip()}\n", file)
        return [
            manifest
            for document in sorted(documents, key=_rank)
            for manifest in document_manifests(document, lambda _d, _p: origin, trace, _NO_OBJECT)
        ]
    except (SourceError, YamlError) as error:
        raise _wrong_text(file, error) from error


def _wrong_text(file: str, error: SourceError | YamlError) -> SourceError:
    """What is printed has lines, but they are those of no file: it is told of the template as a whole."""
    what = "is not valid YAML" if isinstance(error, YamlError) else "cannot be applied"
    line = f", line {error.position.line}" if error.position is not None else ""
    return SourceError(
        f"what {file} renders to {what}{line}: {error.message}",
        code=RENDER_FAILED,
        position=Position(file, 1, 1),
        hint=error.hint,
    )


def _rank(document: Document) -> tuple[bool, str]:
    """The library has the documents of a file as they stand there, the program by kind and hooks at the end:
    sorted, they are in one order either way."""
    value = document.value
    return _hook(value) is not None, str(value.get("kind")) if isinstance(value, Mapping) else ""


def _hook(value: object) -> object:
    for key in ("metadata", "annotations", _HOOK):
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def _is_left_out(value: Mapping[str, Any]) -> bool:
    """Tests are never applied, and Helm prints no hook of a kind that it does not know."""
    hook = _hook(value)
    if not isinstance(hook, str):
        return False
    kinds = {kind.strip().lower() for kind in hook.split(",")}
    return kinds <= _TESTS or not kinds <= _HOOKS | _TESTS


def _contents(tree: Tree, folders: Iterable[str]) -> Sequence[bytes]:
    return tree.read_many([name for folder in folders for name in tree.files_under(folder)])


def _chart_files(chart: HelmChart) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    for below, folder in [("", chart.path), *chart.dependencies.items()]:
        names = chart.tree.files_under(folder)
        prefix = f"{folder}/" if folder else ""
        for name, content in zip(names, chart.tree.read_many(names), strict=True):
            files[posixpath.join(below, name.removeprefix(prefix))] = content
    return files


def _place(chart: HelmChart, name: str) -> str:
    """Helm names templates by the chart's name, people find them by the chart's folder."""
    return posixpath.join(chart.path, name.partition("/")[2])


def _failure(chart: HelmChart, message: str) -> SourceError:
    message = _LEAD.sub("", message).strip()
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
