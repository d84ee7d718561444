"""What is said of Applications whose sources were found and cannot be rendered."""

from collections.abc import Callable, Iterator, Sequence

from argosy.cli.rendered_sources import DoesNotRender
from argosy.compiler.app_of_apps import Hierarchy, Member
from argosy.compiler.checks.subject import Locate
from argosy.schemas.finding import Finding, Related, Severity
from argosy.schemas.model.application import Application

__all__ = ["render_finding", "render_findings"]


def render_findings(
    hierarchy: Hierarchy, locate: Callable[[Member], Locate], said: Sequence[Finding]
) -> Iterator[Finding]:
    """One for each Application of a tree that does not render, unless an error names the same line already:
    a folder that is not there needs no rendering to be found missing."""
    errors = [each.position for each in said if each.severity is Severity.ERROR and each.position]
    lines = {(each.file, each.line) for each in errors}
    for member in hierarchy.unknown:
        finding = render_finding(member, locate(member))
        place = finding.position if finding else None
        if finding and not (place and (place.file, place.line) in lines):
            yield finding


def render_finding(member: Member, locate: Locate) -> Finding | None:
    """What is said of a member whose sources do not render, at the line to blame."""
    application, answer = member.resource, member.unknown
    if not isinstance(answer, DoesNotRender) or not isinstance(application, Application):
        return None
    written = locate(answer.field)
    chain = application.origin.chain_at(answer.field)
    if answer.position is not None:
        chain = (Related(f"Application `{application.name}` deploys it", written), *chain)
    return Finding(
        answer.code,
        answer.severity,
        f"Application `{application.name}` cannot be rendered: {answer.message}",
        answer.position or written,
        hint=answer.hint,
        related=chain,
    )
