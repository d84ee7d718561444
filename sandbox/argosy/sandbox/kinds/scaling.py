"""Autoscalers and disruption budgets (`k8s.io/kubernetes/pkg/apis/{autoscaling,policy}`)."""

from typing import Any

from argosy.sandbox.decoding import TypeDefault
from argosy.sandbox.field_errors import Problems
from argosy.sandbox.kinds.rules import KindRules
from argosy.sandbox.schema import Object

__all__ = ["DEFAULTS", "RULES"]

_V2 = "io.k8s.api.autoscaling.v2."
_UP: dict[str, Any] = {
    "stabilizationWindowSeconds": 0,
    "selectPolicy": "Max",
    "policies": [
        {"type": "Pods", "value": 4, "periodSeconds": 15},
        {"type": "Percent", "value": 100, "periodSeconds": 15},
    ],
}
_DOWN: dict[str, Any] = {
    "selectPolicy": "Max",
    "policies": [{"type": "Percent", "value": 100, "periodSeconds": 15}],
}


def _default_autoscaler(spec: Object) -> None:
    spec.setdefault("minReplicas", 1)
    if not spec.get("metrics"):
        target = {"type": "Utilization", "averageUtilization": 80}
        spec["metrics"] = [{"type": "Resource", "resource": {"name": "cpu", "target": target}}]
    behavior = spec.get("behavior")
    if behavior is not None:
        behavior["scaleUp"] = _UP | (behavior.get("scaleUp") or {})
        behavior["scaleDown"] = _DOWN | (behavior.get("scaleDown") or {})


DEFAULTS: dict[str, TypeDefault] = {
    _V2 + "HorizontalPodAutoscalerSpec": _default_autoscaler,
    "io.k8s.api.autoscaling.v1.HorizontalPodAutoscalerSpec": lambda spec: (
        spec.setdefault("minReplicas", 1) and None
    ),
}


def _validate_autoscaler(value: Object, problems: Problems) -> None:
    spec = value["spec"]
    low, high = spec.get("minReplicas", 1), spec.get("maxReplicas", 0)
    if low < 1:
        problems.invalid("spec.minReplicas", low, "must be greater than or equal to 1")
    if high < low:
        problems.invalid("spec.maxReplicas", high, "must be greater than or equal to `minReplicas`")
    if high < 1:
        problems.required("spec.maxReplicas")
    reference = spec.get("scaleTargetRef") or {}
    for name in ("kind", "name"):
        if not reference.get(name):
            problems.required(f"spec.scaleTargetRef.{name}")


def _validate_budget(value: Object, problems: Problems) -> None:
    spec = value["spec"]
    if "minAvailable" in spec and "maxUnavailable" in spec:
        names = ("minAvailable", "selector", "maxUnavailable", "unhealthyPodEvictionPolicy")
        shown = {name[0].upper() + name[1:]: spec.get(name) for name in names}
        problems.invalid("spec", shown, "minAvailable and maxUnavailable cannot be both set")


RULES = {
    ("autoscaling", "HorizontalPodAutoscaler"): KindRules(has_generation=True, validate=_validate_autoscaler),
    ("policy", "PodDisruptionBudget"): KindRules(
        has_generation=True, needs_resource_version=True, validate=_validate_budget
    ),
}
