"""Health of Applications and ApplicationSets, by the status that their controller wrote.

Whether an Application is synced *to its target* is a question of the rollout, not of health; it is decided
elsewhere.
"""

from argosy.reconciler.health.observed import Observed
from argosy.reconciler.health.status import Health, HealthStatus, degraded, healthy, progressing

__all__ = ["assess_application", "assess_application_set"]


def assess_application(found: Observed) -> Health:
    """What its own status says."""
    said = found.status.get("health") or {}
    try:
        return Health(HealthStatus(str(said.get("status"))), str(said.get("message") or ""))
    except ValueError:
        return progressing("Waiting for the status to be reported")


def assess_application_set(found: Observed) -> Health:
    """By its conditions, in the order of Argo CD's customization."""
    error, current = found.condition("ErrorOccurred"), found.condition("ResourcesUpToDate")
    rollout = found.condition("RolloutProgressing")
    if error is not None and error.is_true:
        return degraded(error.message)
    if current is not None and current.status == "False":
        return degraded(current.message)
    if rollout is not None and rollout.is_true:
        return progressing(rollout.message)
    if current is not None and current.is_true:
        return healthy(current.message)
    return progressing("Waiting for the status to be reported")
