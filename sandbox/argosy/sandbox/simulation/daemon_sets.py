"""The DaemonSet controller: one pod on the one node."""

from argosy.sandbox.simulation.controller import Workshop, is_ready, template_hash
from argosy.sandbox.simulation.pods import PODS, pod_of
from argosy.sandbox.store import Key, Object, ResourceKey

__all__ = ["DAEMON_SETS", "DaemonSetController"]

DAEMON_SETS: ResourceKey = ("apps", "daemonsets")
_REVISION = "controller-revision-hash"


class DaemonSetController:
    """Looks after DaemonSets; node selectors and taints are not looked at."""

    resources = (DAEMON_SETS,)

    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop

    def reconcile(self, key: Key, obj: Object) -> None:
        revision = template_hash(obj["spec"]["template"])
        pods = self._workshop.claimed(obj, PODS)
        rolling = (obj["spec"].get("updateStrategy") or {}).get("type") != "OnDelete"
        for pod in pods:
            if rolling and pod["metadata"]["labels"].get(_REVISION) != revision:
                self._workshop.delete(pod, PODS)
        if not self._workshop.owned(obj, PODS):
            name = f"{obj['metadata']['name'][:57]}-{self._workshop.state.name_suffix()}"
            self._workshop.create(PODS, pod_of(obj, name, {_REVISION: revision}), obj)
        pods = self._workshop.owned(obj, PODS)
        updated = sum(pod["metadata"]["labels"].get(_REVISION) == revision for pod in pods)
        ready = sum(is_ready(pod) for pod in pods)
        status: Object = {
            "observedGeneration": obj["metadata"]["generation"],
            "currentNumberScheduled": len(pods),
            "desiredNumberScheduled": 1,
            "numberMisscheduled": 0,
            "numberReady": ready,
        }
        if updated:
            status["updatedNumberScheduled"] = updated
        status |= {"numberAvailable": ready} if ready else {"numberUnavailable": 1}
        self._workshop.set_status(key, status)
