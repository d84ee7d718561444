"""All checks, in one list that can be read. A new one is a new module and a line here."""

from collections.abc import Sequence

from argosy.compiler.checks import (
    claims,
    cluster_destinations,
    empty_sets,
    generator_entries,
    ignored_differences,
    ignored_fields,
    missing_keys,
    parameters,
    projects,
    rolling_sync,
    rollout_order,
    source_forms,
    source_paths,
    sync_annotations,
    sync_options,
    sync_policies,
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
    source_forms.check,
    ignored_fields.check,
    ignored_differences.check,
    sync_options.check,
    sync_annotations.check,
    sync_policies.check,
    missing_keys.check,
)
