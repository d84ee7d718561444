"""Fields of rendered Applications, sets and projects that the API server does not know and would drop."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from argosy.compiler.app_of_apps import Member
from argosy.schemas.finding import Finding, Severity
from argosy.schemas.model.application import Application
from argosy.schemas.structure import prune
from argosy.schemas.validation import kind_of, validate
from argosy.schemas.yaml_reader import read_documents
from argosy.schemas.yaml_writer import write_yaml

__all__ = ["dropped_fields"]


def dropped_fields(members: Iterable[Member]) -> Iterator[Finding]:
    """A warning for each unknown field of what the members deploy, at the place that rendered the object."""
    for member in members:
        if not isinstance(member.resource, Application) or not member.resource.destination.is_in_cluster:
            continue
        for manifest in member.manifests:
            for each in _unknown_fields(manifest.value):
                yield replace(each, severity=Severity.WARNING, position=manifest.origin.position)


def _unknown_fields(value: Mapping[str, Any]) -> Iterator[Finding]:
    kind = kind_of(value)
    if kind is None or not prune(kind, value)[1]:
        return
    # What is rendered stands in no file of its own; the schema's checks read text.
    for document in read_documents(write_yaml(dict(value)), "rendered"):
        yield from (each for each in validate(document) if each.code == "unknown-field")
