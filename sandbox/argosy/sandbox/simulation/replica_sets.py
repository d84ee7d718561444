"""The ReplicaSet controller: as many pods as are wanted, up to a bound on pods that exist as objects."""

from argosy.sandbox.simulation.controller import Workshop, is_ready
from argosy.sandbox.simulation.pods import PODS, pod_of
from argosy.sandbox.store import Key, Object, ResourceKey

__all__ = ["REPLICA_SETS", "ReplicaSetController"]

REPLICA_SETS: ResourceKey = ("apps", "replicasets")


class ReplicaSetController:
    """Creates and deletes pods, counts them in the status."""

    resources = (REPLICA_SETS,)

    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop

    def reconcile(self, key: Key, obj: Object) -> None:
        wanted = obj["spec"].get("replicas", 1)
        shown = min(wanted, self._workshop.settings.most_pods)
        pods = self._workshop.claimed(obj, PODS)
        for _ in range(shown - len(pods)):
            name = f"{obj['metadata']['name'][:57]}-{self._workshop.state.name_suffix()}"
            self._workshop.create(PODS, pod_of(obj, name), obj)
        surplus = len(pods) - shown
        if surplus > 0:
            pods.sort(key=is_ready)
            for pod in pods[:surplus]:
                self._workshop.delete(pod, PODS)
        pods = self._workshop.owned(obj, PODS)
        ready = sum(is_ready(pod) for pod in pods)
        if ready == shown:
            ready = wanted  # those beyond the bound fare as those that are shown
        status: Object = {"replicas": wanted, "observedGeneration": obj["metadata"]["generation"]}
        if wanted:
            status["fullyLabeledReplicas"] = wanted
        if ready:
            status |= {"readyReplicas": ready, "availableReplicas": ready}
        self._workshop.set_status(key, status)
