"""The controllers that a bare API server lacks: workloads become ready, fail or wait, as `outcomes` says.

Writes statuses only, as `kube-controller-manager`, some time after a workload's specification changed.
ReplicaSets and Pods of a workload are not made as objects.
"""

from collections.abc import Callable, Mapping
from typing import Any

from argosy.sandbox.deletion import Deleter
from argosy.sandbox.outcomes import Fate, Outcome, WorkloadSettings
from argosy.sandbox.resource_types import ObjectType
from argosy.sandbox.state import ClusterState
from argosy.sandbox.store import Event, EventType, Object, ObjectKey, ResourceKey
from argosy.sandbox.writing import Writer

__all__ = ["Simulation"]

_MANAGER = "kube-controller-manager"

Status = dict[str, Any]


class Simulation:
    """Watches a cluster's workloads and writes their statuses."""

    def __init__(
        self, state: ClusterState, writer: Writer, deleter: Deleter, settings: WorkloadSettings
    ) -> None:
        self._state = state
        self._writer = writer
        self._settings = settings
        self._seen: dict[tuple[ResourceKey, ObjectKey], tuple[str, int]] = {}
        state.store.observe(self._on_event)

    def _on_event(self, event: Event) -> None:
        begin = _BEGIN.get(event.resource)
        if begin is None:
            return
        place = (event.resource, event.key)
        if event.type is EventType.DELETED:
            self._seen.pop(place, None)
            return
        metadata = event.stored.object["metadata"]
        present = (metadata["uid"], int(metadata.get("generation") or 0))
        if self._seen.get(place) == present:
            return
        self._seen[place] = present
        fate = self._settings.fate_of(event.stored.object)
        self._later(self._settings.react_after, place, present, begin)
        if fate.outcome is not Outcome.NEVER:
            end = _END[event.resource]
            self._later(fate.after, place, present, lambda obj, now: end(obj, now, fate))

    def _later(
        self,
        seconds: float,
        place: tuple[ResourceKey, ObjectKey],
        present: tuple[str, int],
        status_of: Callable[[Object, str], Status],
    ) -> None:
        resource, key = place

        def change(live: Object) -> Object | None:
            metadata = live["metadata"]
            now_present = (metadata["uid"], int(metadata.get("generation") or 0))
            if now_present != present or "deletionTimestamp" in metadata:
                return None
            return {**live, "status": status_of(live, self._state.now())}

        def work() -> None:
            kind: ObjectType | None = self._state.registry.stored_as(resource)
            if kind is not None:
                self._writer.change(kind, key, change, manager=_MANAGER, subresource="status")

        self._state.timers.later(seconds, work)


def _condition(obj: Object, now: str, kind: str, status: str, reason: str, message: str) -> dict[str, Any]:
    """A condition of today, which keeps its transition time where the status stays."""
    before = _conditions(obj).get(kind, {})
    kept = before.get("lastTransitionTime", now) if before.get("status") == status else now
    return {
        "type": kind,
        "status": status,
        "reason": reason,
        "message": message,
        "lastTransitionTime": kept,
        "lastUpdateTime": now,
    }


def _conditions(obj: Object) -> dict[str, Mapping[str, Any]]:
    return {item["type"]: item for item in (obj.get("status") or {}).get("conditions") or ()}


def _replicas(obj: Object) -> int:
    wanted = obj["spec"].get("replicas")
    return 1 if wanted is None else int(wanted)


