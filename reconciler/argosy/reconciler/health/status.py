"""The values that every health rule gives. Knows no kind."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Health", "HealthStatus", "degraded", "healthy", "progressing", "suspended", "worst"]


class HealthStatus(StrEnum):
    """Argo CD's health codes, from best to worst in its order (gitops-engine, pkg/health)."""

    HEALTHY = "Healthy"
    SUSPENDED = "Suspended"
    PROGRESSING = "Progressing"
    MISSING = "Missing"
    DEGRADED = "Degraded"
    UNKNOWN = "Unknown"


@dataclass(frozen=True, slots=True)
class Health:
    """How an object is, and why."""

    status: HealthStatus
    message: str = ""


_ORDER = {status: place for place, status in enumerate(HealthStatus)}


def worst(found: Iterable[HealthStatus]) -> HealthStatus:
    """The worst of all; Healthy where there are none."""
    return max(found, key=_ORDER.__getitem__, default=HealthStatus.HEALTHY)


def healthy(message: str = "") -> Health:
    """It does what it should."""
    return Health(HealthStatus.HEALTHY, message)


def progressing(message: str) -> Health:
    """Not there yet, and may still get there."""
    return Health(HealthStatus.PROGRESSING, message)


def degraded(message: str) -> Health:
    """It failed, or cannot get there without help."""
    return Health(HealthStatus.DEGRADED, message)


def suspended(message: str) -> Health:
    """Somebody told it to wait."""
    return Health(HealthStatus.SUSPENDED, message)
