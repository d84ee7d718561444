"""Services: a union of types with fields that infer and allocate each other.

`k8s.io/kubernetes/pkg/apis/core/v1/defaults.go`, `pkg/registry/core/service/{strategy,storage}`.
"""

from collections.abc import Callable
from typing import Any

from argosy.sandbox.decoding import TypeDefault
from argosy.sandbox.field_errors import Problems, at
from argosy.sandbox.kinds.rules import Allocation, KindRules
from argosy.sandbox.metadata import NameRule, label_problem, validate_labels
from argosy.sandbox.schema import Object

__all__ = ["DEFAULTS", "RULES"]

_EXTERNAL = ("NodePort", "LoadBalancer")
_WITH_CLUSTER_IP = ("ClusterIP", *_EXTERNAL)


def _default_spec(spec: Object) -> None:
    spec.setdefault("sessionAffinity", "None")
    if spec["sessionAffinity"] == "None":
        spec.pop("sessionAffinityConfig", None)
    elif spec["sessionAffinity"] == "ClientIP":
        config = spec.get("sessionAffinityConfig") or {}
        if "timeoutSeconds" not in (config.get("clientIP") or {}):
            spec["sessionAffinityConfig"] = {"clientIP": {"timeoutSeconds": 10800}}
    spec.setdefault("type", "ClusterIP")
    for port in spec.get("ports", ()):
        port.setdefault("protocol", "TCP")
        if port.get("targetPort") in (None, 0, ""):
            port["targetPort"] = port["port"]
    if spec["type"] in _EXTERNAL or spec.get("externalIPs"):
        spec.setdefault("externalTrafficPolicy", "Cluster")
    if spec["type"] in _WITH_CLUSTER_IP:
        spec.setdefault("internalTrafficPolicy", "Cluster")
    if spec["type"] == "LoadBalancer":
        spec.setdefault("allocateLoadBalancerNodePorts", True)


def _default_service(service: Object) -> None:
    if service["spec"]["type"] == "LoadBalancer":
        for ingress in service["status"]["loadBalancer"].get("ingress", ()):
            if ingress.get("ip"):
                ingress.setdefault("ipMode", "VIP")


DEFAULTS: dict[str, TypeDefault] = {
    "io.k8s.api.core.v1.Service": _default_service,
    "io.k8s.api.core.v1.ServiceSpec": _default_spec,
}


def _needs_node_ports(spec: Object) -> bool:
    if spec["type"] == "LoadBalancer":
        return bool(spec.get("allocateLoadBalancerNodePorts", True))
    return bool(spec["type"] == "NodePort")


def _allocate(service: Object, allocation: Allocation) -> None:
    """Addresses and ports, once the rest is known to be right (`storage.Allocators`)."""
    spec = service["spec"]
    if spec["type"] != "ExternalName":
        if not spec.get("clusterIP"):
            spec["clusterIP"] = (spec.get("clusterIPs") or [allocation.allocate_cluster_ip()])[0]
        spec.setdefault("clusterIPs", [spec["clusterIP"]])
        if spec["clusterIP"] == "None" and not spec.get("selector"):
            # Nobody knows the families of a service without selector: any will do.
            spec.setdefault("ipFamilyPolicy", "RequireDualStack")
            spec.setdefault("ipFamilies", ["IPv4", "IPv6"])
        spec.setdefault("ipFamilyPolicy", "SingleStack")
        spec.setdefault("ipFamilies", ["IPv6" if ":" in spec["clusterIP"] else "IPv4"])
    if _needs_node_ports(spec):
        for port in spec.get("ports", ()):
            if not port.get("nodePort"):
                port["nodePort"] = allocation.allocate_node_port()
    if _needs_health_check_port(spec) and not spec.get("healthCheckNodePort"):
        spec["healthCheckNodePort"] = allocation.allocate_node_port()


def _needs_health_check_port(spec: Object) -> bool:
    return bool(spec["type"] == "LoadBalancer" and spec.get("externalTrafficPolicy") == "Local")


def _prepare_update(new: Object, old: Object, allocation: Allocation) -> None:
    _drop_fields_of_the_old_type(new["spec"], old["spec"])
    _carry_allocated_values(new["spec"], old["spec"])
    if new["spec"]["type"] != "LoadBalancer":
        new["status"] = {"loadBalancer": {}}
    _allocate(new, allocation)


def _same(name: str, new: Object, old: Object) -> bool:
    return bool(new.get(name) == old.get(name))


def _drop_fields_of_the_old_type(new: Object, old: Object) -> None:
    """Untouched fields that make no sense for the new type (`dropTypeDependentFields`)."""
    if old["type"] != "ExternalName" and new["type"] == "ExternalName":
        if _same("clusterIP", new, old) and _same("clusterIPs", new, old):
            new.pop("clusterIP", None)
            new.pop("clusterIPs", None)
        for name in ("ipFamilies", "ipFamilyPolicy"):
            if _same(name, new, old):
                new.pop(name, None)
    if _needs_node_ports(old) and not _needs_node_ports(new) and _node_ports(new) <= _node_ports(old):
        for port in new.get("ports", ()):
            port.pop("nodePort", None)
    checked = _needs_health_check_port(old) and not _needs_health_check_port(new)
    if checked and _same("healthCheckNodePort", new, old):
        new.pop("healthCheckNodePort", None)
    if old["type"] == "LoadBalancer" and new["type"] != "LoadBalancer":
        for name in ("allocateLoadBalancerNodePorts", "loadBalancerClass"):
            if _same(name, new, old):
                new.pop(name, None)
    if old["type"] in _EXTERNAL and new["type"] not in _EXTERNAL and _same("externalTrafficPolicy", new, old):
        new.pop("externalTrafficPolicy", None)


