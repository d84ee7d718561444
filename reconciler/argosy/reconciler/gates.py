"""Decides who may roll to a new revision: the gates of docs/architecture.md.

Stands on the rollout graph (who comes before whom) and on what the last pass over each node found. Gates hold
back new revisions only; what is rolled out already is healed without asking here. Pure: no time, no calls.
"""

from collections.abc import Callable, Container, Mapping, Sequence

from argosy.compiler.rollout import NodeKey, RolloutGraph
from argosy.reconciler.node_state import NodeState, Unsettled, Waits
from argosy.reconciler.rolling_steps import RollingSteps
from argosy.schemas.finding import Finding

__all__ = ["Gates", "NodeState", "Unsettled", "Waits"]

_SET = "ApplicationSet"


class Gates:
    """The gates at one moment: a graph, the states of its nodes and the target of each node.

    `targets` has every node; `None` says that a node's target is not known. `looked_at` are the nodes whose
    state is the whole truth, because a pass over them has ended; `None` says that all are. A state that was
    published before opens gates as any other, but a gate that it keeps closed is `unseen`. `coming` is the
    graph with the nodes that parents want and that do not exist yet.
    """

    def __init__(
        self,
        graph: RolloutGraph,
        states: Mapping[NodeKey, NodeState],
        targets: Mapping[NodeKey, str | None],
        looked_at: Container[NodeKey] | None = None,
        *,
        coming: Callable[[], RolloutGraph] | None = None,
    ) -> None:
        self._graph = graph
        self._coming = coming
        self._states = states
        self._targets = targets
        self._looked_at = looked_at
        self._settled: dict[tuple[NodeKey, bool], Waits | None] = {}
        self._may_roll: dict[tuple[NodeKey, bool], Waits | None] = {}
        self._closed: dict[frozenset[NodeKey], Waits | None] = {}
        self._rolling = RollingSteps(graph, self)

    def may_roll(self, key: NodeKey, *, by_hand: bool = False) -> Waits | None:
        """`None` if the node may roll to its target, else what it waits for.

        `by_hand`: a person asked for this sync, which the steps of a RollingSync do not hold back.
        """
        if key not in self._graph.nodes:
            return None
        if (key, by_hand) not in self._may_roll:
            # Until known better.
            self._may_roll[key, by_hand] = Waits(str(key), "it waits for itself", never=True)
            self._may_roll[key, by_hand] = self._ask(key) or (None if by_hand else self._rolling.hold(key))
        return self._may_roll[key, by_hand]

    def lower_waves(self, parent: NodeKey, wave: int) -> Waits | None:
        """`None` if all Applications and sets of lower waves under a parent are settled, else the first
        that is not."""
        for other, members in self._graph.waves(parent).items():
            if other >= wave:
                break
            for member in members:
                if closed := self.settled(member, whole=member.kind != _SET):
                    return closed
        return None

    def settled(self, key: NodeKey, *, whole: bool = True) -> Waits | None:
        """`None` if the node is at its target and healthy, with `whole` all its children too."""
        if (key, whole) not in self._settled:
            self._settled[key, whole] = Waits(str(key), "it waits for itself", never=True)
            self._settled[key, whole] = self._look(key, whole)
        return self._settled[key, whole]

    def current(self, key: NodeKey) -> NodeState | Waits:
        """The node's state, if it speaks of the node's present target."""
        state = self._states.get(key)
        if state is None:
            return self._waits(key, "it was not examined yet")
        if state.problem:
            return self._waits(key, state.problem)
        target = self._targets.get(key)
        if target is None:
            return self._waits(key, "its target revision is not known")
        if state.target != target:
            return self._waits(key, "it is not at its target yet")
        return state

    def unseen(self, key: NodeKey) -> bool:
        """Whether no pass over the node has ended yet."""
        return self._looked_at is not None and key not in self._looked_at

    def _ask(self, key: NodeKey) -> Waits | None:
        if finding := self._graph.blocked(key):
            return self._blocked(key, finding)
        ancestors = self._graph.ancestors(key)
        if ancestors and (closed := self._behind_parent(key, ancestors[0])):
            return closed
        return self._first_unsettled(self._graph.ordered_before(key))

    def _blocked(self, key: NodeKey, finding: Finding) -> Waits:
        """Why the node can never roll; a name that nobody bears may be that of a node still to come."""
        if finding.code == "unknown-dependency":
            if unseen := [parent for parent in self._graph.ancestors(key) if self.unseen(parent)]:
                return self._waits(unseen[0], "it was not examined yet")
            graph = self._coming() if self._coming else self._graph
            later = graph.blocked(key)
            if later is None:
                first = min(graph.ordered_before(key) - self._graph.nodes.keys())
                return Waits(str(first), "it does not exist yet")
            if later.code == finding.code and (closed := self._expanding(key.namespace)):
                return closed
            finding = later
        edges = (each.message for each in finding.related)
        return Waits(str(key), "; ".join(filter(None, (finding.message, *edges, finding.hint))), never=True)

    def _expanding(self, namespace: str) -> Waits | None:
        """The first set that may expand and has not yet: what it will generate has names that nobody knows.

        Sets that wait themselves do not count: they may wait for the one that asks.
        """
        for key in sorted(
            key for key in self._graph.nodes if key.kind == _SET and key.namespace == namespace
        ):
            state = self.current(key)
            if isinstance(state, NodeState) and state.rolled:
                continue
            if self.may_roll(key) is None:
                return self._waits(key, "it is not expanded yet")
        return None

    def _first_unsettled(self, before: frozenset[NodeKey]) -> Waits | None:
        """The first by name that is not settled; looked for once for all that come after the same nodes."""
        if before not in self._closed:
            found = (self.settled(other, whole=other.kind != _SET) for other in sorted(before))
            self._closed[before] = next((closed for closed in found if closed), None)
        return self._closed[before]

    def _behind_parent(self, key: NodeKey, parent: NodeKey) -> Waits | None:
        if closed := self.may_roll(parent):
            return closed
        state = self.current(parent)
        if isinstance(state, Waits):
            return state
        if parent.kind == _SET:
            if not state.rolled:
                return self._waits(parent, "it is not expanded yet")
        elif key not in state.applied:
            return self._waits(parent, f"it has not applied {key} yet")
        group = self._graph.group(key)
        if group is None:
            return None
        ranked = self.current(group)
        if isinstance(ranked, Waits):
            return ranked
        wave = self._graph.wave(key)
        return self._first_of(group, [item for item in ranked.unsettled if item.wave < wave])

    def _look(self, key: NodeKey, whole: bool) -> Waits | None:
        state = self.current(key)
        if isinstance(state, Waits):
            return state
        if closed := self._first_of(key, state.unsettled):
            return closed
        if not state.rolled:
            return self._waits(key, "it is not synced to its target yet")
        if whole:
            for child in self._graph.children(key):
                if closed := self.settled(child):
                    return closed
        return None

    def _first_of(self, key: NodeKey, unsettled: Sequence[Unsettled]) -> Waits | None:
        if not unsettled:
            return None
        first = min(unsettled, key=lambda item: (item.wave, item.name))
        return self._waits(key, first.reason, f"{first.name} of {key}")

    def _waits(self, key: NodeKey, reason: str, on: str = "") -> Waits:
        """What is said of a node, or `on` something of it."""
        return Waits(on or str(key), reason, unseen=self.unseen(key))
