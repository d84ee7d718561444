"""What is said of Applications whose sources were found and cannot be rendered."""

from collections.abc import Callable, Sequence

from argosy.cli.rendered_sources import DoesNotRender
from argosy.compiler.app_of_apps import Hierarchy, Member
from argosy.compiler.checks.subject import Locate
from argosy.compiler.folding import fold
from argosy.schemas.finding import Finding, Related, Severity
from argosy.schemas.model.application import Application

__all__ = ["render_finding", "render_findings"]


def render_findings(
    hierarchy: Hierarchy, locate: Callable[[Member], Locate], said: Sequence[Finding]
) -> Sequence[Finding]:
    """Each reason for which Applications of a tree do not render, unless an error names the same line
    already: a folder that is not there needs no rendering to be found missing."""
    lines = {_line(each) for each in said if each.severity is Severity.ERROR and each.position}
    found = (render_finding(member, locate(member)) for member in hierarchy.unknown)
    return fold(each for each in found if each is not None and _line(each) not in lines)


def _line(finding: Finding) -> tuple[str, int] | None:
    return (finding.position.file, finding.position.line) if finding.position else None


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
        applications=(application.name,),
        confidential=answer.confidential,
    )
