"""Unknown fields of Applications, sets and projects that exist only rendered: no file holds them so."""

from collections.abc import Iterator
from dataclasses import replace

from argosy.compiler.checks.subject import Subject
from argosy.compiler.dropped_fields import dropped_fields
from argosy.schemas.finding import Finding

__all__ = ["check"]


def check(subject: Subject) -> Iterator[Finding]:
    """Of documents of files the schema check has said it."""
    for member, _ in subject.applications:
        rendered = tuple(each for each in member.manifests if not each.document)
        if rendered:
            yield from dropped_fields([replace(member, manifests=rendered)])
