"""What a pass has to say about one Application, as values. `status` turns it into Argo CD's form. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from argosy.reconciler.resource import ResourceKey

__all__ = [
    "HEALTH_ORDER",
    "PENDING",
    "WAITING",
    "Condition",
    "Operation",
    "Report",
    "ResourceReport",
    "worst_health",
]

HEALTH_ORDER = ("Healthy", "Suspended", "Progressing", "Missing", "Degraded", "Unknown")
"""From best to worst, as gitops-engine's `pkg/health` orders them."""

PENDING = "Pending"
"""The result of an object that a sync is about to apply: written down before the call."""

WAITING = "Waiting"
"""The condition of an Application or set that cannot go on yet though nothing is wrong with it."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition of an Application: one of Argo CD's types, and a message for people."""

    type: str
    message: str


@dataclass(frozen=True, slots=True)
class ResourceReport:
    """One object of an Application. `result` and `message` say what the last sync did to it."""

    key: ResourceKey
    version: str
    status: str
    health: str = ""
    wave: int = 0
    requires_pruning: bool = False
    result: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class Operation:
    """A sync that runs or ran. `asked` is the `operation` that a person set, `None` for an automated one."""

    phase: str
    message: str
    asked: Mapping[str, Any] | None = None
    fresh: bool = False
    """A new sync of a target that was synced before: drift was reverted, or somebody asked again."""


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that goes into a status. `revisions` is empty while the target is unknown."""

    revisions: tuple[str, ...] = ()
    sync: str = "Unknown"
    health: str = "Unknown"
    health_message: str = ""
    resources: tuple[ResourceReport, ...] | None = None
    conditions: tuple[Condition, ...] = ()
    operation: Operation | None = None
    synced: bool = False
    source_types: tuple[str, ...] = ()
    images: tuple[str, ...] = field(default_factory=tuple)


def worst_health(found: list[str]) -> str:
    """The worst of several health states; nothing at all is healthy."""
    return max(found, key=HEALTH_ORDER.index, default="Healthy")
