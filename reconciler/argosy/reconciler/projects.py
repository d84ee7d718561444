"""What AppProjects permit, as conditions with Argo CD's words. Asks the cache of the management cluster
only."""

from collections.abc import Iterable
from dataclasses import replace

from argosy.clusters.discovery import Discovery
from argosy.compiler.project_rules import (
    Target,
    Verdict,
    forbidden_sources,
    judge_destination,
    judge_object,
    target_of,
)
from argosy.reconciler.desired import DesiredObject
from argosy.reconciler.installation import ARGO_GROUP
from argosy.reconciler.report import Condition
from argosy.reconciler.resource import ResourceKey
from argosy.reconciler.specification import ApplicationSpec
from argosy.reconciler.surroundings import Surroundings
from argosy.schemas.model.appproject import AppProject

__all__ = ["check_objects", "check_project", "project_of"]

_INVALID = "InvalidSpecError"


def project_of(world: Surroundings, spec: ApplicationSpec) -> AppProject | None:
    """The Application's project, `None` where there is no such."""
    key = ResourceKey(ARGO_GROUP, "AppProject", world.installation.namespace, spec.project)
    manifest = world.management.get(key)
    return AppProject(manifest) if manifest is not None else None


def check_project(world: Surroundings, spec: ApplicationSpec) -> list[Condition]:
    """What of the specification the project does not permit."""
    project = project_of(world, spec)
    if project is None:
        return [_missing(spec)]
    namespace, urls = spec.key.namespace, [str(source["repoURL"]) for source in spec.sources]
    problems = []
    if not project.permits_application_namespace(namespace, world.installation.namespace):
        problems.append(
            f"application '{spec.name}' in namespace '{namespace}' is not permitted to use project "
            f"'{spec.project}'"
        )
    problems += [
        f"application repo {urls[index]} is not permitted in project '{spec.project}'; "
        "add it to spec.sourceRepos of the project, or use another project"
        for index in forbidden_sources(project, urls)
    ]
    target = _target(world, spec, spec.destination.namespace)
    verdict = judge_destination(project, target)
    if verdict is Verdict.CLUSTER:
        problems.append(
            f"cluster {target.name or target.server} is not registered for project '{spec.project}', "
            "which permits only its own clusters"
        )
    elif verdict is Verdict.DESTINATION:  # a cluster that is not registered is another problem
        problems.append(
            f"application destination server '{target.server or target.name}' and namespace "
            f"'{target.namespace}' do not match any of the allowed destinations in project '{spec.project}'; "
            "add the pair to spec.destinations of the project, or choose a permitted one"
        )
    return [Condition(_INVALID, problem) for problem in problems]


def check_objects(
    world: Surroundings, spec: ApplicationSpec, objects: Iterable[DesiredObject], discovery: Discovery
) -> list[Condition]:
    """Which objects the project does not permit, before any of them is applied."""
    project = project_of(world, spec)
    if project is None:
        return [_missing(spec)]
    target = _target(world, spec, spec.destination.namespace)
    problems = []
    for item in objects:
        key = item.key
        served = discovery.find_kind(key.group, key.kind)
        namespaced = served.namespaced if served else bool(key.namespace)
        place = replace(target, namespace=key.namespace)
        verdict = judge_object(project, place, key.group, key.kind, key.name, namespaced=namespaced)
        if verdict is Verdict.KIND:
            problems.append(
                f"resource {key.group}:{key.kind} is not permitted in project {spec.project}: {key}"
            )
        elif verdict is not Verdict.PERMITTED:
            problems.append(f"namespace {key.namespace} is not permitted in project '{spec.project}': {key}")
    return [Condition(_INVALID, problem) for problem in problems]


def _target(world: Surroundings, spec: ApplicationSpec, namespace: str) -> Target:
    return target_of(spec.destination.server, spec.destination.name, namespace, world.clusters())


def _missing(spec: ApplicationSpec) -> Condition:
    return Condition(
        _INVALID,
        f"Application referencing project {spec.project} which does not exist; create the AppProject "
        f"{spec.project} in the Applications' namespace, or name another one in spec.project",
    )
