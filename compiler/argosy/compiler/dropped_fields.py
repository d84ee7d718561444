"""Fields of rendered Applications, sets and projects that the API server does not know and would drop."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from argosy.compiler.app_of_apps import Member, RenderedManifest
from argosy.schemas.finding import Finding, Severity
from argosy.schemas.model.application import Application
from argosy.schemas.structure import prune
from argosy.schemas.validation import kind_of, validate
from argosy.schemas.yaml_reader import Document, read_documents
from argosy.schemas.yaml_writer import write_yaml

__all__ = ["dropped_fields"]


def dropped_fields(members: Iterable[Member]) -> Iterator[Finding]:
    """A warning for each unknown field of what the members deploy, at its line or where it was rendered."""
    for member in members:
        if not isinstance(member.resource, Application) or not member.resource.destination.is_in_cluster:
            continue
        for manifest in member.manifests:
            for each in _unknown_fields(manifest):
                yield replace(each, severity=Severity.WARNING)


def _unknown_fields(manifest: RenderedManifest) -> Iterator[Finding]:
    kind = kind_of(manifest.value)
    if kind is None or not prune(kind, manifest.value)[1]:
        return
    if manifest.document is not None:
        yield from _of_text(manifest.document)
        return
    # What is rendered stands in no file of its own; the schema's checks read text.
    for document in read_documents(write_yaml(dict(manifest.value)), "rendered"):
        for each in _of_text(document):
            yield replace(each, position=manifest.origin.position)


def _of_text(document: Document) -> Iterator[Finding]:
    return (each for each in validate(document) if each.code == "unknown-field")
