"""Whether an Application's destination names one cluster, and whether that cluster exists."""

from collections.abc import Mapping

from argosy.generators.world import IN_CLUSTER_NAME, IN_CLUSTER_SERVER, ClusterSecret

__all__ = ["destination_problem"]


def destination_problem(
    destination: Mapping[str, object], clusters: tuple[ClusterSecret, ...] | None
) -> str | None:
    """What is wrong, or `None`. With `clusters` the destination must also be one of them.

    As Argo CD's `GetDestinationCluster`.
    """
    name, server = destination.get("name") or "", destination.get("server") or ""
    if name and server:
        return f"the destination has both `name` ({name}) and `server` ({server}); keep one"
    if not name and not server:
        return "the destination has neither `server` nor `name`"
    if clusters is None:
        return None
    if server and server not in {IN_CLUSTER_SERVER, *(cluster.server for cluster in clusters)}:
        return f"no registered cluster has the server {server}"
    if name:
        found = {cluster.server for cluster in clusters if cluster.name == name}
        if name == IN_CLUSTER_NAME and not found:
            return None
        if not found:
            return f"no registered cluster has the name {name}"
        if len(found) > 1:
            return f"{len(found)} registered clusters have the name {name}"
    return None
