"""Health of kinds without a rule of their own, by the conventions that most controllers keep.

Argo CD calls every such kind healthy. The conventions are those of Kubernetes' API conventions and kstatus.
"""

from argosy.reconciler.health.observed import Observed
from argosy.reconciler.health.status import Health, degraded, healthy, progressing

__all__ = ["assess_by_conventions"]

_FAILED = ("Stalled", "Failed", "Degraded")
_READY = ("Ready", "Available")


def assess_by_conventions(found: Observed) -> Health:
    """Progressing while the controller has not seen this generation; then by well-known conditions.

    Without a status, or with none of these conditions, the object counts as healthy.
    """
    if "observedGeneration" in found.status and not found.is_observed:
        return progressing("Waiting for its controller to observe this generation")
    conditions = {item.type: item for item in found.conditions}
    for name in _FAILED:
        if name in conditions and conditions[name].is_true:
            return degraded(conditions[name].text)
    if "Reconciling" in conditions and conditions["Reconciling"].is_true:
        return progressing(conditions["Reconciling"].text)
    for name in _READY:
        if name in conditions:
            condition = conditions[name]
            return healthy(condition.message) if condition.is_true else progressing(condition.text)
    return healthy()
