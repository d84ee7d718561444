"""Whether an Application's project exists, and permits where it comes from, where it lives and goes, and
what it deploys. Projects that are not known here are not judged."""

from collections.abc import Iterator
from functools import partial

from argosy.compiler.checks.faults import Fault, application_findings
from argosy.compiler.checks.kind_scopes import is_namespaced
from argosy.compiler.checks.object_faults import ObjectFault, object_findings
from argosy.compiler.checks.subject import Deployed, Subject
from argosy.compiler.project_rules import (
    Target,
    Verdict,
    forbidden_sources,
    judge_destination,
    judge_object,
    target_of,
)
from argosy.generators.world import ClusterSecret
from argosy.schemas.finding import Finding, Related, Severity
from argosy.schemas.knowledge import Known
from argosy.schemas.model.application import Application
from argosy.schemas.model.appproject import AppProject
from argosy.schemas.wording import nearest

__all__ = ["check"]

_DESTINATION = ("spec", "destination")

Clusters = tuple[ClusterSecret, ...] | None
"""The registered clusters, `None` where they are not known."""


def check(subject: Subject) -> Iterator[Finding]:
    """What a project forbids, projects that do not exist, and a note for those that are not known."""
    answer = subject.world.clusters()
    clusters = answer.value if isinstance(answer, Known) else None
    yield from application_findings(subject, partial(_faults, subject, clusters))
    yield from object_findings(_forbidden_objects(subject, clusters))


def _faults(subject: Subject, clusters: Clusters, application: Application) -> Iterator[Fault]:
    project = subject.projects.get(application.project)
    if project is None:
        yield from _missing(subject, application)
        return
    yield from _sources(project, application)
    yield from _destination(project, application, clusters)
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
    written = application.written_sources
    for index in forbidden_sources(project, [source.repo_url for _, source in written]):
        place, source = written[index]
        yield Fault(
            "forbidden-source",
            Severity.ERROR,
            (*place, "repoURL"),
            f"project `{project.name}` does not permit the repository {source.repo_url}",
            hint="add it to `spec.sourceRepos` of the project, or use a permitted one",
        )


def _target(application: Application, namespace: str, clusters: Clusters) -> Target:
    destination = application.destination
    return target_of(destination.server, destination.name, namespace, clusters)


def _destination(project: AppProject, application: Application, clusters: Clusters) -> Iterator[Fault]:
    destination = application.destination
    verdict = judge_destination(project, _target(application, destination.namespace, clusters))
    if verdict is Verdict.DESTINATION:
        yield Fault(
            "forbidden-destination",
            Severity.ERROR,
            _DESTINATION,
            f"project `{project.name}` does not permit the destination {destination}",
            hint="add it to `spec.destinations` of the project, or choose a permitted one",
        )
    elif verdict is Verdict.CLUSTER:
        yield Fault(
            "forbidden-destination",
            Severity.ERROR,
            _DESTINATION,
            f"project `{project.name}` permits only clusters that are registered for it, "
            f"and {destination.name or destination.server} is not",
            hint="set `project` in the Secret of the cluster, or choose one of the project's clusters",
        )
    elif verdict is Verdict.UNKNOWN:
        yield Fault(
            "not-checked",
            Severity.NOTE,
            _DESTINATION,
            f"not checked whether project `{project.name}` permits the destination {destination}: "
            "its rules ask for more than this of the cluster",
            hint="give the cluster Secrets with --clusters",
        )


def _missing(subject: Subject, application: Application) -> Iterator[Fault]:
    """A project that is known not to exist, or that is not among these files."""
    name = application.project
    if name == "default":
        return
    if isinstance(subject.world.projects(), Known):
        message, hint = f"there is no project `{name}`", _other_project(name, subject)
        yield Fault("missing-project", Severity.ERROR, ("spec", "project"), message, hint=hint)


def _other_project(name: str, subject: Subject) -> str:
    near = nearest(name, subject.projects)
    return f"did you mean `{near}`?" if near else "add an AppProject of this name, or name another"


def _forbidden_objects(subject: Subject, clusters: Clusters) -> Iterator[ObjectFault]:
    for each in subject.deployed:
        project = subject.projects.get(each.application.project)
        namespaced = is_namespaced(each.value)
        if project is None or namespaced is None:
            continue
        namespace = str(each.metadata.get("namespace") or each.application.destination.namespace)
        target = _target(each.application, namespace, clusters)
        verdict = judge_object(project, target, each.group, each.kind, each.name, namespaced=namespaced)
        if verdict is Verdict.KIND:
            yield _forbidden_kind(each, project, namespaced)
        elif verdict is Verdict.DESTINATION and namespace != each.application.destination.namespace:
            # Of the Application's own namespace it is said at the Application.
            yield ObjectFault(
                each,
                "forbidden-destination",
                Severity.ERROR,
                f": project `{project.name}` does not permit the namespace {namespace} of "
                f"{each.application.destination.name or each.application.destination.server}",
                each.position(("metadata", "namespace")),
                hint="add it to `spec.destinations` of the project, or leave the namespace out",
                related=_deployed_by(each),
            )


def _forbidden_kind(each: Deployed, project: AppProject, namespaced: bool) -> ObjectFault:
    field = "namespaceResourceWhitelist" if namespaced else "clusterResourceWhitelist"
    kind = f"{each.kind} of group `{each.group}`" if each.group else f"{each.kind} of the core group"
    return ObjectFault(
        each,
        "forbidden-kind",
        Severity.ERROR,
        f": project `{project.name}` does not permit the kind {kind}",
        each.position(("kind",)),
        hint=f"add it to `spec.{field}` of the project (and see its deny lists), or take it out",
        related=_deployed_by(each),
    )


def _deployed_by(each: Deployed) -> tuple[Related, ...]:
    if each.manifest.document is None:
        return ()  # of what is rendered the whole way is told
    application = each.application
    return (Related(f"deployed by Application `{application.name}`", application.origin.position),)
