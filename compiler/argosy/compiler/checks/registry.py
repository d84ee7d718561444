"""All checks, in one list that can be read. A new one is a new module and a line here."""

from collections.abc import Sequence

from argosy.compiler.checks import (
    claims,
    cluster_destinations,
    empty_sets,
    generator_entries,
    parameters,
    projects,
    rolling_sync,
    rollout_order,
    source_paths,
    unknown_projects,
)
from argosy.compiler.checks.subject import Check

__all__ = ["CHECKS"]

CHECKS: Sequence[Check] = (
    generator_entries.check,
    empty_sets.check,
    parameters.check,
    rolling_sync.check,
    rollout_order.check,
    claims.check,
    cluster_destinations.check,
    projects.check,
    unknown_projects.check,
    source_paths.check,
)
