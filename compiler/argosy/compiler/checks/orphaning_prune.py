"""Applications that their parent prunes and that would leave everything running that they have deployed."""

from collections.abc import Iterator

from argosy.compiler.checks.subject import Subject
from argosy.schemas.finding import Finding, Related, Severity
from argosy.schemas.model.annotations import FINALIZER
from argosy.schemas.model.application import Application

__all__ = ["check"]


def check(subject: Subject) -> Iterator[Finding]:
    """A note for each child of a pruning app-of-apps that bears no finalizer."""
    members = subject.hierarchy.members
    for member, application in subject.applications:
        parent = members[member.parent].resource if member.parent else None
        if not isinstance(parent, Application) or application.deletes_its_resources:
            continue
        policy = parent.sync_policy
        if policy.automated is None or not policy.is_automated or not policy.automated.prune:
            continue
        yield Finding(
            "orphaning-prune",
            Severity.NOTE,
            f"Application `{application.name}`: when it is taken out of Git, `{parent.name}` deletes it, "
            "but what it has deployed stays and belongs to nobody",
            subject.locate(member)(("metadata", "name")),
            hint=f"add the finalizer {FINALIZER} to delete all with it",
            related=(Related(f"pruned by Application `{parent.name}`", parent.origin.position),),
        )
