"""What AppProjects permit, as conditions with Argo CD's words. Asks the cache of the management cluster
only."""

from collections.abc import Iterable

from argosy.clusters.discovery import Discovery
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
        return [Condition(_INVALID, f"Application referencing project {spec.project} which does not exist")]
    problems = [
        f"application repo {source['repoURL']} is not permitted in project '{spec.project}'"
        for source in spec.sources
        if not project.permits_source(str(source["repoURL"]))
    ]
    server, name = world.identity_of(spec.destination)
    if not project.permits_destination(server, name, spec.destination.namespace):
        problems.append(
            f"application destination server '{server or name}' and namespace '{spec.destination.namespace}' "
            f"do not match any of the allowed destinations in project '{spec.project}'"
        )
    return [Condition(_INVALID, problem) for problem in problems]


def check_objects(
    world: Surroundings, spec: ApplicationSpec, objects: Iterable[DesiredObject], discovery: Discovery
) -> list[Condition]:
    """Which objects the project does not permit, before any of them is applied."""
    project = project_of(world, spec)
    if project is None:
        return [Condition(_INVALID, f"Application referencing project {spec.project} which does not exist")]
    server, name = world.identity_of(spec.destination)
    problems = []
    for item in objects:
        key = item.key
        served = discovery.find_kind(key.group, key.kind)
        namespaced = served.namespaced if served else bool(key.namespace)
        if not project.permits_kind(key.group, key.kind, key.name, namespaced=namespaced):
            problems.append(
                f"resource {key.group}:{key.kind} is not permitted in project {spec.project}: {key}"
            )
        elif namespaced and not project.permits_destination(server, name, key.namespace):
            problems.append(f"namespace {key.namespace} is not permitted in project '{spec.project}': {key}")
    return [Condition(_INVALID, problem) for problem in problems]
