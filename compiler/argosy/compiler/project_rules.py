"""What an AppProject forbids, decided in one place for checks before the commit and for the reconciler. Pure.

Says what is forbidden; how that is worded is the callers' business.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from argosy.generators.world import IN_CLUSTER_NAME, IN_CLUSTER_SERVER, ClusterSecret
from argosy.schemas.model.appproject import AppProject

__all__ = ["Target", "Verdict", "forbidden_sources", "judge_destination", "judge_object", "target_of"]

_ANYTHING = "a name or server that no pattern but a wildcard means"
"""Stands for the half of a cluster's identity that is not known."""


class Verdict(StrEnum):
    """How a project judges. `UNKNOWN`: it depends on clusters that are not known here."""

    PERMITTED = "permitted"
    DESTINATION = "the destination is not permitted"
    CLUSTER = "the cluster is not registered for the project"
    KIND = "the kind is not permitted"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Target:
    """A destination with all that is known of its cluster; an empty server or name is not known.

    `project` is the one that the cluster is registered for, empty for none, `None` where that is not known.
    """

    server: str
    name: str
    namespace: str
    project: str | None = None


def target_of(
    server: str, name: str, namespace: str, clusters: Sequence[ClusterSecret] | None = None
) -> Target:
    """A destination as written, with what the registered clusters, where they are known, tell of it."""
    server = server.rstrip("/")
    for cluster in clusters or ():
        if (server and cluster.server.rstrip("/") == server) or (name and cluster.name == name):
            return Target(cluster.server.rstrip("/"), cluster.name, namespace, cluster.project)
    if server == IN_CLUSTER_SERVER or name == IN_CLUSTER_NAME:
        project = None if clusters is None else ""
        return Target(IN_CLUSTER_SERVER, IN_CLUSTER_NAME, namespace, project)
    return Target(server, name, namespace)


def forbidden_sources(project: AppProject, repositories: Sequence[str]) -> list[int]:
    """Which of the repositories may not be used, by their place."""
    return [index for index, url in enumerate(repositories) if url and not project.permits_source(url)]


def judge_destination(project: AppProject, target: Target) -> Verdict:
    """Whether Applications of the project may go there."""
    verdict = _judge_patterns(project, target)
    if verdict is not Verdict.PERMITTED or not project.only_project_scoped_clusters:
        return verdict
    if target.project is None:
        return Verdict.UNKNOWN
    return Verdict.PERMITTED if target.project == project.name else Verdict.CLUSTER


def judge_object(
    project: AppProject, target: Target, group: str, kind: str, name: str, *, namespaced: bool
) -> Verdict:
    """Whether an object of an Application may be deployed; `target` bears the object's own namespace."""
    if not project.permits_kind(group, kind, name, namespaced=namespaced):
        return Verdict.KIND
    return judge_destination(project, target) if namespaced else Verdict.PERMITTED


def _judge_patterns(project: AppProject, target: Target) -> Verdict:
    if target.server and target.name:
        permitted = project.permits_destination(target.server, target.name, target.namespace)
        return Verdict.PERMITTED if permitted else Verdict.DESTINATION
    permitted = project.permits_destination(
        target.server or _ANYTHING, target.name or _ANYTHING, target.namespace
    )
    # A pattern for the half that is not known could decide otherwise.
    unknown = [rule.name if target.server else rule.server for rule in project.destinations]
    denials = any(pattern.startswith("!") for pattern in unknown)
    if permitted:
        return Verdict.UNKNOWN if denials else Verdict.PERMITTED
    undecided = denials or any(pattern not in ("", "*") for pattern in unknown)
    return Verdict.UNKNOWN if undecided else Verdict.DESTINATION
