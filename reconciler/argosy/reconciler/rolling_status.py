"""How far a set's RollingSync is, written as Argo CD's controller writes it. Pure.

Of each Application one of Waiting, Pending, Progressing and Healthy, by what the gates say of it; an instant
moves only where that word changes.
"""

from collections.abc import Mapping
from typing import Any

from argosy.compiler.checks.rolling_sync import member_findings, strategy_findings
from argosy.compiler.rollout import NodeKey, RolloutGraph
from argosy.reconciler.gates import Gates
from argosy.reconciler.node_state import Waits
from argosy.reconciler.resource import KubernetesObject, labels_of, name_of
from argosy.schemas.finding import Severity
from argosy.schemas.model.applicationset import ApplicationSet

__all__ = ["application_status", "invalid_rollout", "progressing_step"]

_HEALTHY = "Healthy"
_IN_NO_STEP = -1

Entry = dict[str, Any]


def application_status(
    before: Mapping[str, Any],
    members: Mapping[NodeKey, KubernetesObject],
    graph: RolloutGraph,
    gates: Gates,
    now: str,
) -> list[Entry]:
    """The `applicationStatus` of a set with these Applications, by name."""
    known = {str(item.get("application")): item for item in before.get("applicationStatus") or ()}
    return [
        _entry(known.get(key.name) or {}, key, live, graph, gates, now)
        for key, live in sorted(members.items())
    ]


def progressing_step(entries: list[Entry]) -> int | None:
    """The first step, from 1, in which something is not healthy at its target; `None` where all is done."""
    unfinished = [int(item["step"]) for item in entries if item["status"] != _HEALTHY]
    return min((step for step in unfinished if step != _IN_NO_STEP), default=None)


def invalid_rollout(applicationset: ApplicationSet, members: Mapping[NodeKey, KubernetesObject]) -> str:
    """What is wrong with the steps; empty where nothing is."""
    labels = {name_of(live): labels_of(live) for live in members.values()}
    found = [*strategy_findings(applicationset), *member_findings(applicationset, labels)]
    return "; ".join(item.message for item in found if item.severity is not Severity.NOTE)


def _entry(
    known: Mapping[str, Any],
    key: NodeKey,
    live: KubernetesObject,
    graph: RolloutGraph,
    gates: Gates,
    now: str,
) -> Entry:
    place = graph.place(key)
    step = _IN_NO_STEP if place is None or place.step is None else place.step + 1
    status, message = _progress(key, gates)
    same = known.get("status") == status
    return {
        "application": key.name,
        "lastTransitionTime": known.get("lastTransitionTime", now) if same else now,
        "message": message,
        "status": status,
        "step": str(step),
        "targetRevisions": _revisions(live),
    }


def _progress(key: NodeKey, gates: Gates) -> tuple[str, str]:
    if gates.settled(key) is None:
        return _HEALTHY, "Application resource became Healthy, updating status from Progressing to Healthy"
    state = gates.current(key)
    if isinstance(state, Waits):
        return "Waiting", state.reason
    if state.begun:
        return (
            "Progressing",
            "Application resource became Progressing, updating status from Pending to Progressing",
        )
    held = gates.may_roll(key)
    if held is None:
        text = (
            "Application moved to Pending status, watching for the Application resource to start Progressing"
        )
        return "Pending", text
    # Whom it waits for changes often; that a person has to do something is worth telling.
    return "Waiting", str(
        held
    ) if held.person else "Application has pending changes, setting status to Waiting"


def _revisions(live: KubernetesObject) -> list[str]:
    sync = (live.get("status") or {}).get("sync") or {}
    several = sync.get("revisions")
    return list(several) if several else [sync["revision"]] if sync.get("revision") else []
