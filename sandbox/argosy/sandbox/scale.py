"""The scale subresource: an autoscaling/v1 Scale as a view of an object's replicas."""

from collections.abc import Mapping
from typing import Any

from argosy.sandbox.errors import Cause, bad_request, invalid
from argosy.sandbox.resource_types import ObjectType
from argosy.sandbox.store import Object

__all__ = ["scale_of", "scaled"]

_BUILT_IN = {
    "specReplicasPath": ".spec.replicas",
    "statusReplicasPath": ".status.replicas",
    "labelSelectorPath": "",
}


def scale_of(kind: ObjectType, obj: Object) -> Object:
    """The Scale of an object."""
    paths = _paths(kind)
    metadata = {
        key: obj["metadata"][key]
        for key in ("name", "namespace", "uid", "resourceVersion", "creationTimestamp")
        if key in obj["metadata"]
    }
    status: Object = {"replicas": _at(obj, paths["statusReplicasPath"]) or 0}
    if selector := _selector(kind, obj, paths):
        status["selector"] = selector
    replicas = _at(obj, paths["specReplicasPath"])
    return {
        "kind": "Scale",
        "apiVersion": "autoscaling/v1",
        "metadata": metadata,
        "spec": {} if not replicas else {"replicas": replicas},
        "status": status,
    }


def scaled(kind: ObjectType, obj: Object, scale: Mapping[str, Any]) -> Object:
    """The object with the replicas of a Scale, at the Scale's resourceVersion. Raises `ApiError`
    (400, 422).
    """
    if not isinstance(scale, Mapping):
        raise bad_request(f"a Scale must be an object, found {type(scale).__name__}")
    for part in ("metadata", "spec"):
        if not isinstance(scale.get(part) or {}, Mapping):
            raise bad_request(f"{part} of a Scale must be an object, found {type(scale[part]).__name__}")
    replicas = (scale.get("spec") or {}).get("replicas", 0)
    if not isinstance(replicas, int) or isinstance(replicas, bool):
        raise bad_request(f"spec.replicas of a Scale must be a whole number, found {replicas!r}")
    if replicas < 0:
        message = f"Invalid value: {replicas}: must be greater than or equal to 0"
        name = obj["metadata"]["name"]
        raise invalid("autoscaling", "Scale", name, [Cause("FieldValueInvalid", message, "spec.replicas")])
    path = _paths(kind)["specReplicasPath"].strip(".").split(".")
    changed = _with(obj, path, replicas)
    metadata = {**obj["metadata"]}
    if version := (scale.get("metadata") or {}).get("resourceVersion"):
        metadata["resourceVersion"] = version
    return {**changed, "metadata": metadata}


def _paths(kind: ObjectType) -> dict[str, str]:
    custom = kind.custom.scale if kind.custom else None
    return {**_BUILT_IN, **custom} if custom else _BUILT_IN


def _at(obj: Object, path: str) -> Any:
    node: Any = obj
    for key in path.strip(".").split("."):
        if not isinstance(node, dict) or key not in node:
            return None
        node = node[key]
    return node


def _with(obj: Object, path: list[str], value: object) -> Object:
    head, *rest = path
    return {**obj, head: _with(obj.get(head) or {}, rest, value) if rest else value}


def _selector(kind: ObjectType, obj: Object, paths: dict[str, str]) -> str:
    if kind.custom:
        found = _at(obj, paths["labelSelectorPath"]) if paths["labelSelectorPath"] else None
        return str(found or "")
    labels = _at(obj, ".spec.selector.matchLabels") or _at(obj, ".spec.selector") or {}
    return ",".join(f"{key}={value}" for key, value in sorted(labels.items()) if isinstance(value, str))
