"""Renders an Application from the repositories that the command line knows."""

from collections.abc import Iterator, Sequence

from argosy.cli.repositories import KnownRepositories
from argosy.compiler.app_of_apps import RenderedManifest
from argosy.schemas.finding import ArgosyError
from argosy.schemas.knowledge import Answer, Known, Unknown
from argosy.schemas.model.application import Application
from argosy.schemas.model.source import Source
from argosy.sources.manifest import RenderRequest
from argosy.sources.rendering import Renderer
from argosy.sources.tree import Tree

__all__ = ["render_application", "render_requests"]


def render_application(
    application: Application, repositories: KnownRepositories, renderer: Renderer
) -> Answer[Sequence[RenderedManifest]]:
    """All objects of all sources; `Unknown` if any of them cannot be read or rendered."""
    manifests: list[RenderedManifest] = []
    try:
        for _, request in render_requests(application, repositories):
            rendering = renderer.render_now(request)
            manifests += (RenderedManifest(each.value, each.origin) for each in rendering.manifests)
    except ArgosyError as error:
        place = f"{error.position}: " if error.position else ""
        return Unknown(place + error.message, hint=error.hint, code=error.code)
    return Known(tuple(manifests), "rendered")


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
