"""Renders Applications from the repositories that the command line knows."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from functools import partial

from argosy.cli.repositories import KnownRepositories
from argosy.compiler.app_of_apps import RenderedManifest
from argosy.schemas.finding import ArgosyError
from argosy.schemas.knowledge import Answer, Known, Unknown
from argosy.schemas.model.application import Application
from argosy.schemas.model.origin import DeferredOrigin, Origin
from argosy.schemas.model.source import Source
from argosy.sources.errors import DEADLINE, RENDER_FAILED
from argosy.sources.manifest import Manifest, RenderRequest
from argosy.sources.rendering import Renderer
from argosy.sources.tree import Tree

__all__ = ["DoesNotRender", "render_application", "render_requests", "rendering"]

_PARALLEL = 4


class DoesNotRender(Unknown):
    """The sources were found, and their tool fails on one of them or does not end."""


@contextmanager
def rendering(
    repositories: KnownRepositories, render_timeout: float
) -> Iterator[Callable[[Sequence[Application]], list[Answer[Sequence[RenderedManifest]]]]]:
    """What renders Applications, some at a time; one answer each, in order.

    `render_timeout`: seconds that one source may take.
    """
    with Renderer(deadline=render_timeout) as renderer, ThreadPoolExecutor(_PARALLEL) as pool:

        def render(applications: Sequence[Application]) -> list[Answer[Sequence[RenderedManifest]]]:
            return list(pool.map(lambda each: render_application(each, repositories, renderer), applications))

        yield render


def render_application(
    application: Application, repositories: KnownRepositories, renderer: Renderer
) -> Answer[Sequence[RenderedManifest]]:
    """All objects of all sources; `Unknown` if any of them cannot be read or rendered."""
    manifests: list[RenderedManifest] = []
    try:
        requests = list(render_requests(application, repositories))
    except ArgosyError as error:
        return _unknown(error, Unknown)
    try:
        for source, request in requests:
            shown = partial(repositories.shown, source.repo_url)
            manifests += (_rendered(each, shown) for each in renderer.render_now(request).manifests)
    except ArgosyError as error:
        return _unknown(error, DoesNotRender if error.code in (RENDER_FAILED, DEADLINE) else Unknown)
    return Known(tuple(manifests), "rendered")


def _rendered(manifest: Manifest, shown: Callable[[str], str]) -> RenderedManifest:
    """A manifest whose places are named as one sees them from the folder that one stands in."""

    def origin() -> Origin:
        place = manifest.origin.position
        return Origin(place and replace(place, file=shown(place.file)), manifest.origin.chain)

    document = manifest.document and manifest.document.named(shown(manifest.document.file))
    return RenderedManifest(manifest.value, DeferredOrigin(origin), document)


def _unknown(error: ArgosyError, kind: type[Unknown]) -> Unknown:
    place = f"{error.position}: " if error.position else ""
    return kind(place + error.message, hint=error.hint, code=error.code)


def render_requests(
    application: Application, repositories: KnownRepositories
) -> Iterator[tuple[Source, RenderRequest]]:
    """What is to be rendered, one request for each source that has something. Raises `ArgosyError`."""
    trees: list[Tree] = []
    for source in application.sources:
        if source.chart:
            raise ArgosyError(
                f"the chart {source.chart} of {source.repo_url} is not in any repository known here",
                code="unknown-repository",
            )
        answer = repositories.tree(source.repo_url, source.target_revision)
        if isinstance(answer, Unknown):
            raise ArgosyError(answer.reason, hint=answer.hint, code=answer.code)
        trees.append(answer.value)
    references = {
        source.ref: tree for source, tree in zip(application.sources, trees, strict=True) if source.ref
    }
    for source, tree in zip(application.sources, trees, strict=True):
        if not (source.ref and not source.path):
            yield (
                source,
                RenderRequest(
                    source=source,
                    tree=tree,
                    name=application.name,
                    namespace=application.destination.namespace,
                    project=application.project,
                    references=references,
                ),
            )
