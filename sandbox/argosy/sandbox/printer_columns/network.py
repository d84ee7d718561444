"""Columns of what connects: services, endpoints, ingresses and policies."""

from datetime import datetime

from argosy.sandbox.printer_columns.column import (
    AGE,
    NAME,
    NONE,
    Column,
    at_most,
    dig,
    field,
    selector,
    selector_text,
    wide,
)
from argosy.sandbox.store import Object

__all__ = ["NETWORK_COLUMNS"]


def _balancers(obj: Object) -> list[str]:
    given = dig(obj, "status.loadBalancer.ingress", ())
    return [item.get("ip") or item.get("hostname", "") for item in given]


def _external_address(obj: Object, now: datetime) -> object:
    spec = obj.get("spec") or {}
    fixed = spec.get("externalIPs") or []
    if spec.get("type") == "ExternalName":
        return spec.get("externalName", NONE)
    if spec.get("type") == "LoadBalancer":
        return ",".join([*_balancers(obj), *fixed]) or "<pending>"
    return ",".join(fixed) or NONE


def _service_ports(obj: Object, now: datetime) -> object:
    ports = []
    for port in dig(obj, "spec.ports", ()):
        node = f":{port['nodePort']}" if port.get("nodePort") else ""
        ports.append(f"{port['port']}{node}/{port.get('protocol', 'TCP')}")
    return ",".join(ports) or NONE


def _endpoints(obj: Object, now: datetime) -> object:
    found: list[str] = []
    for subset in obj.get("subsets") or ():
        addresses = [item["ip"] for item in subset.get("addresses") or ()]
        ports = subset.get("ports") or ()
        found.extend(f"{address}:{port['port']}" for port in ports for address in addresses)
        if not ports:
            found.extend(addresses)
    return at_most(found, 3) or NONE


def _slice_ports(obj: Object, now: datetime) -> object:
    ports = obj.get("ports") or ()
    return at_most((str(port["port"]) if port.get("port") else "*" for port in ports), 3) or "<unset>"


def _slice_endpoints(obj: Object, now: datetime) -> object:
    addresses = [address for item in obj.get("endpoints") or () for address in item.get("addresses") or ()]
    return at_most(addresses, 3) or "<unset>"


def _ingress_hosts(obj: Object, now: datetime) -> object:
    return at_most((rule["host"] for rule in dig(obj, "spec.rules", ()) if rule.get("host")), 3) or "*"


def _class_parameters(obj: Object, now: datetime) -> object:
    found = dig(obj, "spec.parameters")
    if found is None:
        return NONE
    group = f".{found['apiGroup']}" if found.get("apiGroup") else ""
    return f"{found['kind']}{group}/{found['name']}"


def _parent(obj: Object, now: datetime) -> object:
    found = dig(obj, "spec.parentRef", {})
    parts = (found.get("group"), found.get("resource"), found.get("namespace"), found.get("name"))
    return "/".join(part for part in parts if part)


NETWORK_COLUMNS: dict[tuple[str, str], tuple[Column, ...]] = {
    ("", "Service"): (
        NAME,
        field("Type", "spec.type"),
        field("Cluster-IP", "spec.clusterIP"),
        Column("External-IP", _external_address),
        Column("Port(s)", _service_ports),
        AGE,
        *wide(selector()),
    ),
    ("", "Endpoints"): (NAME, Column("Endpoints", _endpoints), AGE),
    ("discovery.k8s.io", "EndpointSlice"): (
        NAME,
        field("AddressType", "addressType"),
        Column("Ports", _slice_ports),
        Column("Endpoints", _slice_endpoints),
        AGE,
    ),
    ("networking.k8s.io", "Ingress"): (
        NAME,
        field("Class", "spec.ingressClassName"),
        Column("Hosts", _ingress_hosts),
        Column("Address", lambda obj, now: ",".join(_balancers(obj))),
        Column("Ports", lambda obj, now: "80, 443" if dig(obj, "spec.tls") else "80"),
        AGE,
    ),
    ("networking.k8s.io", "IngressClass"): (
        NAME,
        field("Controller", "spec.controller", ""),
        Column("Parameters", _class_parameters),
        AGE,
    ),
    ("networking.k8s.io", "NetworkPolicy"): (
        NAME,
        Column("Pod-Selector", lambda obj, now: selector_text(dig(obj, "spec.podSelector", {}))),
        AGE,
    ),
    ("networking.k8s.io", "IPAddress"): (NAME, Column("ParentRef", _parent)),
    ("networking.k8s.io", "ServiceCIDR"): (
        NAME,
        Column("CIDRs", lambda obj, now: ",".join(dig(obj, "spec.cidrs", ()))),
        AGE,
    ),
}
