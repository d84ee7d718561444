"""The Deployment controller: rolls from ReplicaSet to ReplicaSet within maxSurge and maxUnavailable.

Follows `k8s.io/kubernetes/pkg/controller/deployment`, so that clients see what they would see: fewer
available replicas in between, a generation that is observed late, and a deadline for progress.
"""

import math
from dataclasses import dataclass
from datetime import datetime

from argosy.sandbox.outcomes import Outcome
from argosy.sandbox.simulation.controller import (
    Workshop,
    condition,
    conditions_of,
    count_or_share,
    template_hash,
)
from argosy.sandbox.simulation.replica_sets import REPLICA_SETS
from argosy.sandbox.store import Key, Object, ResourceKey, key_of

__all__ = ["DEPLOYMENTS", "DeploymentController"]

DEPLOYMENTS: ResourceKey = ("apps", "deployments")
_REVISION = "deployment.kubernetes.io/revision"
_HASH = "pod-template-hash"
_NOT_INHERITED = {"kubectl.kubernetes.io/last-applied-configuration", _REVISION}


@dataclass(frozen=True, slots=True)
class _Bounds:
    """How far a rollout may stray from the wanted count."""

    wanted: int
    surge: int
    unavailable: int


class DeploymentController:
    """Looks after Deployments."""

    resources = (DEPLOYMENTS,)

    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop

    def reconcile(self, key: Key, obj: Object) -> None:
        bounds = _bounds(obj["spec"])
        sets = self._workshop.claimed(obj, REPLICA_SETS)
        digest = template_hash(obj["spec"]["template"])
        new = next((item for item in sets if item["metadata"]["labels"].get(_HASH) == digest), None)
        old = [item for item in sets if item is not new]
        paused = bool(obj["spec"].get("paused"))
        if new is None and not paused:
            new = self._create_set(obj, digest, old, bounds)
        if new is not None:
            if paused:
                if not any(_spec_replicas(item) for item in old):
                    self._scale(new, bounds.wanted)
            elif obj["spec"]["strategy"]["type"] == "Recreate":
                self._recreate(new, old, bounds)
            else:
                self._roll(new, old, bounds)
        self._report(key, obj, digest, bounds)
        self._clean_up(obj, old)

    def _create_set(self, obj: Object, digest: str, old: list[Object], bounds: _Bounds) -> Object | None:
        metadata, spec = obj["metadata"], obj["spec"]
        annotations = {
            name: value
            for name, value in metadata.get("annotations", {}).items()
            if name not in _NOT_INHERITED
        }
        revision = 1 + max((_revision(item) for item in old), default=0)
        template = spec["template"]
        labels = {**(template["metadata"].get("labels") or {}), _HASH: digest}
        selector = dict(spec["selector"])
        selector["matchLabels"] = {**selector.get("matchLabels", {}), _HASH: digest}
        replicas = bounds.wanted
        if any(_spec_replicas(item) for item in old):
            replicas = 0  # an update begins from nothing; its first step is the rollout's
        body: Object = {
            "metadata": {
                "name": f"{metadata['name'][:52]}-{digest}",
                "namespace": metadata["namespace"],
                "labels": labels,
                "annotations": {**annotations, _REVISION: str(revision)},
            },
            "spec": {
                "replicas": replicas,
                "selector": selector,
                "template": {**template, "metadata": {**template["metadata"], "labels": labels}},
            },
        }
        return self._workshop.create(REPLICA_SETS, body, obj)

    def _recreate(self, new: Object, old: list[Object], bounds: _Bounds) -> None:
        for item in old:
            self._scale(item, 0)
        if not any(_count(item, "replicas") for item in old):
            self._scale(new, bounds.wanted)

    def _roll(self, new: Object, old: list[Object], bounds: _Bounds) -> None:
        """One step: up by what the surge allows, then down by what is not needed to stay available."""
        old_total = sum(_spec_replicas(item) for item in old)
        present = _spec_replicas(new)
        room = bounds.wanted + bounds.surge - present - old_total
        target = bounds.wanted if not old_total else min(bounds.wanted, present + max(room, 0))
        self._scale(new, target)
        if not old_total:
            return
        least = bounds.wanted - bounds.unavailable
        new_unavailable = max(target - _count(new, "availableReplicas"), 0)
        may_go = old_total + target - least - new_unavailable
        available = sum(_count(item, "availableReplicas") for item in (new, *old))
        for item in old:
            size = _spec_replicas(item)
            broken = min(max(size - _count(item, "availableReplicas"), 0), max(may_go, 0))
            healthy = min(size - broken, max(available - least, 0), max(may_go - broken, 0))
            available -= healthy
            may_go -= broken + healthy
            self._scale(item, size - broken - healthy)

    def _scale(self, item: Object, replicas: int) -> None:
        if _spec_replicas(item) == replicas:
            return
        key: Key = (REPLICA_SETS, key_of(item))
        self._workshop.change(key, lambda live: {**live, "spec": {**live["spec"], "replicas": replicas}})

    def _report(self, key: Key, obj: Object, digest: str, bounds: _Bounds) -> None:
        sets = self._workshop.owned(obj, REPLICA_SETS)
        new = next((item for item in sets if item["metadata"]["labels"].get(_HASH) == digest), None)
        available = sum(_count(item, "availableReplicas") for item in sets)
        status: Object = {
            "observedGeneration": obj["metadata"]["generation"],
            "replicas": sum(_count(item, "replicas") for item in sets),
            "updatedReplicas": 0 if new is None else _count(new, "replicas"),
            "readyReplicas": sum(_count(item, "readyReplicas") for item in sets),
            "availableReplicas": available,
            "unavailableReplicas": max(sum(_spec_replicas(item) for item in sets) - available, 0),
        }
        status = {name: count for name, count in status.items() if count}
        now = self._workshop.state.now()
        serves = available >= bounds.wanted - bounds.unavailable
        status["conditions"] = [
            condition(
                obj,
                now,
                "Available",
                serves,
                "MinimumReplicasAvailable" if serves else "MinimumReplicasUnavailable",
                f"Deployment {'has' if serves else 'does not have'} minimum availability.",
                stamp="lastUpdateTime",
            )
        ]
        if progress := self._progress(key, obj, new, status, bounds, now):
            status["conditions"].append(progress)
        annotations = {} if new is None else {_REVISION: str(_revision(new))}
        self._workshop.set_status(key, status, annotations)

    def _progress(
        self, key: Key, obj: Object, new: Object | None, status: Object, bounds: _Bounds, now: str
    ) -> Object | None:
        """The condition Progressing, whose update time moves whenever the rollout got on."""
        before = conditions_of(obj).get("Progressing", {})
        if new is None or obj["spec"].get("paused"):
            return (
                condition(obj, now, "Progressing", True, "DeploymentPaused", "Deployment is paused")
                if new
                else None
            )
        name = new["metadata"]["name"]
        counts = [status.get(field, 0) for field in ("updatedReplicas", "replicas", "availableReplicas")]
        if all(count == bounds.wanted for count in counts):
            text = f'ReplicaSet "{name}" has successfully progressed.'
            return condition(
                obj, now, "Progressing", True, "NewReplicaSetAvailable", text, stamp="lastUpdateTime"
            )
        text = f'ReplicaSet "{name}" is progressing.'
        old = obj.get("status") or {}
        moved = any(
            old.get(field, 0) != status.get(field, 0)
            for field in ("observedGeneration", "updatedReplicas", "readyReplicas", "availableReplicas")
        )
        found = condition(obj, now, "Progressing", True, "ReplicaSetUpdated", text)
        since = now if moved or "lastUpdateTime" not in before else before["lastUpdateTime"]
        if self._has_given_up(key, obj, since, moved=moved):
            text = f'ReplicaSet "{name}" has timed out progressing.'
            found = condition(obj, now, "Progressing", False, "ProgressDeadlineExceeded", text)
        return {**found, "lastUpdateTime": since}

    def _has_given_up(self, key: Key, obj: Object, since: str, *, moved: bool) -> bool:
        """Whether there was no progress for too long. A workload that is to fail does so in its own time."""
        fate = self._workshop.settings.fate_of(obj)
        deadline = float(obj["spec"].get("progressDeadlineSeconds", 600))
        if fate.outcome is Outcome.FAIL:
            deadline = min(fate.after, deadline)
        if moved:
            self._workshop.later(deadline + 1.0, key)  # timestamps are cut to whole seconds
        waited = self._workshop.state.clock.now() - datetime.fromisoformat(since)
        return waited.total_seconds() >= deadline and not (moved and deadline > 0)

    def _clean_up(self, obj: Object, old: list[Object]) -> None:
        """Forgets old ReplicaSets beyond the limit of the history."""
        idle = sorted(
            (item for item in old if not _spec_replicas(item) and not _count(item, "replicas")), key=_revision
        )
        limit = obj["spec"].get("revisionHistoryLimit", 10)
        for item in idle[: max(len(idle) - limit, 0)]:
            self._workshop.delete(item, REPLICA_SETS)


def _spec_replicas(item: Object) -> int:
    return int(item["spec"].get("replicas", 1))


def _count(item: Object, field: str) -> int:
    return int((item.get("status") or {}).get(field, 0))


def _revision(item: Object) -> int:
    text = str(item["metadata"].get("annotations", {}).get(_REVISION, "0"))
    return int(text) if text.isdigit() else 0


def _bounds(spec: Object) -> _Bounds:
    """Resolves percentages: the surge rounds up, the unavailable down; one of them is at least 1."""
    wanted = int(spec.get("replicas", 1))
    rolling = spec.get("strategy", {}).get("rollingUpdate") or {}
    surge = count_or_share(rolling.get("maxSurge", 0), wanted)
    unavailable = count_or_share(rolling.get("maxUnavailable", 0), wanted, math.floor)
    if not surge and not unavailable:
        unavailable = 1
    return _Bounds(wanted, surge, min(unavailable, wanted))
