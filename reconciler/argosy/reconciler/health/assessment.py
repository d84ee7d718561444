"""Which rule assesses which kind: a table to read, and the one function that uses it."""

from collections.abc import Callable, Mapping
from typing import Any

from argosy.reconciler.health.conventions import assess_by_conventions
from argosy.reconciler.health.gitops import assess_application, assess_application_set
from argosy.reconciler.health.observed import Observed
from argosy.reconciler.health.platform import (
    assess_api_service,
    assess_autoscaler,
    assess_claim,
    assess_definition,
    assess_disruption_budget,
    assess_ingress,
    assess_namespace,
    assess_service,
)
from argosy.reconciler.health.pods import assess_cron_job, assess_job, assess_pod
from argosy.reconciler.health.status import Health, healthy, progressing
from argosy.reconciler.health.workloads import (
    assess_daemon_set,
    assess_deployment,
    assess_replica_set,
    assess_stateful_set,
)

__all__ = ["IGNORE_HEALTH_CHECK", "RULES", "assess"]

IGNORE_HEALTH_CHECK = "argocd.argoproj.io/ignore-healthcheck"
"""Annotation: `"true"` keeps an object's health out of its Application's."""

RULES: Mapping[tuple[str, str], Callable[[Observed], Health]] = {
    ("", "Namespace"): assess_namespace,
    ("", "PersistentVolumeClaim"): assess_claim,
    ("", "Pod"): assess_pod,
    ("", "Service"): assess_service,
    ("apiextensions.k8s.io", "CustomResourceDefinition"): assess_definition,
    ("apiregistration.k8s.io", "APIService"): assess_api_service,
    ("apps", "DaemonSet"): assess_daemon_set,
    ("apps", "Deployment"): assess_deployment,
    ("apps", "ReplicaSet"): assess_replica_set,
    ("apps", "StatefulSet"): assess_stateful_set,
    ("argoproj.io", "Application"): assess_application,
    ("argoproj.io", "ApplicationSet"): assess_application_set,
    ("autoscaling", "HorizontalPodAutoscaler"): assess_autoscaler,
    ("batch", "CronJob"): assess_cron_job,
    ("batch", "Job"): assess_job,
    ("networking.k8s.io", "Ingress"): assess_ingress,
    ("policy", "PodDisruptionBudget"): assess_disruption_budget,
}
"""Kinds, by group, with a rule of their own. All versions of a kind share it."""


def assess(value: Mapping[str, Any]) -> Health:
    """The health of an object as it was observed.

    Annotated with `argocd.argoproj.io/ignore-healthcheck: "true"` it counts as healthy, whatever it says.
    """
    found = Observed(value)
    annotations = found.metadata.get("annotations") or {}
    if annotations.get(IGNORE_HEALTH_CHECK) == "true":
        return healthy("health is ignored by annotation")
    if found.metadata.get("deletionTimestamp"):
        finalizers = found.metadata.get("finalizers") or ()
        held = f"; blocked by finalizers: {', '.join(finalizers)}" if finalizers else ""
        return progressing(f"Pending deletion{held}")
    group = str(value.get("apiVersion") or "").rpartition("/")[0]
    return RULES.get((group, str(value.get("kind") or "")), assess_by_conventions)(found)
