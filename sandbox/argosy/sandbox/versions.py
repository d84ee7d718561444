"""One object under several API versions: shown and written in a version other than the one it is stored in.

Custom resources differ in nothing but `apiVersion` (conversion strategy None). Two built-in resources need
more: HorizontalPodAutoscalers (autoscaling v1, v2) and Events (core v1, events.k8s.io v1).
"""

from collections.abc import Callable
from typing import Any

from argosy.sandbox.resource_types import ObjectType
from argosy.sandbox.store import Object

__all__ = ["in_version"]


def in_version(obj: Object, kind: ObjectType) -> Object:
    """The object as the given version of its resource shows it; itself where it is in that version."""
    target = kind.resource.api_version
    source = obj.get("apiVersion")
    if source == target:
        return obj
    convert = _CONVERSIONS.get((str(source), target))
    return {**(convert(obj) if convert else obj), "apiVersion": target}


def _autoscaler_to_v1(obj: Object) -> Object:
    spec = dict(obj.get("spec") or {})
    for metric in spec.pop("metrics", None) or ():
        resource = metric.get("resource") or {}
        target = resource.get("target") or {}
        if (
            metric.get("type") == "Resource"
            and resource.get("name") == "cpu"
            and "averageUtilization" in target
        ):
            spec["targetCPUUtilizationPercentage"] = target["averageUtilization"]
    spec.pop("behavior", None)
    status = {
        key: value
        for key, value in (obj.get("status") or {}).items()
        if key in {"observedGeneration", "lastScaleTime", "currentReplicas", "desiredReplicas"}
    }
    return {**obj, "spec": spec, "status": {"currentReplicas": 0, "desiredReplicas": 0, **status}}


def _autoscaler_to_v2(obj: Object) -> Object:
    spec = dict(obj.get("spec") or {})
    percentage = spec.pop("targetCPUUtilizationPercentage", None)
    if percentage is not None:
        target = {"type": "Utilization", "averageUtilization": percentage}
        spec["metrics"] = [{"type": "Resource", "resource": {"name": "cpu", "target": target}}]
    return {**obj, "spec": spec}


_EVENT_FIELDS = (
    ("involvedObject", "regarding"),
    ("message", "note"),
    ("source", "deprecatedSource"),
    ("firstTimestamp", "deprecatedFirstTimestamp"),
    ("lastTimestamp", "deprecatedLastTimestamp"),
    ("count", "deprecatedCount"),
    ("reportingComponent", "reportingController"),
)


def _renamed(obj: Object, names: dict[str, str]) -> Object:
    return {names.get(key, key): value for key, value in obj.items()}


def _event_to_core(obj: Object) -> Object:
    core: dict[str, Any] = _renamed(obj, {new: old for old, new in _EVENT_FIELDS})
    return {"source": {}, "firstTimestamp": None, "lastTimestamp": None, **core}


def _event_from_core(obj: Object) -> Object:
    return _renamed(obj, dict(_EVENT_FIELDS))


_CONVERSIONS: dict[tuple[str, str], Callable[[Object], Object]] = {
    ("autoscaling/v2", "autoscaling/v1"): _autoscaler_to_v1,
    ("autoscaling/v1", "autoscaling/v2"): _autoscaler_to_v2,
    ("events.k8s.io/v1", "v1"): _event_to_core,
    ("v1", "events.k8s.io/v1"): _event_from_core,
}
