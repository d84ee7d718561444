"""The StatefulSet controller: numbered pods, in order, with claims of their own; updated from the last on."""

from argosy.sandbox.simulation.claims import CLAIMS
from argosy.sandbox.simulation.controller import Workshop, is_going, is_ready, template_hash
from argosy.sandbox.simulation.pods import PODS, pod_of
from argosy.sandbox.store import Key, Object, ResourceKey

__all__ = ["STATEFUL_SETS", "StatefulSetController"]

STATEFUL_SETS: ResourceKey = ("apps", "statefulsets")
_REVISION = "controller-revision-hash"


class StatefulSetController:
    """Looks after StatefulSets."""

    resources = (STATEFUL_SETS,)

    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop

    def reconcile(self, key: Key, obj: Object) -> None:
        spec = obj["spec"]
        wanted = spec.get("replicas", 1)
        shown = min(wanted, self._workshop.settings.most_pods)
        revision = f"{obj['metadata']['name']}-{template_hash(spec['template'])}"
        pods = {_ordinal(pod): pod for pod in self._workshop.claimed(obj, PODS)}
        for ordinal in sorted(pods, reverse=True):
            if ordinal >= shown:
                self._workshop.delete(pods.pop(ordinal), PODS)
        ordered = spec.get("podManagementPolicy") != "Parallel"
        for ordinal in range(shown):
            if ordinal not in pods:
                pod = self._create_pod(key, obj, ordinal, revision)
                if pod is None:  # the one before it is on its way out; its end wakes this controller
                    break
                pods[ordinal] = pod
            if ordered and not is_ready(pods[ordinal]):
                break
        self._update_one(spec, pods, shown, revision)
        self._report(key, obj, revision, wanted, shown)

    def _create_pod(self, key: Key, obj: Object, ordinal: int, revision: str) -> Object | None:
        set_name, namespace = obj["metadata"]["name"], obj["metadata"]["namespace"]
        name = f"{set_name}-{ordinal}"
        if self._workshop.find((PODS, (namespace, name))) is not None:
            return None
        labels = {
            _REVISION: revision,
            "apps.kubernetes.io/pod-index": str(ordinal),
            "statefulset.kubernetes.io/pod-name": name,
        }
        volumes = []
        for template in obj["spec"].get("volumeClaimTemplates") or ():
            claim = f"{template['metadata']['name']}-{name}"
            metadata = {**template["metadata"], "name": claim, "namespace": namespace}
            self._workshop.create(CLAIMS, {"metadata": metadata, "spec": template["spec"]})
            volumes.append(
                {"name": template["metadata"]["name"], "persistentVolumeClaim": {"claimName": claim}}
            )
        pod = pod_of(obj, name, labels)
        if volumes:
            pod["spec"] = {**pod["spec"], "volumes": [*pod["spec"].get("volumes", ()), *volumes]}
        return self._workshop.create(PODS, pod, obj)

    def _update_one(self, spec: Object, pods: dict[int, Object], shown: int, revision: str) -> None:
        """Replaces the last pod of an older revision once all the others serve."""
        strategy = spec.get("updateStrategy") or {}
        if strategy.get("type") == "OnDelete" or len(pods) < shown:
            return
        partition = (strategy.get("rollingUpdate") or {}).get("partition", 0)
        for ordinal in range(shown - 1, partition - 1, -1):
            if pods[ordinal]["metadata"]["labels"].get(_REVISION) != revision:
                self._workshop.delete(pods[ordinal], PODS)
                return
            if not is_ready(pods[ordinal]):
                return

    def _report(self, key: Key, obj: Object, revision: str, wanted: int, shown: int) -> None:
        pods = [pod for pod in self._workshop.owned(obj, PODS) if not is_going(pod)]
        updated = sum(pod["metadata"]["labels"].get(_REVISION) == revision for pod in pods)
        ready = sum(is_ready(pod) for pod in pods)
        hidden = wanted - shown
        if ready == shown:
            ready += hidden
        if updated == shown:
            updated += hidden
        before = (obj.get("status") or {}).get("currentRevision") or revision
        current = revision if updated == wanted and ready == wanted else before
        status: Object = {
            "observedGeneration": obj["metadata"]["generation"],
            "replicas": len(pods) + hidden,
            "readyReplicas": ready,
            "availableReplicas": ready,
            "currentReplicas": updated if current == revision else wanted - updated,
            "updatedReplicas": updated,
            "currentRevision": current,
            "updateRevision": revision,
            "collisionCount": 0,
        }
        kept = {"observedGeneration", "replicas", "availableReplicas", "collisionCount"}
        self._workshop.set_status(
            key, {name: value for name, value in status.items() if value or name in kept}
        )


def _ordinal(pod: Object) -> int:
    tail = pod["metadata"]["name"].rpartition("-")[2]
    return int(tail) if tail.isdigit() else -1
