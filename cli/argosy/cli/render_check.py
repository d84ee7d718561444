"""`validate --render`: what Applications deploy is rendered as far as their repositories are known."""

from collections.abc import Iterator

from argosy.cli.rendered_sources import DoesNotRender
from argosy.compiler.app_of_apps import Hierarchy
from argosy.schemas.finding import Finding, Severity
from argosy.schemas.model.application import Application

__all__ = ["render_findings"]


def render_findings(hierarchy: Hierarchy) -> Iterator[Finding]:
    """One error for each Application of a rendered tree whose source does not render."""
    for member in hierarchy.unknown:
        application, answer = member.resource, member.unknown
        if isinstance(answer, DoesNotRender) and isinstance(application, Application):
            yield Finding(
                answer.code,
                Severity.ERROR,
                f"Application `{application.name}` cannot be rendered: {answer.reason}",
                application.origin.position,
                hint=answer.hint,
                related=application.origin.chain,
            )