def _begin_deployment(obj: Object, now: str) -> Status:
    """The rollout has begun: old pods still serve, none of the new ones is ready."""
    name, wanted = obj["metadata"]["name"], _replicas(obj)
    before = obj.get("status") or {}
    available = min(int(before.get("availableReplicas") or 0), wanted)
    serves = available >= max(wanted - max(wanted // 4, 0), 1) or wanted == 0
    return {
        "observedGeneration": obj["metadata"]["generation"],
        "replicas": wanted,
        "updatedReplicas": 0,
        "readyReplicas": available,
        "availableReplicas": available,
        "unavailableReplicas": wanted - available,
        "conditions": [
            _condition(
                obj,
                now,
                "Available",
                "True" if serves else "False",
                "MinimumReplicasAvailable" if serves else "MinimumReplicasUnavailable",
                f"Deployment {'has' if serves else 'does not have'} minimum availability.",
            ),
            _condition(
                obj,
                now,
                "Progressing",
                "True",
                "ReplicaSetUpdated",
                f'ReplicaSet of "{name}" is progressing.',
            ),
        ],
    }


def _end_deployment(obj: Object, now: str, fate: Fate) -> Status:
    name, wanted = obj["metadata"]["name"], _replicas(obj)
    if fate.outcome is Outcome.READY:
        return {
            "observedGeneration": obj["metadata"]["generation"],
            "replicas": wanted,
            "updatedReplicas": wanted,
            "readyReplicas": wanted,
            "availableReplicas": wanted,
            "conditions": [
                _condition(
                    obj,
                    now,
                    "Available",
                    "True",
                    "MinimumReplicasAvailable",
                    "Deployment has minimum availability.",
                ),
                _condition(
                    obj,
                    now,
                    "Progressing",
                    "True",
                    "NewReplicaSetAvailable",
                    f'ReplicaSet of "{name}" has successfully progressed.',
                ),
            ],
        }
    status = _begin_deployment(obj, now)
    status["updatedReplicas"] = wanted
    if fate.outcome is Outcome.FAIL:
        status["conditions"][1] = _condition(
            obj,
            now,
            "Progressing",
            "False",
            "ProgressDeadlineExceeded",
            f'ReplicaSet of "{name}" has timed out progressing.',
        )
    return status


def _begin_set(obj: Object, now: str) -> Status:
    before = obj.get("status") or {}
    wanted = _replicas(obj)
    return {
        **before,
        "observedGeneration": obj["metadata"]["generation"],
        "replicas": wanted,
        "updatedReplicas": 0,
        "readyReplicas": min(int(before.get("readyReplicas") or 0), wanted),
        "currentRevision": before.get("currentRevision", f"{obj['metadata']['name']}-0"),
        "updateRevision": f"{obj['metadata']['name']}-{obj['metadata']['generation']}",
    }


def _end_set(obj: Object, now: str, fate: Fate) -> Status:
    status = _begin_set(obj, now)
    if fate.outcome is Outcome.READY:
        wanted = _replicas(obj)
        status |= {
            "currentReplicas": wanted,
            "updatedReplicas": wanted,
            "readyReplicas": wanted,
            "availableReplicas": wanted,
            "currentRevision": status["updateRevision"],
        }
    return status


def _begin_daemon_set(obj: Object, now: str) -> Status:
    before = obj.get("status") or {}
    return {
        "observedGeneration": obj["metadata"]["generation"],
        "desiredNumberScheduled": 1,
        "currentNumberScheduled": 1,
        "updatedNumberScheduled": 0,
        "numberMisscheduled": 0,
        "numberReady": int(before.get("numberReady") or 0),
        "numberAvailable": int(before.get("numberAvailable") or 0),
    }


def _end_daemon_set(obj: Object, now: str, fate: Fate) -> Status:
    status = _begin_daemon_set(obj, now)
    if fate.outcome is Outcome.READY:
        status |= {"updatedNumberScheduled": 1, "numberReady": 1, "numberAvailable": 1}
    return status


def _begin_job(obj: Object, now: str) -> Status:
    return {"startTime": now, "active": 1, "ready": 0}


def _end_job(obj: Object, now: str, fate: Fate) -> Status:
    start = (obj.get("status") or {}).get("startTime", now)
    if fate.outcome is Outcome.READY:
        reached = "Reached expected number of succeeded pods"
        return {
            "startTime": start,
            "completionTime": now,
            "succeeded": int(obj["spec"].get("completions") or 1),
            "ready": 0,
            "conditions": [
                _job_condition(now, "SuccessCriteriaMet", "CompletionsReached", reached),
                _job_condition(now, "Complete", "CompletionsReached", reached),
            ],
        }
    message = "Job has reached the specified backoff limit"
    return {
        "startTime": start,
        "failed": 1,
        "ready": 0,
        "conditions": [
            _job_condition(now, "FailureTarget", "BackoffLimitExceeded", message),
            _job_condition(now, "Failed", "BackoffLimitExceeded", message),
        ],
    }


def _job_condition(now: str, kind: str, reason: str, message: str) -> dict[str, Any]:
    return {
        "type": kind,
        "status": "True",
        "reason": reason,
        "message": message,
        "lastProbeTime": now,
        "lastTransitionTime": now,
    }


_BEGIN: Mapping[ResourceKey, Callable[[Object, str], Status]] = {
    ("apps", "deployments"): _begin_deployment,
    ("apps", "statefulsets"): _begin_set,
    ("apps", "daemonsets"): _begin_daemon_set,
    ("batch", "jobs"): _begin_job,
}
_END: Mapping[ResourceKey, Callable[[Object, str, Fate], Status]] = {
    ("apps", "deployments"): _end_deployment,
    ("apps", "statefulsets"): _end_set,
    ("apps", "daemonsets"): _end_daemon_set,
    ("batch", "jobs"): _end_job,
}
