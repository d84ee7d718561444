"""Destinations of Applications that no set generates: of generated ones the expansion has said it."""

from collections.abc import Iterator
from functools import partial

from argosy.compiler.checks.destinations import destination_problem
from argosy.compiler.checks.faults import Fault, application_findings
from argosy.compiler.checks.subject import Subject
from argosy.generators.world import ClusterSecret
from argosy.schemas.finding import Finding, Severity
from argosy.schemas.knowledge import Known
from argosy.schemas.model.application import Application

__all__ = ["check"]


def check(subject: Subject) -> Iterator[Finding]:
    """Destinations that name no cluster, or one that is not registered where the clusters are known."""
    answer = subject.world.clusters()
    clusters = answer.value if isinstance(answer, Known) else None
    generated = {id(each) for member, each in subject.applications if subject.is_generated(member)}
    return application_findings(subject, partial(_faults, clusters, generated))


def _faults(
    clusters: tuple[ClusterSecret, ...] | None, generated: set[int], application: Application
) -> Iterator[Fault]:
    if id(application) in generated:
        return
    problem = destination_problem(application.spec.get("destination") or {}, clusters)
    if problem:
        yield Fault("invalid-destination", Severity.ERROR, problem.path, problem.message, hint=problem.hint)
