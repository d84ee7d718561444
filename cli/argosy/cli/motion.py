"""Which Applications and ApplicationSets of a rollout still move, by what they say of themselves. Pure.

One moves that works on its own objects, or that waits for one that moves. What has failed, or waits for
something that has, stands still until somebody does something.
"""

from collections import defaultdict

from argosy.cli.live_state import APPLICATION, APPLICATION_SET, LiveState, Row, SetRow
from argosy.reconciler.node_state import waited_for

__all__ = ["Key", "moving"]

Key = tuple[str, str]
"""Kind and name."""

_ON_THE_WAY = ("Progressing", "Degraded")
"""Health that changes without anybody's doing, or by a deadline of the controller's."""


def moving(state: LiveState) -> frozenset[Key]:
    """Everything that will still change without anybody's doing."""
    return _Motion(state).spread()


class _Motion:
    """`moves`: what moves by itself; `held`: by a node, those that move as long as it does."""

    def __init__(self, state: LiveState) -> None:
        self.nodes: dict[Key, Row | SetRow] = {(APPLICATION_SET, each.name): each for each in state.sets}
        self.nodes |= {(APPLICATION, each.name): each for each in state.rows}
        self.below: dict[Key, list[Key]] = defaultdict(list)
        self.named: dict[Key, list[Key]] = defaultdict(list)
        self.moves: set[Key] = set()
        self.held: dict[Key, list[Key]] = defaultdict(list)
        for key, node in self.nodes.items():
            self.named[_plain(key)].append(key)
            if node.parent_kind:
                self.below[node.parent_kind, node.parent].append(key)
        for key, node in self.nodes.items():
            if not node.settled:
                self._examine_set(key, node) if isinstance(node, SetRow) else self._examine(key, node)

    def spread(self) -> frozenset[Key]:
        """What moves by itself, and all that it holds."""
        found, spreading = set(self.moves), list(self.moves)
        while spreading:
            new = [key for key in self.held[spreading.pop()] if key not in found]
            found.update(new)
            spreading += new
        return frozenset(found)

    def _examine(self, key: Key, row: Row) -> None:
        if row.failed:
            return
        if row.pending or not row.looked_at:
            self.moves.add(key)
        elif row.phase == "Running":
            self._examine_wait(key, row.message)
        else:
            self._examine_health(key, row.health)

    def _examine_set(self, key: Key, row: SetRow) -> None:
        if row.problem:
            return
        if waited_for(row.message) is not None:
            self._examine_wait(key, row.message)
        else:
            self._examine_health(key, row.health)

    def _examine_wait(self, key: Key, message: str) -> None:
        """A wait for objects of its own ends by itself, or by a deadline."""
        named = waited_for(message)
        mentioned = _plain(named) if named else None
        if mentioned is None or mentioned == _plain(key):
            self.moves.add(key)
            return
        for other in self.named[mentioned]:
            if self.nodes[other].settled:
                self.moves.add(key)  # it has not seen that yet
            self.held[other].append(key)

    def _examine_health(self, key: Key, health: str) -> None:
        """It comes from children that have the same, or else from objects of its own."""
        below = [child for child in self.below[key] if not self.nodes[child].settled]
        for child in below:
            self.held[child].append(key)
        if health in _ON_THE_WAY and all(self.nodes[child].health != health for child in below):
            self.moves.add(key)


def _plain(key: Key) -> Key:
    """Texts name Applications without their namespace."""
    return key[0], key[1].rpartition("/")[2]
