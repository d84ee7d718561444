"""Whether an Application's destination names one cluster, and whether that cluster exists."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from argosy.generators.world import IN_CLUSTER_NAME, IN_CLUSTER_SERVER, ClusterSecret
from argosy.schemas.position import Path
from argosy.schemas.wording import nearest

__all__ = ["DestinationProblem", "destination_problem"]

_SHOWN = 5


class DestinationProblem(NamedTuple):
    """What is wrong with a destination, at a field of the Application."""

    message: str
    path: Path = ("spec", "destination")
    hint: str = ""


def destination_problem(
    destination: Mapping[str, object], clusters: tuple[ClusterSecret, ...] | None
) -> DestinationProblem | None:
    """What is wrong, or `None`. With `clusters` the destination must also be one of them.

    As Argo CD's `GetDestinationCluster`.
    """
    name, server = str(destination.get("name") or ""), str(destination.get("server") or "")
    if name and server:
        return DestinationProblem(
            f"the destination has both `name` ({name}) and `server` ({server}); keep one"
        )
    if not name and not server:
        return DestinationProblem("the destination has neither `server` nor `name`")
    if clusters is None:
        return None
    if server and server not in {IN_CLUSTER_SERVER, *(cluster.server for cluster in clusters)}:
        return _unknown("server", server, (each.server for each in clusters))
    if name:
        found = {cluster.server for cluster in clusters if cluster.name == name}
        if name == IN_CLUSTER_NAME and not found:
            return None
        if not found:
            return _unknown("name", name, (each.name for each in clusters))
        if len(found) > 1:
            return DestinationProblem(
                f"{len(found)} registered clusters have the name {name}",
                ("spec", "destination", "name"),
                "name the cluster by its `server`",
            )
    return None


def _unknown(field: str, written: str, registered: Iterable[str]) -> DestinationProblem:
    known = sorted(filter(None, registered))
    if near := nearest(written, known):
        hint = f"did you mean `{near}`?"
    else:
        more = f" and {len(known) - _SHOWN} more" if len(known) > _SHOWN else ""
        hint = f"registered: {', '.join(known[:_SHOWN]) or 'none'}{more}"
    message = f"no registered cluster has the {field} {written}"
    return DestinationProblem(message, ("spec", "destination", field), hint)
