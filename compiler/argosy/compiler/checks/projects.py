"""Whether an Application's project exists, and permits where it comes from, where it lives and goes, and
what it deploys. Projects that are not known here are not judged."""

from collections.abc import Iterator
from functools import partial

from argosy.compiler.checks.faults import Fault, application_findings
from argosy.compiler.checks.kind_scopes import is_namespaced
from argosy.compiler.checks.subject import Subject
from argosy.schemas.finding import Finding, Related, Severity
from argosy.schemas.knowledge import Known
from argosy.schemas.model.application import Application
from argosy.schemas.model.appproject import AppProject

__all__ = ["check"]


def check(subject: Subject) -> Iterator[Finding]:
    """What a project forbids, projects that do not exist, and a note for those that are not known."""
    yield from application_findings(subject, partial(_faults, subject))
    yield from _forbidden_kinds(subject)


def _faults(subject: Subject, application: Application) -> Iterator[Fault]:
    project = subject.projects.get(application.project)
    if project is None:
        yield from _missing(subject, application)
        return
    yield from _sources(project, application)
    destination = application.destination
    if not project.permits_destination(destination.server, destination.name, destination.namespace):
        yield Fault(
            "forbidden-destination",
            Severity.ERROR,
            ("spec", "destination"),
            f"project `{project.name}` does not permit the destination {destination}",
            hint="add it to `spec.destinations` of the project, or choose a permitted one",
        )
    if not project.permits_application_namespace(application.namespace, subject.settings.namespace):
        yield Fault(
            "forbidden-namespace",
            Severity.ERROR,
            ("metadata", "namespace"),
            f"project `{project.name}` does not permit Applications in namespace `{application.namespace}`",
            hint="add it to `spec.sourceNamespaces` of the project, or move the Application to "
            f"`{subject.settings.namespace}`",
        )


def _sources(project: AppProject, application: Application) -> Iterator[Fault]:
    for index, source in enumerate(application.sources):
        several = application.has_several_sources
        if source.repo_url and not project.permits_source(source.repo_url):
            yield Fault(
                "forbidden-source",
                Severity.ERROR,
                ("spec", "sources", index, "repoURL") if several else ("spec", "source", "repoURL"),
                f"project `{project.name}` does not permit the repository {source.repo_url}",
                hint="add it to `spec.sourceRepos` of the project, or use a permitted one",
            )


def _missing(subject: Subject, application: Application) -> Iterator[Fault]:
    """A project that is known not to exist, or that is not among these files."""
    name = application.project
    if name == "default":
        return
    if isinstance(subject.world.projects(), Known):
        message, severity = f"there is no project `{name}`", Severity.ERROR
        yield Fault("missing-project", severity, ("spec", "project"), message)


def _forbidden_kinds(subject: Subject) -> Iterator[Finding]:
    for each in subject.deployed:
        project = subject.projects.get(each.application.project)
        namespaced = is_namespaced(each.value)
        if project is None or namespaced is None:
            continue
        if project.permits_kind(each.group, each.kind, each.name, namespaced=namespaced):
            continue
        field = "namespaceResourceWhitelist" if namespaced else "clusterResourceWhitelist"
        kind = f"{each.kind} of group `{each.group}`" if each.group else f"{each.kind} of the core group"
        yield Finding(
            "forbidden-kind",
            Severity.ERROR,
            f"{each}: project `{project.name}` does not permit the kind {kind}",
            each.position(("kind",)),
            hint=f"add it to `spec.{field}` of the project (and see its deny lists), or take it out",
            related=(
                Related(
                    f"deployed by Application `{each.application.name}`", each.application.origin.position
                ),
            ),
        )
