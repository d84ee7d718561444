"""Cycles of waves and dependencies, and dependencies on what does not exist."""

from collections.abc import Iterator

from argosy.compiler.checks.subject import Subject
from argosy.schemas.finding import Finding

__all__ = ["check"]


def check(subject: Subject) -> Iterator[Finding]:
    """What the order of the rollout itself has found."""
    return iter(subject.rollout.findings)
