"""Roles, bindings and service accounts (`k8s.io/kubernetes/pkg/apis/rbac`)."""

from argosy.sandbox.decoding import TypeDefault
from argosy.sandbox.field_errors import Problems, at
from argosy.sandbox.kinds.rules import KindRules
from argosy.sandbox.metadata import NameRule
from argosy.sandbox.schema import Object

__all__ = ["DEFAULTS", "RULES"]

_RBAC = "io.k8s.api.rbac.v1."
_GROUP = "rbac.authorization.k8s.io"


def _default_binding(binding: Object) -> None:
    if not binding["roleRef"].get("apiGroup"):
        binding["roleRef"]["apiGroup"] = _GROUP


def _default_subject(subject: Object) -> None:
    if subject.get("kind") in ("User", "Group"):
        subject.setdefault("apiGroup", _GROUP)


DEFAULTS: dict[str, TypeDefault] = {
    _RBAC + "RoleBinding": _default_binding,
    _RBAC + "ClusterRoleBinding": _default_binding,
    _RBAC + "Subject": _default_subject,
}


def _validate_rules(role: Object, namespaced: bool, problems: Problems) -> None:
    for index, rule in enumerate(role.get("rules") or ()):
        path = at("rules", index)
        if not rule.get("verbs"):
            problems.required(at(path, "verbs"))
        if rule.get("nonResourceURLs"):
            if namespaced:
                text = "namespaced rules cannot apply to non-resource URLs"
                problems.invalid(at(path, "nonResourceURLs"), rule["nonResourceURLs"], text)
            if rule.get("apiGroups") or rule.get("resources") or rule.get("resourceNames"):
                text = "rules cannot apply to both regular resources and non-resource URLs"
                problems.invalid(at(path, "nonResourceURLs"), rule["nonResourceURLs"], text)
            continue
        if not rule.get("apiGroups"):
            problems.required(at(path, "apiGroups"), "resource rules must supply at least one api group")
        if not rule.get("resources"):
            problems.required(at(path, "resources"), "resource rules must supply at least one resource")


def _validate_role(role: Object, problems: Problems) -> None:
    _validate_rules(role, True, problems)


def _validate_cluster_role(role: Object, problems: Problems) -> None:
    _validate_rules(role, False, problems)


def _validate_binding(binding: Object, problems: Problems) -> None:
    kinds = ("ClusterRole", "Role") if binding["kind"] == "RoleBinding" else ("ClusterRole",)
    reference = binding["roleRef"]
    if reference.get("apiGroup") != _GROUP:
        problems.unsupported("roleRef.apiGroup", reference.get("apiGroup"), (_GROUP,))
    if reference.get("kind") not in kinds:
        problems.unsupported("roleRef.kind", reference.get("kind"), kinds)
    if not reference.get("name"):
        problems.required("roleRef.name")
    for index, subject in enumerate(binding.get("subjects") or ()):
        _validate_subject(subject, at("subjects", index), binding["kind"] == "RoleBinding", problems)


def _validate_subject(subject: Object, path: str, namespaced: bool, problems: Problems) -> None:
    if not subject.get("name"):
        problems.required(at(path, "name"))
    match subject.get("kind"):
        case "ServiceAccount":
            if subject.get("apiGroup"):
                problems.unsupported(at(path, "apiGroup"), subject["apiGroup"], ("",))
            if not namespaced and not subject.get("namespace"):
                problems.required(at(path, "namespace"))
        case "User" | "Group":
            if subject.get("apiGroup") != _GROUP:
                problems.unsupported(at(path, "apiGroup"), subject.get("apiGroup"), (_GROUP,))
        case other:
            problems.unsupported(at(path, "kind"), other, ("ServiceAccount", "User", "Group"))


def _validate_binding_change(new: Object, old: Object, problems: Problems) -> None:
    reference = new["roleRef"]
    if reference != old["roleRef"]:
        shown = {
            "APIGroup": reference["apiGroup"],
            "Kind": reference.get("kind", ""),
            "Name": reference.get("name", ""),
        }
        problems.invalid("roleRef", shown, "field is immutable")


_PATH = NameRule.PATH_SEGMENT
RULES = {
    (_GROUP, "Role"): KindRules(name=_PATH, validate=_validate_role),
    (_GROUP, "ClusterRole"): KindRules(name=_PATH, validate=_validate_cluster_role),
    (_GROUP, "RoleBinding"): KindRules(
        name=_PATH, validate=_validate_binding, validate_update=_validate_binding_change
    ),
    (_GROUP, "ClusterRoleBinding"): KindRules(
        name=_PATH, validate=_validate_binding, validate_update=_validate_binding_change
    ),
    ("", "ServiceAccount"): KindRules(),
}
