"""Health of what the platform provides: addresses, volumes, scaling, API extensions, namespaces.

As gitops-engine's `pkg/health` and Argo CD's customizations see them.
"""

import json

from argosy.reconciler.health.observed import Condition, Observed
from argosy.reconciler.health.status import Health, HealthStatus, degraded, healthy, progressing

__all__ = [
    "assess_api_service",
    "assess_autoscaler",
    "assess_claim",
    "assess_definition",
    "assess_disruption_budget",
    "assess_ingress",
    "assess_namespace",
    "assess_service",
]

_AUTOSCALER_DEGRADED = {
    ("AbleToScale", "FailedGetScale"),
    ("AbleToScale", "FailedUpdateScale"),
    ("ScalingActive", "FailedGetResourceMetric"),
    ("ScalingActive", "InvalidSelector"),
}
_AUTOSCALER_HEALTHY = {
    ("AbleToScale", "SucceededRescale"),
    ("ScalingLimited", "DesiredWithinRange"),
    ("ScalingLimited", "TooFewReplicas"),
    ("ScalingLimited", "TooManyReplicas"),
}


def assess_service(found: Observed) -> Health:
    """A load balancer needs an address; other Services are healthy."""
    if found.spec.get("type") == "LoadBalancer" and not _has_address(found):
        return progressing("Waiting for the load balancer's address")
    return healthy()


def assess_ingress(found: Observed) -> Health:
    """Healthy when it has an address."""
    return healthy() if _has_address(found) else progressing("Waiting for the ingress controller's address")


def assess_claim(found: Observed) -> Health:
    """Of a PersistentVolumeClaim: healthy when bound."""
    phase = str(found.status.get("phase") or "")
    match phase:
        case "Bound":
            return healthy()
        case "Lost":
            return degraded("the volume is lost")
        case "Pending" | "":
            return progressing("Waiting for a volume")
    return Health(HealthStatus.UNKNOWN, f"phase {phase}")


def assess_autoscaler(found: Observed) -> Health:
    """By the first condition that says something; `autoscaling/v1` keeps the conditions in an annotation."""
    for condition in found.conditions or _annotated_conditions(found):
        sign = (condition.type, condition.reason)
        if sign in _AUTOSCALER_DEGRADED:
            return degraded(condition.message)
        if sign in _AUTOSCALER_HEALTHY:
            return healthy(condition.message)
    return progressing("Waiting to Autoscale")


def assess_api_service(found: Observed) -> Health:
    """Healthy when the server behind it answers."""
    available = found.condition("Available")
    if available is None:
        return progressing("Waiting to be processed")
    text = f"{available.reason}: {available.message}"
    return healthy(text) if available.is_true else progressing(text)


def assess_definition(found: Observed) -> Health:
    """Of a CustomResourceDefinition: healthy when established, so that objects of its kind can be applied.

    Argo CD calls one that is not established yet Degraded; it is so for a moment after each creation.
    """
    names, schema = found.condition("NamesAccepted"), found.condition("NonStructuralSchema")
    established, terminating = found.condition("Established"), found.condition("Terminating")
    if terminating is not None and terminating.is_true:
        return progressing(f"CRD is terminating: {terminating.message}")
    if names is not None and names.status == "False":
        return degraded(f"CRD names have not been accepted: {names.message}")
    if established is None or not established.is_true:
        return progressing("CRD is not established")
    if schema is not None and schema.is_true:
        return degraded(f"Schema violations found: {schema.message}")
    return healthy("CRD is healthy")


def assess_disruption_budget(found: Observed) -> Health:
    """Degraded where it cannot be computed; too few pods is a state that budgets are made for."""
    if not found.conditions:
        return progressing("Waiting for status")
    for condition in found.conditions:
        if condition.status == "False" and condition.reason != "InsufficientPods":
            return degraded(f"PodDisruptionBudget has {condition.reason}")
    return healthy(f"PodDisruptionBudget has {found.conditions[-1].reason}")


def assess_namespace(found: Observed) -> Health:
    """Progressing while it goes."""
    phase = found.status.get("phase")
    return progressing("Namespace is terminating") if phase == "Terminating" else healthy()


def _has_address(found: Observed) -> bool:
    return bool((found.status.get("loadBalancer") or {}).get("ingress"))


def _annotated_conditions(found: Observed) -> tuple[Condition, ...]:
    annotations = found.metadata.get("annotations") or {}
    text = annotations.get("autoscaling.alpha.kubernetes.io/conditions")
    if not text:
        return ()
    try:
        return Observed({"status": {"conditions": json.loads(text)}}).conditions
    except ValueError:
        return ()
