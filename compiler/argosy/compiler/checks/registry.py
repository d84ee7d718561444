"""All checks, in lists that can be read. A new one is a new module and a line here."""

from collections.abc import Iterator, Sequence

from argosy.compiler.checks import (
    claims,
    cluster_destinations,
    empty_sets,
    generator_entries,
    ignored_differences,
    ignored_fields,
    manual_gates,
    missing_keys,
    parameters,
    projects,
    release_names,
    rolling_sync,
    rollout_order,
    source_forms,
    source_paths,
    surprising_values,
    sync_annotations,
    sync_options,
    sync_policies,
    unknown_projects,
)
from argosy.compiler.checks.subject import Check, Subject

__all__ = ["checks_for"]

_GENERAL: Sequence[Check] = (
    generator_entries.check,
    empty_sets.check,
    parameters.check,
    rolling_sync.check,
    rollout_order.check,
    manual_gates.check,
    claims.check,
    cluster_destinations.check,
    projects.check,
    unknown_projects.check,
    source_paths.check,
    release_names.check,
    surprising_values.check,
    source_forms.check,
    ignored_fields.check,
    ignored_differences.check,
    sync_options.check,
    sync_annotations.check,
    sync_policies.check,
    missing_keys.check,
)


def checks_for(subject: Subject) -> Iterator[Check]:
    """The checks that can find something; what is not needed is not imported."""
    yield from _GENERAL
    if subject.asked:
        from argosy.compiler.checks import conventions

        yield conventions.check
    if subject.asked or subject.projects:
        from argosy.compiler.checks import revisions

        yield revisions.check
    if subject.project_documents:
        from argosy.compiler.checks import sync_windows

        yield sync_windows.check
    if subject.sets:
        yield from _of_sets()
    if any(source.path for _, application in subject.applications for source in application.sources):
        yield from _of_paths()
    if subject.deployed:
        yield from _of_objects()


def _of_sets() -> Sequence[Check]:
    """Those that look at generators, templates and what they make."""
    from argosy.compiler.checks import (
        exponent_numbers,
        irreproducible_templates,
        patched_fields,
        templated_types,
        unmatched_patterns,
    )

    return (
        irreproducible_templates.check,
        exponent_numbers.check,
        templated_types.check,
        patched_fields.check,
        unmatched_patterns.check,
    )


def _of_paths() -> Sequence[Check]:
    """Those that look into the folders of sources."""
    from argosy.compiler.checks import kustomizations, source_files

    return (source_files.check, kustomizations.check)


def _of_objects() -> Sequence[Check]:
    """Those that look at what Applications deploy."""
    from argosy.compiler.checks import (
        autoscaled_replicas,
        contested_objects,
        definition_order,
        namespace_order,
        orphaning_prune,
        plain_manifests,
        plaintext_secrets,
        pruned_data,
        removed_apis,
        repeated_objects,
        text_values,
    )

    return (
        plain_manifests.check,
        text_values.check,
        removed_apis.check,
        repeated_objects.check,
        contested_objects.check,
        plaintext_secrets.check,
        definition_order.check,
        namespace_order.check,
        autoscaled_replicas.check,
        pruned_data.check,
        orphaning_prune.check,
    )
