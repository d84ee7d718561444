"""Load balancers and ingress controllers: Services of type LoadBalancer and Ingresses get an address."""

from argosy.sandbox.simulation.controller import Workshop
from argosy.sandbox.store import Key, Object, ResourceKey

__all__ = ["AddressController"]

_SERVICES: ResourceKey = ("", "services")
_INGRESSES: ResourceKey = ("networking.k8s.io", "ingresses")


class AddressController:
    """Gives addresses from a range that is reserved for documentation (RFC 5737)."""

    resources = (_SERVICES, _INGRESSES)

    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop
        self._asked: dict[str, float] = {}

    def reconcile(self, key: Key, obj: Object) -> None:
        wanted = key[0] == _INGRESSES or obj["spec"].get("type") == "LoadBalancer"
        status = obj.get("status") or {}
        given = (status.get("loadBalancer") or {}).get("ingress")
        if not wanted:
            if given:
                self._workshop.set_status(key, {**status, "loadBalancer": {}})
            return
        if given:
            return
        uid = obj["metadata"]["uid"]
        now = self._workshop.state.clock.now().timestamp()
        ready_after = self._workshop.settings.ready_after
        begun = self._asked.setdefault(uid, now)
        if now - begun < ready_after:
            self._workshop.later(ready_after - (now - begun), key)
            return
        del self._asked[uid]
        entry = {"ip": self._workshop.state.external_address()}
        if key[0] == _SERVICES:
            entry["ipMode"] = "VIP"
        self._workshop.set_status(key, {**status, "loadBalancer": {"ingress": [entry]}})
