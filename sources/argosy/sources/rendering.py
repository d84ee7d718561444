"""Renders a source into manifests: finds out what kind of source it is and hands it to that kind's renderer.

Blocking work runs in threads of its own and in processes below them, so the event loop never waits. Knows
nothing of clusters: what a chart may ask of one comes with the request.
"""

import asyncio
import hashlib
import json
import os
import posixpath
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Self

from argosy.schemas.model.source import Directory, Helm, Kustomize, SourceType
from argosy.schemas.user_info import without_user_info
from argosy.sources.build_environment import BuildEnvironment
from argosy.sources.directory import manifest_files, render_directory
from argosy.sources.errors import INVALID_SOURCE, MISSING_PATH, UNSUPPORTED_SOURCE, SourceError, blaming
from argosy.sources.git_url import clean_path, source_path
from argosy.sources.helm import HelmRenderer
from argosy.sources.kustomize import KustomizeRenderer, is_kustomization
from argosy.sources.manifest import Input, Rendering, RenderRequest
from argosy.sources.render_cache import RenderCache
from argosy.sources.source_overrides import override_files, with_overrides
from argosy.sources.tree import Tree

__all__ = ["Renderer", "detect_source_type"]


@dataclass(frozen=True, slots=True)
class _Place:
    """A request with the options that its folder overrides, the folder, and what kind of source it is."""

    request: RenderRequest
    path: str
    kind: SourceType


class Renderer:
    """Renders requests, at most `parallel` at a time; `deadline` (seconds) and `memory` (bytes) hold for
    each.

    `allow_remote` lets kustomizations take remote bases. `scratch` is where trees are exported to; the
    system's temporary folder unless given.
    """

    def __init__(
        self,
        *,
        parallel: int = 0,
        deadline: float = 60.0,
        memory: int = 1 << 30,
        cache: RenderCache | None = None,
        allow_remote: bool = False,
        scratch: Path | None = None,
    ) -> None:
        workers = parallel or max(2, min(8, os.cpu_count() or 2))
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="render")
        self._cache = cache if cache is not None else RenderCache()
        self._kustomize = KustomizeRenderer(
            deadline=deadline, memory=memory, allow_remote=allow_remote, scratch=scratch
        )
        self._helm = HelmRenderer(workers=min(2, workers), deadline=deadline, memory=memory, scratch=scratch)

    async def render(self, request: RenderRequest) -> Rendering:
        """The manifests of a source. Raises `SourceError`.

        Whoever gets one knows nothing, not an empty source.
        """
        return await asyncio.get_running_loop().run_in_executor(self._threads, self.render_now, request)

    async def source_type(self, request: RenderRequest) -> SourceType:
        """What kind of source it is, without rendering it. Raises `SourceError`."""
        place = await asyncio.get_running_loop().run_in_executor(self._threads, self._place, request)
        return place.kind

    def inputs_now(self, request: RenderRequest) -> tuple[Input, ...]:
        """What a rendering would read, without rendering: folders and files. Raises `SourceError`."""
        place = self._place(request)
        request, path = place.request, place.path
        environment = BuildEnvironment.of(request)
        if place.kind is SourceType.HELM:
            return self._helm.prepare(request, path, request.source.helm or Helm({}), environment).inputs
        if place.kind is SourceType.KUSTOMIZE:
            options = request.source.kustomize or Kustomize({})
            return self._kustomize.prepare(request.tree, path, options, environment).inputs
        files = [
            *manifest_files(request.tree, path, request.source.directory or Directory({})),
            *override_files(request.tree, path, request.instance or request.name),
        ]
        return tuple(Input(file, request.tree.tree_id(file)) for file in files)

    def render_now(self, request: RenderRequest) -> Rendering:
        """The same, for callers without an event loop. Safe for several threads."""
        place = self._place(request)
        return self._render(place.request, place.path, place.kind)

    def _place(self, request: RenderRequest) -> _Place:
        """What is to be rendered. Raises `SourceError` for what cannot be."""
        source = request.source
        if source.chart:
            raise SourceError(
                f"the source is the chart {source.chart!r} of the Helm repository "
                f"{without_user_info(source.repo_url)}: charts are only rendered from Git",
                code=UNSUPPORTED_SOURCE,
                hint="commit the chart to a Git repository and set path",
            )
        with blaming("path"):
            path = source_path(source.path)
            if not request.tree.has_directory(path):
                raise SourceError(
                    f"{request.tree.name} has no folder {path!r}",
                    code=MISSING_PATH,
                    hint="check spec.source.path and targetRevision",
                )
        source = with_overrides(source, request.tree, path, request.instance or request.name)
        request = replace(request, source=source)
        kind = _source_type(request, path)
        if kind is SourceType.PLUGIN:
            with blaming("plugin"):
                raise SourceError(
                    "config management plugins are not supported",
                    code=UNSUPPORTED_SOURCE,
                    hint="commit what the plugin renders to a Git repository and set path",
                )
        return _Place(request, path, kind)

    def close(self) -> None:
        """Ends the threads and the worker processes."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._helm.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _render(self, request: RenderRequest, path: str, kind: SourceType) -> Rendering:
        environment = BuildEnvironment.of(request)
        if kind is SourceType.HELM:
            chart = self._helm.prepare(request, path, request.source.helm or Helm({}), environment)
            key = _key(kind, self._helm.version, chart.inputs, chart.fingerprint)
            rendering = self._cache.get(
                key, lambda: Rendering.of(self._helm.render(chart), chart.inputs, SourceType.HELM)
            )
            # Clusters that differ in what the chart does not see share a rendering.
            return replace(rendering, cluster=chart.cluster)
        if kind is SourceType.KUSTOMIZE:
            build = self._kustomize.prepare(
                request.tree, path, request.source.kustomize or Kustomize({}), environment
            )
            key = _key(kind, self._kustomize.version, build.inputs, build.fingerprint)
            return self._cache.get(
                key, lambda: Rendering.of(self._kustomize.render(build), build.inputs, SourceType.KUSTOMIZE)
            )
        options = request.source.directory or Directory({})
        inputs = (Input(path, request.tree.tree_id(path)),)
        key = _key(kind, "1", inputs, (path, options.manifest))
        return self._cache.get(
            key, lambda: Rendering.of(render_directory(request.tree, path, options), inputs, kind)
        )


def detect_source_type(tree: Tree, path: str) -> SourceType:
    """The kind of a folder whose source names none, as Argo CD finds it (util/app/discovery): a kustomization
    goes before a `Chart.yaml`; anything else is a directory of manifests."""
    base = clean_path(path)
    prefix = f"{base}/" if base else ""
    names = {name.removeprefix(prefix) for name in tree.files_in(base)}
    if any(is_kustomization(name) for name in names):
        return SourceType.KUSTOMIZE
    if any(name.endswith("Chart.yaml") for name in names):
        return SourceType.HELM
    return SourceType.DIRECTORY


def _source_type(request: RenderRequest, path: str) -> SourceType:
    written = request.source.explicit_types
    if len(written) > 1:
        with blaming(written[1].lower()):
            raise SourceError(
                f"the source has options of several kinds: {', '.join(written)}",
                code=INVALID_SOURCE,
                hint="keep one of helm, kustomize, directory and plugin",
            )
    return (
        written[0] if written else detect_source_type(request.tree, posixpath.normpath(path) if path else "")
    )


def _key(kind: SourceType, version: str, inputs: tuple[Input, ...], rest: object) -> str:
    read = [(item.reference, item.path, item.content_id) for item in inputs]
    text = json.dumps([kind, version, read, rest], sort_keys=True, default=dict)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
