"""Fields of rendered Applications, sets and projects that the API server does not know and would drop."""

from collections.abc import Iterable, Iterator

from argosy.compiler.app_of_apps import Member, RenderedManifest
from argosy.schemas.finding import Finding, Severity
from argosy.schemas.model.application import Application
from argosy.schemas.structure import unknown_fields
from argosy.schemas.validation import kind_of

__all__ = ["dropped_fields"]


def dropped_fields(members: Iterable[Member]) -> Iterator[Finding]:
    """Each unknown field of what the members deploy, at its line or where it was rendered."""
    for member in members:
        if isinstance(member.resource, Application) and member.resource.destination.is_in_cluster:
            for manifest in member.manifests:
                yield from _unknown_fields(manifest, member.resource)


def _unknown_fields(manifest: RenderedManifest, application: Application) -> Iterator[Finding]:
    kind = kind_of(manifest.value)
    for each in unknown_fields(kind, manifest.value) if kind else ():
        related = () if manifest.document else manifest.way(application)
        names = () if manifest.document else (application.name,)
        position = manifest.position(each.path, key=True)
        yield Finding(
            each.code, Severity.ERROR, each.message, position, each.hint, related, applications=names
        )
