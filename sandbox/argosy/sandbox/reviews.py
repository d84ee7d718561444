"""Authentication and authorization reviews: the sandbox has one user, who may do everything."""

from argosy.sandbox.store import Object

__all__ = ["is_review", "review"]

_GROUPS = frozenset({"authorization.k8s.io", "authentication.k8s.io"})
_USER: Object = {"username": "sandbox-admin", "groups": ["system:masters", "system:authenticated"]}


def is_review(group: str) -> bool:
    """Whether a group has reviews only: created, answered, never stored."""
    return group in _GROUPS


def review(kind: str, api_version: str, body: Object) -> Object:
    """The body with the answer as its status."""
    status: Object
    if kind == "SelfSubjectRulesReview":
        resource_rule = {"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}
        rule = {"verbs": ["*"], "nonResourceURLs": ["*"]}
        status = {"resourceRules": [resource_rule], "nonResourceRules": [rule], "incomplete": False}
    elif kind == "TokenReview":
        status = {"authenticated": bool((body.get("spec") or {}).get("token")), "user": _USER}
    elif kind == "SelfSubjectReview":
        status = {"userInfo": _USER}
    else:
        status = {"allowed": True, "reason": "the sandbox allows everything"}
    return {"metadata": {}, **body, "kind": kind, "apiVersion": api_version, "status": status}
