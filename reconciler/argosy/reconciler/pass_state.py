"""What one pass over an Application works with and finds: the data between its parts. No behaviour.

`application_pass` fills it in, `reporting` makes a status of it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from argosy.compiler.rollout import Place
from argosy.reconciler.cluster_view import ClusterView
from argosy.reconciler.desired import Desired, DesiredObject
from argosy.reconciler.explaining import UNKNOWN_AGAIN
from argosy.reconciler.gates import NodeState, Waits
from argosy.reconciler.plan import Observed, Plan
from argosy.reconciler.report import Condition
from argosy.reconciler.resource import ResourceKey
from argosy.reconciler.runner import Ran
from argosy.reconciler.specification import ApplicationSpec
from argosy.reconciler.surroundings import Surroundings
from argosy.schemas.model.application import instance_name
from argosy.sources.capabilities import Capabilities


def _keep(_state: NodeState) -> None:
    """Nobody listens."""


__all__ = ["COMPARISON_ERROR", "PassMemory", "PassState"]

COMPARISON_ERROR = "ComparisonError"


@dataclass(slots=True)
class PassMemory:
    """What one Application's passes hand to the next: caches, and since when something is waited for."""

    desired: dict[str, Desired] = field(default_factory=dict)
    source_types: dict[str, tuple[str, ...]] = field(default_factory=dict)
    clusters: dict[str, Capabilities] = field(default_factory=dict)
    """What the charts of a target saw of their cluster; nothing for targets that render alike on all."""
    reached: dict[str, int] = field(default_factory=dict)
    """The highest wave that the roll to a target entered."""
    waiting_for: tuple[str, int | None] = ("", None)
    """The target and the wave for which something is waited for."""
    waiting_since: float = 0.0
    looked_for: set[ResourceKey] = field(default_factory=set)
    """Objects without our label that were asked for already."""
    claimed: frozenset[ResourceKey] = frozenset()
    closed_at: tuple[str, float] | None = None
    """For which target the gate was found closed, and when first."""


@dataclass(slots=True)
class PassState:
    """One pass. `known`: the target could be compared with the cluster; else the conditions say why not."""

    world: Surroundings
    spec: ApplicationSpec
    memory: PassMemory
    view: ClusterView | None = None
    commits: tuple[str, ...] = ()
    target: str = ""
    wanted: Desired = field(default_factory=Desired)
    current: Mapping[ResourceKey, DesiredObject] = field(default_factory=dict)
    observed: dict[ResourceKey, Observed] = field(default_factory=dict)
    plan: Plan | None = None
    gate: Waits | None = None
    frozen: Condition | None = None
    conditions: list[Condition] = field(default_factory=list)
    ran: list[Ran] = field(default_factory=list)
    done_before: bool = False
    asked: Mapping[str, Any] | None = None
    known: bool = False
    again: float = UNKNOWN_AGAIN
    """Seconds until it is looked at again where it is not known."""
    children_wait: tuple[int, Waits] | None = None
    """The lowest wave with a child that is not settled, while later waves wait for it."""

    others_first: bool = False
    """Nothing is pruned before all Applications that changed have said what they want."""
    publish: Callable[[NodeState], None] = _keep
    """Tells the gates what is known so far: children need not wait for the end of the pass."""

    @property
    def application(self) -> str:
        """The Application as tracking ids spell it."""
        return instance_name(self.spec.key.namespace, self.spec.name, self.world.installation.namespace)

    @property
    def place(self) -> Place | None:
        """Where it stands in the RollingSync of the set that generates it."""
        return self.world.hierarchy.graph.place(self.spec.key)

    @property
    def automated(self) -> bool:
        """Whether the controller syncs it unasked.

        What a RollingSync rules is synced by its steps, and not at all if it is in none of them; its own
        policy says nothing of that, as in Argo CD.
        """
        place = self.place
        return self.spec.automated if place is None else place.step is not None

    @property
    def heals(self) -> bool:
        """Whether differences to what was rolled out are reverted."""
        return self.spec.automated and self.spec.self_heal and self.automated

    @property
    def may_sync(self) -> bool:
        """Whether the target may be applied at all: sync is automated, or a person asked."""
        return self.automated or self.asked is not None
