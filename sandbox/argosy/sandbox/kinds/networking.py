"""Ingresses and NetworkPolicies (`k8s.io/kubernetes/pkg/apis/networking`)."""

from argosy.sandbox.decoding import TypeDefault
from argosy.sandbox.field_errors import Problems, at
from argosy.sandbox.kinds.label_selectors import validate_selector
from argosy.sandbox.kinds.rules import KindRules
from argosy.sandbox.metadata import subdomain_problem
from argosy.sandbox.schema import Object

__all__ = ["DEFAULTS", "RULES"]

_NETWORKING = "io.k8s.api.networking.v1."


def _default_policy(spec: Object) -> None:
    if not spec.get("policyTypes"):
        spec["policyTypes"] = ["Ingress", "Egress"] if spec.get("egress") else ["Ingress"]


DEFAULTS: dict[str, TypeDefault] = {
    _NETWORKING + "NetworkPolicySpec": _default_policy,
    _NETWORKING + "NetworkPolicyPort": lambda port: port.setdefault("protocol", "TCP") and None,
}


def _validate_policy(policy: Object, problems: Problems) -> None:
    spec = policy["spec"]
    validate_selector(spec.get("podSelector") or {}, "spec.podSelector", problems)
    for direction, peers in (("ingress", "from"), ("egress", "to")):
        for index, rule in enumerate(spec.get(direction) or ()):
            path = at("spec", direction, index)
            for number, peer in enumerate(rule.get(peers) or ()):
                _validate_peer(peer, at(path, peers, number), problems)
            for number, port in enumerate(rule.get("ports") or ()):
                if port.get("protocol") not in ("SCTP", "TCP", "UDP"):
                    where = at(path, "ports", number, "protocol")
                    problems.unsupported(where, port.get("protocol"), ("SCTP", "TCP", "UDP"))
    for index, kind in enumerate(spec.get("policyTypes") or ()):
        if kind not in ("Egress", "Ingress"):
            problems.unsupported(at("spec.policyTypes", index), kind, ("Ingress", "Egress"))


def _validate_peer(peer: Object, path: str, problems: Problems) -> None:
    if not peer:
        problems.required(path, "must specify a peer")
    elif "ipBlock" in peer and len(peer) > 1:
        problems.forbidden(path, "may not specify both ipBlock and another peer")
    for name in ("podSelector", "namespaceSelector"):
        if name in peer:
            validate_selector(peer[name], at(path, name), problems)


def _validate_ingress(ingress: Object, problems: Problems) -> None:
    spec = ingress["spec"]
    if not spec.get("rules") and not spec.get("defaultBackend"):
        problems.invalid("spec", spec.get("rules"), "either `defaultBackend` or `rules` must be specified")
    if spec.get("defaultBackend"):
        _validate_backend(spec["defaultBackend"], "spec.defaultBackend", problems)
    for index, rule in enumerate(spec.get("rules") or ()):
        path = at("spec.rules", index)
        host = rule.get("host", "")
        if host and not host.startswith("*."):
            for text in subdomain_problem(host):
                problems.invalid(at(path, "host"), host, text)
        if "http" in rule:
            _validate_paths(rule["http"].get("paths") or [], at(path, "http", "paths"), problems)


def _validate_paths(paths: list[Object], path: str, problems: Problems) -> None:
    if not paths:
        problems.required(path)
    for index, found in enumerate(paths):
        where = at(path, index)
        kind, route = found.get("pathType"), found.get("path", "")
        if kind is None:
            problems.required(at(where, "pathType"), "pathType must be specified")
        elif kind not in ("Exact", "ImplementationSpecific", "Prefix"):
            allowed = ("Exact", "ImplementationSpecific", "Prefix")
            problems.unsupported(at(where, "pathType"), kind, allowed)
        elif (kind != "ImplementationSpecific" or route) and not route.startswith("/"):
            problems.invalid(at(where, "path"), route, "must be an absolute path")
        _validate_backend(found.get("backend") or {}, at(where, "backend"), problems)


def _validate_backend(backend: Object, path: str, problems: Problems) -> None:
    service = backend.get("service")
    if service is None:
        if "resource" not in backend:
            problems.required(path, "resource or service backend is required")
        return
    if not service.get("name"):
        problems.required(at(path, "service", "name"))
    port = service.get("port") or {}
    if not port.get("name") and not port.get("number"):
        problems.required(path, "port name or number is required")


RULES = {
    ("networking.k8s.io", "Ingress"): KindRules(has_generation=True, validate=_validate_ingress),
    ("networking.k8s.io", "NetworkPolicy"): KindRules(has_generation=True, validate=_validate_policy),
    ("networking.k8s.io", "IngressClass"): KindRules(has_generation=True),
}
