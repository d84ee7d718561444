"""Renders Applications from the repositories that the command line knows."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial

from argosy.cli.repositories import KnownRepositories
from argosy.compiler.app_of_apps import RenderedManifest
from argosy.schemas.finding import ArgosyError, Severity
from argosy.schemas.knowledge import Answer, Known, Unknown
from argosy.schemas.model.application import Application, instance_name
from argosy.schemas.model.origin import DeferredOrigin
from argosy.schemas.model.source import Source
from argosy.schemas.position import Path, Position
from argosy.schemas.secret_text import may_hold_secrets
from argosy.sources.errors import REFUSED_URL, UNKNOWN_REVISION, UNSUPPORTED_SOURCE, SourceError
from argosy.sources.manifest import Manifest, RenderRequest
from argosy.sources.rendering import Renderer
from argosy.sources.tree import Tree

__all__ = ["DoesNotRender", "render_application", "render_requests", "rendering"]

_PARALLEL = 4


_REFUSED: Mapping[str, Path] = {REFUSED_URL: ("repoURL",), UNKNOWN_REVISION: ("targetRevision",)}
"""What keeps a source from being found for good, with the field to blame."""
_ONLY_HERE = frozenset({REFUSED_URL, UNSUPPORTED_SOURCE})
"""What Argo CD may render all the same."""


@dataclass(frozen=True, slots=True)
class DoesNotRender(Unknown):
    """One of the sources cannot be rendered as it is written, or by no tool of this machine.

    `message` is the reason alone; `position` is the line of a file that is to blame, else `field` of the
    Application is. It is a note where Argo CD may render what Argosy does not, and `confidential` where the
    line may be a Secret's.
    """

    message: str = ""
    field: Path = ()
    position: Position | None = None
    severity: Severity = Severity.ERROR
    confidential: bool = False


@contextmanager
def rendering(
    repositories: KnownRepositories, render_timeout: float, namespace: str
) -> Iterator[Callable[[Sequence[Application]], list[Answer[Sequence[RenderedManifest]]]]]:
    """What renders Applications, some at a time; one answer each, in order.

    `render_timeout`: seconds that one source may take; `namespace`: that of Argo CD's control plane.
    """
    with Renderer(deadline=render_timeout) as renderer, ThreadPoolExecutor(_PARALLEL) as pool:

        def render(applications: Sequence[Application]) -> list[Answer[Sequence[RenderedManifest]]]:
            return list(
                pool.map(
                    lambda each: render_application(each, repositories, renderer, namespace), applications
                )
            )

        yield render


def render_application(
    application: Application, repositories: KnownRepositories, renderer: Renderer, namespace: str
) -> Answer[Sequence[RenderedManifest]]:
    """All objects of all sources; `Unknown` if any of them cannot be read or rendered."""
    manifests: list[RenderedManifest] = []
    try:
        requests = list(render_requests(application, repositories, namespace))
    except _NotFoundError as error:
        if error.code not in _REFUSED:
            return _unknown(error)
        place = (*_place(application, error.source), *_REFUSED[error.code])
        return DoesNotRender(error.message, error.hint, error.code, message=error.message, field=place)
    except ArgosyError as error:
        return _unknown(error)
    for source, request in requests:
        shown = partial(repositories.shown, source.repo_url)
        try:
            rendering = renderer.render_now(request)
        except SourceError as error:
            return _does_not_render(error, application, request, shown)
        except ArgosyError as error:
            return _unknown(error)
        manifests += (_rendered(each, request.tree, shown) for each in rendering.manifests)
    return Known(tuple(manifests), "rendered")


def _rendered(manifest: Manifest, tree: Tree, shown: Callable[[str], str]) -> RenderedManifest:
    """A manifest whose places are named as one sees them from the folder that one stands in."""
    origin = DeferredOrigin(lambda: manifest.origin_in(tree).with_files(shown))
    document = manifest.document and manifest.document.named(shown(manifest.document.file))
    return RenderedManifest(manifest.value, origin, document)


def _unknown(error: ArgosyError) -> Unknown:
    place = f"{error.position}: " if error.position else ""
    return Unknown(place + error.message, hint=error.hint, code=error.code)


def _does_not_render(
    error: SourceError, application: Application, request: RenderRequest, shown: Callable[[str], str]
) -> DoesNotRender:
    position = error.position
    # What is rendered has lines, too, but they are those of no file.
    in_a_file = position is not None and request.tree.has_file(position.file)
    place = _place(application, request.source)
    told = _unknown(error)
    return DoesNotRender(
        told.reason,
        told.hint,
        told.code,
        message=error.message if in_a_file else told.reason,
        field=(*place, *(error.field or ("path",))),
        position=replace(position, file=shown(position.file)) if position and in_a_file else None,
        severity=Severity.NOTE if error.code in _ONLY_HERE else Severity.ERROR,
        confidential=position is not None
        and in_a_file
        and may_hold_secrets(request.tree.read(position.file)),
    )


def _place(application: Application, source: Source) -> Path:
    if not application.has_several_sources:
        return ("spec", "source")
    return ("spec", "sources", [each.manifest for each in application.sources].index(source.manifest))


class _NotFoundError(ArgosyError):
    """The files of a source are not known."""

    def __init__(self, answer: Unknown, source: Source) -> None:
        super().__init__(answer.reason, hint=answer.hint, code=answer.code)
        self.source = source


def render_requests(
    application: Application, repositories: KnownRepositories, namespace: str
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
            raise _NotFoundError(answer, source)
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
                    instance=instance_name(application.namespace, application.name, namespace),
                ),
            )
