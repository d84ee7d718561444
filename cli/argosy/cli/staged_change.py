"""Which findings a staged change is to blame for, or may be."""

from collections.abc import Iterator, Sequence

from argosy.cli.comparison.path_index import PathIndex
from argosy.cli.comparison.reach import Reach
from argosy.cli.repositories import Standing
from argosy.compiler.app_of_apps import Member
from argosy.compiler.rollout import NodeKey
from argosy.compiler.validation import Validated
from argosy.schemas.finding import Finding
from argosy.schemas.model.application import Application

__all__ = ["concerning"]


def concerning(
    findings: Sequence[Finding], validated: Sequence[Validated], standing: Standing
) -> tuple[Finding, ...]:
    """Findings in changed files, and in files whose sets or Applications the change can affect.

    A set is affected if it reads the repository through a generator, an Application if something changed that
    one of its sources can read; a changed AppProject affects all.
    """
    if not findings:
        return ()
    changed = _changed_files(standing)
    files = set(changed)
    if any(project in files for each in validated for project in each.project_files):
        return tuple(findings)
    reach, index = Reach(standing.tree("")), PathIndex(changed)
    names = set()
    for each in validated:
        for member in each.hierarchy.members.values():
            if _is_affected(member, index, reach, standing):
                files |= {*_files(member, each), *_rendered(member)}
                names.add(member.key.name)
    return tuple(
        finding
        for finding in findings
        if finding.position is None
        or any(place.file in files for place in finding.places)
        or not names.isdisjoint(finding.applications)
    )


def _is_affected(member: Member, changed: PathIndex, reach: Reach, standing: Standing) -> bool:
    if isinstance(member.resource, Application):
        here = [each.manifest for each in member.resource.sources if standing.answers_for(each.repo_url)]
        return any(changed.holds(place) for source in here for place in reach.places(source))
    known = member.expansion or member.unknown
    inputs = getattr(known, "inputs", ())
    return changed.holds("") and any(
        each.kind == "tree" and standing.answers_for(each.name) for each in inputs
    )


def _files(member: Member, validated: Validated) -> Iterator[str]:
    key: NodeKey | None = member.key
    while key is not None:
        each = validated.hierarchy.members[key]
        # To know the file of a document takes less than to find a line in it.
        if each.document is not None:
            yield each.document.file
        elif each.position is not None:
            yield each.position.file
        # A generated Application stands where its set stands; what deploys a plain one need not be affected.
        key = each.parent if each.parent and each.parent.kind == "ApplicationSet" else None


def _rendered(member: Member) -> Iterator[str]:
    """Where rendered objects came from; a plain file shows nothing that it would not show by itself."""
    positions = (each.origin.position for each in member.manifests if each.document is None)
    return (position.file for position in positions if position)


def _changed_files(standing: Standing) -> list[str]:
    from argosy.sources.git_command import closed_environment, run_git

    assert standing.root is not None
    asked = ["diff", "--cached", "--name-only", "--no-renames", "-z"]
    environment = {**closed_environment(standing.root / ".git"), "GIT_DIR": None}
    output = run_git(asked, standing.root, environment, deadline=30.0)
    return [name for name in output.decode("utf-8", "surrogateescape").split("\0") if name]
