"""Unknown fields of Applications, sets and projects that exist only rendered: no file holds them so."""

from collections.abc import Iterator
from dataclasses import replace

from argosy.compiler.checks.subject import Subject
from argosy.compiler.dropped_fields import dropped_fields
from argosy.schemas.finding import Finding, Related

__all__ = ["check"]


def check(subject: Subject) -> Iterator[Finding]:
    """Of documents of files the schema check has said it."""
    for member, application in subject.applications:
        rendered = tuple(each for each in member.manifests if not each.document)
        for each in dropped_fields([replace(member, manifests=rendered)]) if rendered else ():
            related = Related(f"rendered for Application `{application.name}`", application.origin.position)
            yield replace(each, related=(related,))
