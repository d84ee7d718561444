"""Scheduler and kubelet: pods get a node, then become ready, crash, wait for an image or wait for ever."""

from datetime import datetime
from typing import Any

from argosy.sandbox.outcomes import Fate, Outcome
from argosy.sandbox.simulation.controller import (
    Workshop,
    condition,
    conditions_of,
    controller_reference,
    is_ready,
)
from argosy.sandbox.simulation.nodes import NODE
from argosy.sandbox.store import Key, Object, ResourceKey, key_of

__all__ = ["PODS", "PodController", "pod_of"]

PODS: ResourceKey = ("", "pods")
_BUDGETS: ResourceKey = ("policy", "poddisruptionbudgets")


def pod_of(owner: Object, name: str, labels: dict[str, str] | None = None) -> Object:
    """The pod that a workload's template describes, under a name and with further labels."""
    template = owner["spec"]["template"]
    described = template.get("metadata") or {}
    metadata: Object = {
        "name": name,
        "namespace": owner["metadata"]["namespace"],
        "ownerReferences": [controller_reference(owner)],
        "labels": {**(described.get("labels") or {}), **(labels or {})},
    }
    if described.get("annotations"):
        metadata["annotations"] = described["annotations"]
    return {"metadata": metadata, "spec": {**template["spec"], "nodeName": NODE}}


class PodController:
    """Brings each pod to its fate. Pods of Jobs end; that is the Job controller's part."""

    resources = (PODS,)

    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop

    def reconcile(self, key: Key, obj: Object) -> None:
        status = obj.get("status") or {}
        if status.get("phase") in {"Succeeded", "Failed"} or is_ready(obj):
            return
        fate = self._workshop.fate_of(obj)
        now = self._workshop.state.now()
        if fate.outcome is Outcome.NEVER:
            self._workshop.set_status(key, _unscheduled(obj, now))
            return
        if not obj["spec"].get("nodeName"):
            self._workshop.bind(key, lambda live: {**live, "spec": {**live["spec"], "nodeName": NODE}})
            return
        if not status.get("startTime"):
            self._workshop.set_status(key, _starting(obj, now))
            self._workshop.later(fate.after, key)
            return
        if _owned_by_job(obj) or self._seconds_since(status["startTime"]) < fate.after:
            return
        self._workshop.set_status(key, _fated(obj, now, fate, self._workshop.state.pod_address))
        for budget in self._workshop.state.store.items(_BUDGETS, key[1][0]):
            self._workshop.wake((_BUDGETS, key_of(budget.object)))

    def _seconds_since(self, timestamp: str) -> float:
        # The start is written in whole seconds: half of one may have passed before it.
        return (self._workshop.state.clock.now() - datetime.fromisoformat(timestamp)).total_seconds() + 0.001


def _owned_by_job(pod: Object) -> bool:
    return any(item["kind"] == "Job" for item in pod["metadata"].get("ownerReferences") or ())


def _unscheduled(pod: Object, now: str) -> Object:
    message = "0/1 nodes are available: the sandbox was told that this pod never runs."
    return {
        "phase": "Pending",
        "conditions": [condition(pod, now, "PodScheduled", False, "Unschedulable", message)],
    }


def _containers(pod: Object, state: Object, *, ready: bool, restarts: int = 0) -> list[Object]:
    return [
        {
            "name": container["name"],
            "image": container["image"],
            "imageID": f"sandbox/{container['image']}" if "waiting" not in state else "",
            "ready": ready,
            "started": ready,
            "restartCount": restarts,
            "state": state,
        }
        for container in pod["spec"]["containers"]
    ]


def _conditions(pod: Object, now: str, *, ready: bool) -> list[dict[str, Any]]:
    names = ", ".join(container["name"] for container in pod["spec"]["containers"])
    reason, message = (
        ("", "") if ready else ("ContainersNotReady", f"containers with unready status: [{names}]")
    )
    found = [
        condition(pod, now, "PodScheduled", True, ""),
        condition(pod, now, "Initialized", True, ""),
        condition(pod, now, "ContainersReady", ready, reason, message),
        condition(pod, now, "Ready", ready, reason, message),
    ]
    return [{key: value for key, value in item.items() if value != ""} for item in found]


def _starting(pod: Object, now: str) -> Object:
    return {
        "phase": "Pending",
        "hostIP": "127.0.0.1",
        "startTime": now,
        "conditions": _conditions(pod, now, ready=False),
        "containerStatuses": _containers(pod, {"waiting": {"reason": "ContainerCreating"}}, ready=False),
    }


def _fated(pod: Object, now: str, fate: Fate, new_address: Any) -> Object:
    status = pod["status"]
    if fate.outcome is Outcome.READY:
        address = new_address()
        return {
            **status,
            "phase": "Running",
            "podIP": address,
            "podIPs": [{"ip": address}],
            "conditions": _conditions(pod, now, ready=True),
            "containerStatuses": _containers(pod, {"running": {"startedAt": now}}, ready=True),
        }
    if fate.outcome is Outcome.IMAGE:
        image = pod["spec"]["containers"][0]["image"]
        waiting = {"reason": "ImagePullBackOff", "message": f'Back-off pulling image "{image}"'}
        phase, restarts = "Pending", 0
    else:
        name = pod["spec"]["containers"][0]["name"]
        waiting = {
            "reason": "CrashLoopBackOff",
            "message": f"back-off 5m0s restarting failed container={name} pod={pod['metadata']['name']}",
        }
        phase, restarts = "Running", 5
    return {
        **status,
        "phase": phase,
        "conditions": list(
            conditions_of({"status": {"conditions": _conditions(pod, now, ready=False)}}).values()
        ),
        "containerStatuses": _containers(pod, {"waiting": waiting}, ready=False, restarts=restarts),
    }
