"""All checks, in lists that can be read. A new one is a new module and a line here."""

from collections.abc import Iterator, Sequence

from argosy.compiler.checks import (
    claims,
    cluster_destinations,
    empty_sets,
    exponent_numbers,
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
from argosy.compiler.checks.generator_walk import generators_of
from argosy.compiler.checks.subject import Check, Subject
from argosy.schemas.model.applicationset import ApplicationSet

__all__ = ["checks_for"]

_GENERAL: Sequence[Check] = (
    generator_entries.check,
    empty_sets.check,
    exponent_numbers.check,
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
        from argosy.compiler.checks import project_forms, sync_windows

        yield project_forms.check
        yield sync_windows.check
    if subject.sets:
        yield from _of_sets(subject)
    if any(map(subject.lookup.knows, _repositories(subject))):
        yield from _of_paths()
    if subject.deployed:
        yield from _of_objects()


def _repositories(subject: Subject) -> Iterator[str]:
    urls = (source.repo_url for _, application in subject.applications for source in application.sources)
    return iter(dict.fromkeys(urls))


def _of_sets(subject: Subject) -> Iterator[Check]:
    """Those that look at generators, templates and what they make."""
    sets = [applicationset for _, applicationset in subject.sets]
    if any(member.expansion is None for member, _ in subject.sets):
        from argosy.compiler.checks import offered_parameters, template_syntax

        yield offered_parameters.check
        yield template_syntax.check
    if any(each.go_template for each in sets):
        from argosy.compiler.checks import irreproducible_templates

        yield irreproducible_templates.check
    if any(each.template_patch for each in sets):
        from argosy.compiler.checks import patched_fields, unknown_patch_fields

        yield patched_fields.check
        yield unknown_patch_fields.check
    if any("selector" in str(each.spec.get("generators")) for each in sets):
        from argosy.compiler.checks import unmatched_selectors

        yield unmatched_selectors.check
    if any("valuesObject" in str(each.template.get("spec")) for each in sets):
        from argosy.compiler.checks import templated_types

        yield templated_types.check
    if any(names & {"git", "oci"} for names in map(_generator_names, sets)):
        from argosy.compiler.checks import data_files, unmatched_patterns

        yield unmatched_patterns.check
        yield data_files.check


def _generator_names(applicationset: ApplicationSet) -> frozenset[str]:
    return frozenset(name for name, _, _ in generators_of(applicationset))


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
        rendered_specifications,
        repeated_objects,
        text_values,
    )

    return (
        plain_manifests.check,
        text_values.check,
        removed_apis.check,
        rendered_specifications.check,
        repeated_objects.check,
        contested_objects.check,
        plaintext_secrets.check,
        definition_order.check,
        namespace_order.check,
        autoscaled_replicas.check,
        pruned_data.check,
        orphaning_prune.check,
    )
