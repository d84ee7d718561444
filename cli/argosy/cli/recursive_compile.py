"""`argosy compile --recursive`: everything below a root Application, rendered and expanded."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import click

from argosy.cli.application_output import as_json, as_names, as_yaml
from argosy.cli.failure import ExitStatus
from argosy.cli.manifest_world import read_manifests
from argosy.cli.offline_world import OfflineWorld
from argosy.cli.render_check import render_finding
from argosy.cli.rendered_sources import rendering
from argosy.cli.repositories import KnownRepositories
from argosy.compiler.app_of_apps import Hierarchy, Member, follow, key_of
from argosy.compiler.checks.claims import object_claims
from argosy.compiler.checks.cluster_destinations import check as check_destinations
from argosy.compiler.checks.confidential import without_secret_lines
from argosy.compiler.checks.projects import check as check_projects
from argosy.compiler.checks.subject import Subject
from argosy.compiler.dropped_fields import dropped_fields
from argosy.compiler.folding import fold
from argosy.compiler.loading import Loaded, load
from argosy.compiler.rollout import NodeKey, RolloutGraph
from argosy.generators.generator import Settings
from argosy.schemas.finding import ArgosyError, Finding, Severity
from argosy.schemas.model.application import Application
from argosy.schemas.model.applicationset import ApplicationSet
from argosy.schemas.model.appproject import AppProject
from argosy.schemas.validation import kind_of, validate
from argosy.schemas.yaml_reader import Document

__all__ = ["compile_recursively"]


def compile_recursively(
    file: Path,
    world: OfflineWorld,
    settings: Settings,
    repositories: KnownRepositories,
    output: str,
    *,
    render_timeout: float,
) -> tuple[ExitStatus, Sequence[Finding]]:
    """Prints the whole tree below the roots in a file; what cannot be followed is among the findings.
    `render_timeout`: seconds that the rendering of one source may take."""
    try:
        documents = [each for each in read_manifests(file) if kind_of(each.value)]
    except ArgosyError as error:
        return ExitStatus.FINDINGS, [error.finding()]
    loaded = [load(each, settings.namespace) for each in documents]
    refused = [finding for each in loaded for finding in each.findings]
    roots = [each.resource for each in loaded if isinstance(each.resource, (Application, ApplicationSet))]
    if not roots and not refused:
        raise click.UsageError(f"{file} holds no Application and no ApplicationSet")
    with rendering(repositories, render_timeout, settings.namespace) as render:
        hierarchy = follow(roots, world, render, settings)
    _emit(hierarchy, output)
    subject = _subject(documents, loaded, hierarchy, world, settings, repositories)
    findings = [*refused, *_findings(subject, world.knows_clusters)]
    for document, each in zip(documents, loaded, strict=True):
        findings += _dropped(document) if each.pruned else ()
    for member in hierarchy.unknown:
        findings.append(render_finding(member, subject.locate(member)) or _unknown_finding(member))
    failed = any(each.severity is Severity.ERROR for each in findings)
    return ExitStatus.FINDINGS if failed else ExitStatus.FINE, fold(findings)


def _subject(
    documents: Sequence[Document],
    loaded: Sequence[Loaded],
    hierarchy: Hierarchy,
    world: OfflineWorld,
    settings: Settings,
    repositories: KnownRepositories,
) -> Subject:
    """The tree, with the projects of the file and those that the tree deploys."""
    written: dict[NodeKey, Document] = {}
    projects: dict[str, AppProject] = {}
    for document, each in zip(documents, loaded, strict=True):
        if isinstance(each.resource, AppProject):
            projects[each.resource.name] = each.resource
        elif each.resource is not None:
            written[key_of(each.resource)] = document
    members = hierarchy.members.values()
    written |= {each.key: each.document for each in members if each.document is not None}
    projects |= {each.name: each for each in hierarchy.projects}
    return Subject(hierarchy, written, projects, {}, world, repositories, settings)


def _findings(subject: Subject, knows_clusters: bool) -> Sequence[Finding]:
    members = subject.hierarchy.members.values()
    found = [*subject.hierarchy.findings, *subject.rollout.findings, *object_claims(members)]
    found += check_projects(subject)
    # The API server takes the rest without a word.
    found += (replace(each, severity=Severity.WARNING) for each in dropped_fields(members))
    if knows_clusters:
        found += check_destinations(subject)
    return list(without_secret_lines(subject, found))


def _dropped(document: Document) -> Iterator[Finding]:
    """Fields of a root that the API server would drop without a word."""
    for each in validate(document):
        if each.code == "unknown-field":
            yield replace(each, severity=Severity.WARNING)


def _unknown_finding(member: Member) -> Finding:
    assert member.unknown is not None
    message = f"what {member.key} deploys is unknown: {member.unknown.reason}"
    return Finding(member.unknown.code, Severity.NOTE, message, member.position, hint=member.unknown.hint)


def _emit(hierarchy: Hierarchy, output: str) -> None:
    if output == "tree":
        click.echo("\n".join(_lines(hierarchy)))
    elif output == "name":
        click.echo(as_names(hierarchy.applications), nl=False)
    else:
        manifests = [each.manifest for each in hierarchy.applications]
        click.echo(as_json(manifests) if output == "json" else as_yaml(manifests), nl=output == "json")


def _lines(hierarchy: Hierarchy) -> Iterator[str]:
    """One line a member, children indented, in the order in which they roll out."""
    graph = hierarchy.rollout()
    stack = [(key, 0) for key in _last_first(graph, None)]
    while stack:
        key, depth = stack.pop()
        member = hierarchy.members[key]
        wave = f" (wave {graph.wave(key)})" if graph.wave(key) else ""
        to = f" -> {member.resource.destination}" if isinstance(member.resource, Application) else ""
        unknown = f" ? {member.unknown.reason}" if member.unknown else ""
        yield f"{'  ' * depth}{key}{to}{wave}{unknown}"
        stack += [(child, depth + 1) for child in _last_first(graph, key)]


def _last_first(graph: RolloutGraph, parent: NodeKey | None) -> list[NodeKey]:
    return sorted(graph.children(parent), key=lambda key: (graph.wave(key), key), reverse=True)
