"""`validate --render`: whether what Applications deploy renders, where their repositories are known."""

from collections.abc import Iterator

from argosy.cli.rendered_sources import DoesNotRender, rendering
from argosy.cli.repositories import KnownRepositories
from argosy.compiler.app_of_apps import Hierarchy
from argosy.schemas.finding import Finding, Severity

__all__ = ["render_findings"]


def render_findings(
    hierarchy: Hierarchy, repositories: KnownRepositories, render_timeout: float
) -> Iterator[Finding]:
    """One error for each Application whose source does not render. `render_timeout`: seconds a source."""
    applications = hierarchy.applications
    with rendering(repositories, render_timeout) as render:
        answers = render(applications)
    for application, answer in zip(applications, answers, strict=True):
        if isinstance(answer, DoesNotRender):
            yield Finding(
                answer.code,
                Severity.ERROR,
                f"Application `{application.name}` cannot be rendered: {answer.reason}",
                application.origin.position,
                hint=answer.hint,
                related=application.origin.chain,
            )
