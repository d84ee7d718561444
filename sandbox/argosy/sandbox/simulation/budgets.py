"""HorizontalPodAutoscalers and PodDisruptionBudgets: their statuses, so that they count as healthy."""

from argosy.sandbox.selectors import selector_matches
from argosy.sandbox.simulation.controller import Workshop, condition, count_or_share, is_ready
from argosy.sandbox.simulation.pods import PODS
from argosy.sandbox.store import Key, Object, ResourceKey

__all__ = ["AutoscalerController", "BudgetController"]

_TARGETS: dict[str, ResourceKey] = {
    "Deployment": ("apps", "deployments"),
    "ReplicaSet": ("apps", "replicasets"),
    "StatefulSet": ("apps", "statefulsets"),
}


class AutoscalerController:
    """Finds the target and leaves its size alone: there are no metrics in a sandbox."""

    resources = (("autoscaling", "horizontalpodautoscalers"),)

    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop

    def reconcile(self, key: Key, obj: Object) -> None:
        reference = obj["spec"]["scaleTargetRef"]
        place = _TARGETS.get(reference["kind"])
        target = None if place is None else self._workshop.find((place, (key[1][0], reference["name"])))
        now = self._workshop.state.now()
        if target is None:
            text = f"unable to get the target's current scale: {reference['name']} not found"
            missing = condition(obj, now, "AbleToScale", False, "FailedGetScale", text)
            self._workshop.set_status(
                key, {"currentReplicas": 0, "desiredReplicas": 0, "conditions": [missing]}
            )
            self._workshop.later(15.0, key)
            return
        replicas = target["spec"].get("replicas", 1)
        conditions = [
            condition(
                obj, now, "AbleToScale", True, "ReadyForNewScale", "recommended size matches current size"
            ),
            condition(obj, now, "ScalingActive", True, "ValidMetricFound", "the sandbox has no metrics"),
            condition(
                obj, now, "ScalingLimited", False, "DesiredWithinRange", "the desired count is acceptable"
            ),
        ]
        status = {"currentReplicas": replicas, "desiredReplicas": replicas, "conditions": conditions}
        self._workshop.set_status(key, status)


class BudgetController:
    """Counts the pods that a budget selects, when it changes or a pod got where it was going."""

    resources = (("policy", "poddisruptionbudgets"),)

    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop

    def reconcile(self, key: Key, obj: Object) -> None:
        pods = [
            stored.object
            for stored in self._workshop.state.store.items(PODS, key[1][0])
            if selector_matches(obj["spec"].get("selector"), stored.object["metadata"].get("labels") or {})
        ]
        healthy = sum(is_ready(pod) for pod in pods)
        needed = _needed(obj["spec"], len(pods))
        allowed = max(healthy - needed, 0)
        reason = "SufficientPods" if allowed else "InsufficientPods"
        now = self._workshop.state.now()
        found = {
            **condition(obj, now, "DisruptionAllowed", bool(allowed), reason),
            "observedGeneration": obj["metadata"]["generation"],
        }
        self._workshop.set_status(
            key,
            {
                "observedGeneration": obj["metadata"]["generation"],
                "currentHealthy": healthy,
                "desiredHealthy": needed,
                "disruptionsAllowed": allowed,
                "expectedPods": len(pods),
                "conditions": [found],
            },
        )


def _needed(spec: Object, pods: int) -> int:
    least, most = spec.get("minAvailable"), spec.get("maxUnavailable")
    if least is not None:
        return count_or_share(least, pods)
    return max(pods - count_or_share(most, pods), 0) if most is not None else max(pods - 1, 0)
