"""What the order of a rollout is made from: nodes, their names, and their places in steps. No rules."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from argosy.schemas.model.annotations import DEPENDS_ON
from argosy.schemas.model.applicationset import RolloutStep
from argosy.schemas.model.origin import Origin
from argosy.schemas.position import Position

__all__ = ["NodeKey", "Place", "RolloutNode"]


class NodeKey(NamedTuple):
    """What stands in the order: an Application or an ApplicationSet of the management cluster."""

    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


@dataclass(frozen=True, slots=True)
class RolloutNode:
    """One Application or ApplicationSet with what its manifest says of order.

    `parent` is the Application that renders it or the set that generates it, `None` for a root. Names in
    `depends_on` are Applications first, sets second, in the node's own namespace. `steps` are those of a
    set's RollingSync; an Application's `labels` say to which of them it belongs.
    """

    key: NodeKey
    parent: NodeKey | None = None
    wave: int = 0
    depends_on: tuple[str, ...] = ()
    origin: Origin = field(default=Origin(), compare=False)
    labels: Mapping[str, str] = field(default_factory=dict, hash=False)
    steps: tuple[RolloutStep, ...] = ()

    @property
    def position(self) -> Position | None:
        """The line it is written in, or that its template is written in."""
        return self.origin.position

    @property
    def dependencies_position(self) -> Position | None:
        """The line that `depends_on` is written in, where it is known."""
        return self.origin.position_of(("metadata", "annotations", DEPENDS_ON))

    def position_of(self, reason: str) -> Position | None:
        """The line of what makes the node wait."""
        return self.dependencies_position if reason.startswith("depends-on") else self.position


class Place(NamedTuple):
    """Where a generated Application stands in its set's RollingSync: a step from 0, `None` for in none."""

    applicationset: NodeKey
    step: int | None
