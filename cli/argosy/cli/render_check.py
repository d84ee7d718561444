"""`validate --render`: whether what Applications deploy renders, where their repositories are known."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from argosy.cli.rendered_sources import render_application
from argosy.cli.repositories import KnownRepositories
from argosy.compiler.app_of_apps import Hierarchy, Member
from argosy.schemas.finding import Finding, Severity
from argosy.schemas.knowledge import Unknown
from argosy.schemas.model.application import Application
from argosy.sources.errors import DEADLINE, RENDER_FAILED
from argosy.sources.rendering import Renderer

__all__ = ["RENDER_FAULTS", "render_findings"]

RENDER_FAULTS = frozenset({RENDER_FAILED, DEADLINE})
"""Codes that tell of the source itself; others say that it is not known here."""

_PARALLEL = 4


def render_findings(
    hierarchy: Hierarchy, repositories: KnownRepositories, render_timeout: float
) -> Iterator[Finding]:
    """One error for each Application whose source does not render. `render_timeout`: seconds a source."""
    members = [each for each in hierarchy.members.values() if isinstance(each.resource, Application)]
    with Renderer(deadline=render_timeout) as renderer, ThreadPoolExecutor(_PARALLEL) as pool:

        def fault(member: Member) -> Finding | None:
            assert isinstance(member.resource, Application)
            answer = render_application(member.resource, repositories, renderer)
            if not isinstance(answer, Unknown) or answer.code not in RENDER_FAULTS:
                return None
            message = f"Application `{member.resource.name}` cannot be rendered: {answer.reason}"
            return Finding(
                answer.code,
                Severity.ERROR,
                message,
                member.position,
                hint=answer.hint,
                related=member.resource.origin.chain,
            )

        yield from filter(None, pool.map(fault, members))
