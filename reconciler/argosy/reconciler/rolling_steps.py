"""Holds generated Applications back until their step of the set's RollingSync has come. Pure.

A part of the gates: a step begins once every Application of the earlier ones is settled, and no more of its
Applications than `maxUpdate` are updated at a time. Those that are under way go on; of the others the first
by name begin. Whatever is not known of a member takes a place, so that never too many are under way.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from argosy.compiler.rollout import NodeKey, Place, RolloutGraph
from argosy.reconciler.node_state import NodeState, Waits

__all__ = ["RollingSteps"]

_PERSON = "a person"
_SHOWN = 3


class _Gates(Protocol):
    def settled(self, key: NodeKey) -> Waits | None:
        """What keeps the node from being settled."""

    def current(self, key: NodeKey) -> NodeState | Waits:
        """The node's state at its present target."""

    def may_roll(self, key: NodeKey) -> Waits | None:
        """What the node waits for."""

    def unseen(self, key: NodeKey) -> bool:
        """Whether no pass over the node has ended yet."""


@dataclass(frozen=True, slots=True)
class _Turn:
    """Who of a step may be updated now, and who takes the places."""

    limit: int
    allowed: frozenset[NodeKey]
    busy: tuple[NodeKey, ...]


class RollingSteps:
    """The steps of all sets at one moment."""

    def __init__(self, graph: RolloutGraph, gates: _Gates) -> None:
        self._graph = graph
        self._gates = gates
        self._unsettled: dict[Place, Waits | None] = {}
        self._turns: dict[Place, _Turn] = {}

    def hold(self, key: NodeKey) -> Waits | None:
        """Why the node's turn has not come, `None` if it has, or if no RollingSync rules it."""
        place = self._graph.place(key)
        if place is None:
            return None
        if place.step is None:
            return Waits(_PERSON, f"no step of {place.applicationset} selects {key}", person=True)
        for step in range(place.step):
            if closed := self._unsettled_step(Place(place.applicationset, step)):
                return closed
        return self._wait_for_turn(key, place)

    def _unsettled_step(self, place: Place) -> Waits | None:
        if place not in self._unsettled:
            self._unsettled[place] = self._look(place)
        return self._unsettled[place]

    def _look(self, place: Place) -> Waits | None:
        found: Waits | None = None
        unseen = False
        for member in self._members(place):
            closed = self._gates.settled(member)
            if closed is None:
                continue
            held = self._gates.may_roll(member)
            by_person = held is not None and held.person
            if found is None or by_person:
                found = Waits(_name(place), f"{closed.on}: {closed.reason}", closed.never, by_person)
            if by_person:
                return found
            unseen = unseen or closed.unseen or (held is not None and held.unseen)
        # One who was not seen yet may turn out to be whom a person has to sync.
        return replace(found, unseen=unseen) if found else None

    def _wait_for_turn(self, key: NodeKey, place: Place) -> Waits | None:
        if place not in self._turns:
            self._turns[place] = self._take_turns(place)
        turn = self._turns[place]
        if key in turn.allowed:
            return None
        if turn.limit <= 0:
            return Waits(_PERSON, f"{_name(place)} has maxUpdate 0: sync {key} by hand", person=True)
        names = ", ".join(member.name for member in turn.busy[:_SHOWN])
        names += f" and {len(turn.busy) - _SHOWN} others" if len(turn.busy) > _SHOWN else ""
        unseen = any(self._gates.unseen(member) for member in self._members(place))
        return Waits(_name(place), f"{turn.limit} at a time are updated, now {names}", unseen=unseen)

    def _take_turns(self, place: Place) -> _Turn:
        members = self._members(place)
        assert place.step is not None
        limit = self._graph.nodes[place.applicationset].steps[place.step].limit(len(members))
        if limit >= len(members):
            return _Turn(limit, frozenset(members), ())
        done: list[NodeKey] = []
        under_way: list[NodeKey] = []
        not_known: list[NodeKey] = []
        waiting: list[NodeKey] = []
        for member in members:
            if self._gates.settled(member) is None:
                done.append(member)
                continue
            state = self._gates.current(member)
            if isinstance(state, Waits):
                not_known.append(member)
            else:
                (under_way if state.begun else waiting).append(member)
        free = max(0, limit - len(under_way) - len(not_known))
        next_ones = waiting[:free]
        busy = tuple(sorted([*under_way, *not_known, *next_ones]))
        return _Turn(limit, frozenset([*done, *under_way, *next_ones]), busy)

    def _members(self, place: Place) -> Sequence[NodeKey]:
        assert place.step is not None
        return self._graph.steps(place.applicationset)[place.step]


def _name(place: Place) -> str:
    return f"step {(place.step or 0) + 1} of {place.applicationset}"
