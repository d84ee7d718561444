"""What is said of Applications whose sources were found and cannot be rendered."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from argosy.cli.rendered_sources import DoesNotRender
from argosy.compiler.app_of_apps import Hierarchy, Member
from argosy.compiler.checks.subject import Locate
from argosy.compiler.data_lines import at_data_line
from argosy.compiler.folding import fold
from argosy.schemas.finding import Finding, Related, Severity
from argosy.schemas.model.application import Application
from argosy.schemas.position import Position

__all__ = ["render_finding", "render_findings"]


def render_findings(
    hierarchy: Hierarchy, locate: Callable[[Member], Locate], said: Sequence[Finding]
) -> Sequence[Finding]:
    """Each reason for which Applications of a tree do not render, unless an error names the same line
    already: a folder that is not there needs no rendering to be found missing."""
    errors = (each for each in said if each.severity is Severity.ERROR)
    lines = {_line(place) for each in errors for place in each.places}
    found = (render_finding(member, locate(member)) for member in hierarchy.unknown)
    new = (each for each in found if each and not (each.position and _line(each.position) in lines))
    # What several have in common is the template's.
    return [at_data_line(each) if len(each.applications) == 1 else each for each in fold(new)]


def _line(place: Position) -> tuple[str, int]:
    return place.file, place.line


def render_finding(member: Member, locate: Locate) -> Finding | None:
    """What is said of a member whose sources do not render, at the line to blame."""
    application, answer = member.resource, member.unknown
    if not isinstance(answer, DoesNotRender) or not isinstance(application, Application):
        return None
    written = locate(answer.field)
    chain = application.origin.chain_at(answer.field)
    if answer.position is not None:
        # What the source holds is to blame, and no value that led to it.
        led = (replace(each, is_data=False) for each in chain)
        chain = (Related(f"Application `{application.name}` deploys it", written), *led)
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