def _node_ports(spec: Object) -> set[int]:
    return {port["nodePort"] for port in spec.get("ports", ()) if port.get("nodePort")}


def _carry_allocated_values(new: Object, old: Object) -> None:
    """What was allocated stays when the update does not mention it (`patchAllocatedValues`)."""
    if old["type"] != "ExternalName" and new["type"] != "ExternalName":
        if not new.get("clusterIP") and old.get("clusterIP"):
            new["clusterIP"] = old["clusterIP"]
        if (
            not new.get("clusterIPs")
            and new.get("clusterIP") == old.get("clusterIP")
            and old.get("clusterIPs")
        ):
            new["clusterIPs"] = list(old["clusterIPs"])
        for name in ("ipFamilies", "ipFamilyPolicy"):
            if name not in new and name in old:
                new[name] = old[name]
    if _needs_node_ports(old) and _needs_node_ports(new):
        known = {(port.get("protocol"), port["port"]): port.get("nodePort") for port in old.get("ports", ())}
        used = {port.get("nodePort") for port in new.get("ports", ())}
        for port in new.get("ports", ()):
            allocated = known.get((port.get("protocol"), port["port"]))
            if not port.get("nodePort") and allocated and allocated not in used:
                port["nodePort"] = allocated
                used.add(allocated)


def _validate(service: Object, problems: Problems) -> None:
    spec = service["spec"]
    kind = spec["type"]
    if not spec.get("ports") and kind != "ExternalName" and spec.get("clusterIP") != "None":
        problems.required("spec.ports")
    if kind == "ExternalName":
        if not spec.get("externalName"):
            problems.required("spec.externalName")
        if spec.get("clusterIP"):
            problems.forbidden("spec.clusterIPs", "may not be set for ExternalName services")
    _validate_ports(spec, problems)
    validate_labels(spec.get("selector"), "spec.selector", problems)
    if kind not in (*_WITH_CLUSTER_IP, "ExternalName"):
        problems.unsupported("spec.type", kind, ("ClusterIP", "ExternalName", "LoadBalancer", "NodePort"))
    affinity = spec["sessionAffinity"]
    if affinity not in ("ClientIP", "None"):
        problems.unsupported("spec.sessionAffinity", affinity, ("ClientIP", "None"))
    if kind == "LoadBalancer" and spec.get("clusterIP") == "None":
        problems.invalid("spec.clusterIPs[0]", "None", "may not be set to 'None' for LoadBalancer services")


def _validate_ports(spec: Object, problems: Problems) -> None:
    ports = spec.get("ports", ())
    names: set[str] = set()
    seen: list[Any] = []
    for index, port in enumerate(ports):
        path = at("spec.ports", index)
        name = port.get("name", "")
        if not name and len(ports) > 1:
            problems.required(at(path, "name"))
        elif name:
            for text in label_problem(name):
                problems.invalid(at(path, "name"), name, text)
            if name in names:
                problems.duplicate(at(path, "name"), name)
            names.add(name)
        for field, value in (("port", port["port"]), ("targetPort", port.get("targetPort"))):
            if isinstance(value, int) and not 0 < value < 65536:
                problems.invalid(at(path, field), value, "must be between 1 and 65535, inclusive")
        if port.get("protocol") not in ("SCTP", "TCP", "UDP"):
            problems.unsupported(at(path, "protocol"), port.get("protocol"), ("SCTP", "TCP", "UDP"))
        if port.get("nodePort") and spec["type"] not in _EXTERNAL:
            text = "may not be used when `type` is 'ClusterIP'"
            problems.forbidden(at(path, "nodePort"), text)
        key = {"protocol": port.get("protocol"), "port": port["port"]}
        if key in seen:
            problems.duplicate(path, key)
        seen.append(key)


def _validate_update(new: Object, old: Object, problems: Problems) -> None:
    before, after = old["spec"].get("clusterIP"), new["spec"].get("clusterIP")
    both = new["spec"]["type"] != "ExternalName" and old["spec"]["type"] != "ExternalName"
    if both and before and before != after:
        shown = new["spec"].get("clusterIPs") or ([after] if after else [])
        problems.invalid("spec.clusterIPs[0]", shown, "may not change once set")


_Prepare = Callable[[Object, Allocation], None]
_prepare_create: _Prepare = _allocate

RULES = {
    ("", "Service"): KindRules(
        name=NameRule.LABEL,
        prepare_create=_prepare_create,
        prepare_update=_prepare_update,
        validate=_validate,
        validate_update=_validate_update,
    )
}
