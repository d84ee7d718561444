"""Who waits at a closed gate, and who has to be looked at when something has changed at the gates. Pure.

A pass that ends at a closed gate enters its node here; the controller asks who is due whenever the state of
any node changes.
"""

from collections.abc import Iterator

from argosy.compiler.rollout import NodeKey
from argosy.reconciler.gates import Gates, Waits

__all__ = ["TELL_AGAIN", "Waiting"]

TELL_AGAIN = 10.0
"""Seconds after which a status names another blocker: in a long wave the first one changes all the time."""


class Waiting:
    """Nodes at closed gates, and parents whose next wave waits for children; with what their passes saw."""

    def __init__(self) -> None:
        self._gates: dict[NodeKey, Waits] = {}
        self._by_hand: set[NodeKey] = set()
        self._children: dict[NodeKey, tuple[int, Waits]] = {}

    def note(
        self,
        key: NodeKey,
        gate: Waits | None,
        children: tuple[int, Waits] | None = None,
        *,
        by_hand: bool = False,
    ) -> None:
        """What a pass over the node saw: its gate, and the lowest wave of children that is not settled.

        `by_hand`: a person asked for the sync, so that steps do not hold it back.
        """
        self.forget(key)
        if gate is not None:
            self._gates[key] = gate
            if by_hand:
                self._by_hand.add(key)
        if children is not None:
            self._children[key] = children

    def forget(self, key: NodeKey) -> None:
        """The node is gone, or waits no more."""
        self._gates.pop(key, None)
        self._children.pop(key, None)
        self._by_hand.discard(key)

    def due(self, gates: Gates) -> Iterator[tuple[NodeKey, float]]:
        """The nodes that have to be looked at, each with the seconds until then.

        At once where the gate has opened, or where it is known only now what it waits for; later where only
        the first of those that are waited for is another one.
        """
        for key, before in list(self._gates.items()):
            now = gates.may_roll(key, by_hand=key in self._by_hand)
            yield from self._look(key, before, now)
        for key, (wave, before) in list(self._children.items()):
            yield from self._look(key, before, gates.lower_waves(key, wave + 1))

    def _look(self, key: NodeKey, before: Waits, now: Waits | None) -> Iterator[tuple[NodeKey, float]]:
        if now is None or (before.unseen and not now.unseen):
            self.forget(key)
            yield key, 0.0
        elif now != before and not now.unseen:
            lasting = (now.never, now.person) != (before.never, before.person)
            yield key, 0.0 if lasting else TELL_AGAIN
