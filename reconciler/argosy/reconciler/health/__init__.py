"""Health of one object: a pure function of what the API server says of it."""

from argosy.reconciler.health.assessment import RULES, assess
from argosy.reconciler.health.status import Health, HealthStatus, worst

__all__ = ["RULES", "Health", "HealthStatus", "assess", "worst"]
