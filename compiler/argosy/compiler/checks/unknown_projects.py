"""Notes on projects that are not among these files: what they permit cannot be checked."""

from collections.abc import Iterator

from argosy.compiler.checks.subject import Subject
from argosy.schemas.finding import Finding, Severity
from argosy.schemas.knowledge import Known

__all__ = ["check"]


def check(subject: Subject) -> Iterator[Finding]:
    """A note for each Application whose project nobody knows here."""
    if isinstance(subject.world.projects(), Known):
        return
    for member, application in subject.applications:
        name = application.project
        if name != "default" and name not in subject.projects:
            message = f"not checked: the project `{name}`, which is not among these files"
            yield Finding("not-checked", Severity.NOTE, message, subject.locate(member)(("spec", "project")))
