"""Volumes: every claim is bound to a volume made for it, after a moment."""

from argosy.sandbox.simulation.controller import Workshop
from argosy.sandbox.store import Key, Object, ResourceKey

__all__ = ["CLAIMS", "ClaimController"]

CLAIMS: ResourceKey = ("", "persistentvolumeclaims")
_VOLUMES: ResourceKey = ("", "persistentvolumes")


class ClaimController:
    """A provisioner with endless room."""

    resources = (CLAIMS,)

    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop

    def reconcile(self, key: Key, obj: Object) -> None:
        spec = obj["spec"]
        requested = (spec.get("resources") or {}).get("requests") or {}
        capacity = {"storage": requested.get("storage", "1Gi")}
        bound = {"phase": "Bound", "accessModes": spec.get("accessModes", []), "capacity": capacity}
        if spec.get("volumeName") and (obj.get("status") or {}).get("phase") == "Bound":
            self._workshop.set_status(key, {**obj["status"], **bound})
            return
        volume = spec.get("volumeName") or f"pvc-{obj['metadata']['uid']}"
        self._provide(volume, obj, capacity)
        self._workshop.bind(key, lambda live: {**live, "spec": {**live["spec"], "volumeName": volume}})
        self._workshop.set_status(key, bound)

    def _provide(self, name: str, claim: Object, capacity: dict[str, str]) -> None:
        reference = {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "namespace": claim["metadata"]["namespace"],
            "name": claim["metadata"]["name"],
            "uid": claim["metadata"]["uid"],
        }
        spec: Object = {
            "capacity": capacity,
            "accessModes": claim["spec"].get("accessModes", []),
            "persistentVolumeReclaimPolicy": "Delete",
            "claimRef": reference,
            "hostPath": {"path": f"/var/lib/sandbox/{name}"},
        }
        if claim["spec"].get("storageClassName"):
            spec["storageClassName"] = claim["spec"]["storageClassName"]
        self._workshop.create(_VOLUMES, {"metadata": {"name": name}, "spec": spec}, None)
        self._workshop.set_status((_VOLUMES, ("", name)), {"phase": "Bound"})
