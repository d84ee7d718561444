"""The order of a rollout: who must be settled before whom. Pure; knows names, waves and edges only.

The rules (docs/architecture.md, Gates):

- Waves order the children of one parent. A generated Application ranks among the children of its set's
  parent, with the larger of its own wave and its set's.
- A set is settled once it is expanded; an Application once it and all its children are.
- `argosy.dev/depends-on` adds predecessors by name; depending on a set means depending on all it generates.
- The steps of a set's RollingSync order what it generates: a step begins once the earlier ones are settled.
- A child inherits the predecessors of its ancestors.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from functools import cached_property
from typing import NamedTuple

from argosy.compiler.rollout_node import NodeKey, Place, RolloutNode
from argosy.compiler.rollout_steps import Steps
from argosy.schemas.finding import Finding, Related, Severity

__all__ = ["NodeKey", "Place", "RolloutGraph", "RolloutNode", "build"]

_SET = "ApplicationSet"
_RENDERED_BY = "is rendered by it"
_BARRIERS = ("wave", "step")


class _Event(NamedTuple):
    # What happens in a rollout; the graph of events is what must have no cycle.
    key: NodeKey | None  # None: the root level
    # "may roll", "settled", "wave" (everything up to that wave in the group of `key`), or "step" (everything
    # up to that step of the set `key`)
    stage: str
    wave: int = 0


class _Edge(NamedTuple):
    waiting: NodeKey
    awaited: NodeKey
    reason: str


class RolloutGraph:
    """The order of a set of nodes. Made by `build`; answers do not change afterwards."""

    def __init__(self, nodes: Iterable[RolloutNode]) -> None:
        self.nodes: Mapping[NodeKey, RolloutNode] = {node.key: node for node in nodes}
        self._children: dict[NodeKey | None, list[NodeKey]] = defaultdict(list)
        self._groups: dict[NodeKey | None, list[NodeKey]] = defaultdict(list)
        self._findings: list[Finding] = []
        self._blocked: dict[NodeKey, Finding] = {}
        self._waves: dict[NodeKey, int] = {}
        self._by_wave: dict[NodeKey | None, Mapping[int, tuple[NodeKey, ...]]] = {}
        self._lower: dict[tuple[NodeKey | None, int], frozenset[NodeKey]] = {}
        for node in self.nodes.values():
            self._add(node)
        self._awaited = {node.parent for node in self.nodes.values()} - self.nodes.keys()
        rolling = [node for node in self.nodes.values() if node.steps]
        generated = {node.key: [self.nodes[key] for key in self.children(node.key)] for node in rolling}
        self._steps = Steps.of(rolling, generated)
        self._dependencies = {key: self._resolve(node) for key, node in self.nodes.items() if node.depends_on}
        self._report_cycles()

    def with_leaf(self, node: RolloutNode) -> "RolloutGraph | None":
        """The graph with one node more that nothing hangs on, for much less than building it anew.

        `None` where the node may change more than its own place: it or others name predecessors, it has
        steps, others wait for it as their parent, or something is wrong already.
        """
        if self._dependencies or self._findings or node.depends_on or node.steps:
            return None
        if node.key in self.nodes or node.key in self._awaited or node.parent == node.key:
            return None
        graph = copy(self)
        graph.__dict__.pop("order", None)
        graph.nodes = {**self.nodes, node.key: node}
        graph._children, graph._groups = self._children.copy(), self._groups.copy()
        graph._waves, graph._by_wave, graph._lower = self._waves.copy(), self._by_wave.copy(), {}
        parent = graph._known_parent(node)
        group = graph.group(node.key)
        graph._children[parent] = list(self._children.get(parent, ()))
        graph._groups[group] = list(self._groups.get(group, ()))
        graph._by_wave.pop(group, None)
        graph._add(node)
        if parent is not None and self.nodes[parent].steps:
            graph._steps = self._steps.with_child(node, self.nodes[parent])
            if not graph._steps.follow(graph._waves):
                return None
        if parent is None and node.parent is not None:
            graph._awaited = self._awaited | {node.parent}
        return graph

    def _add(self, node: RolloutNode) -> None:
        parent = self._known_parent(node)
        self._children[parent].append(node.key)
        self._groups[self.group(node.key)].append(node.key)
        generated = parent is not None and parent.kind == _SET
        self._waves[node.key] = max(node.wave, self.nodes[parent].wave) if generated and parent else node.wave

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Cycles, with their edges named, and `depends-on` names that nobody bears."""
        return tuple(self._findings)

    def blocked(self, key: NodeKey) -> Finding | None:
        """The finding because of which this node can never roll: it is on a cycle or waits for nobody."""
        return self._blocked.get(key)

    def children(self, parent: NodeKey | None) -> Sequence[NodeKey]:
        """What the parent renders or generates, `None` for the roots, in the order of the input."""
        return tuple(self._children.get(parent, ()))

    def group(self, key: NodeKey) -> NodeKey | None:
        """The parent among whose children the node ranks: its parent, or its set's parent."""
        parent = self._known_parent(self.nodes[key])
        return self._known_parent(self.nodes[parent]) if parent and parent.kind == _SET else parent

    def wave(self, key: NodeKey) -> int:
        """The wave in its group: a generated Application's is the larger of its own and its set's."""
        return self._waves[key]

    def waves(self, parent: NodeKey | None) -> Mapping[int, tuple[NodeKey, ...]]:
        """The members of a group by wave, lowest first; within a wave by name."""
        if parent not in self._by_wave:
            found: dict[int, list[NodeKey]] = defaultdict(list)
            for key in self._groups.get(parent, ()):
                found[self.wave(key)].append(key)
            self._by_wave[parent] = {wave: tuple(sorted(found[wave])) for wave in sorted(found)}
        return self._by_wave[parent]

    def place(self, key: NodeKey) -> Place | None:
        """Where the node stands in the RollingSync of the set that generates it; `None` without one."""
        return self._steps.place(key)

    def steps(self, applicationset: NodeKey) -> tuple[tuple[NodeKey, ...], ...]:
        """The members of each step of a set's RollingSync, by name; nothing for a set without one."""
        return self._steps.members(applicationset)

    def direct_predecessors(self, key: NodeKey) -> frozenset[NodeKey]:
        """What must be settled first, ancestors aside: by the node's own wave, `depends-on` and step."""
        return self.ordered_before(key) | self.steps_before(key)

    def steps_before(self, key: NodeKey) -> frozenset[NodeKey]:
        """The members of the earlier steps of its set's RollingSync."""
        place = self.place(key)
        if place is None or place.step is None:
            return frozenset()
        return frozenset(other for step in self.steps(place.applicationset)[: place.step] for other in step)

    def ordered_before(self, key: NodeKey) -> frozenset[NodeKey]:
        """What must be settled first because of the node's own wave and `depends-on`, ancestors aside."""
        wave, group = self.wave(key), self.group(key)
        if (group, wave) not in self._lower:
            waves = self.waves(group)
            self._lower[group, wave] = frozenset(other for at in waves if at < wave for other in waves[at])
        before = self._lower[group, wave]
        if key not in self._dependencies:
            return before
        lower = set(before)
        for dependency in self._dependencies[key]:
            lower.add(dependency)
            if dependency.kind == _SET:
                lower.update(self._children.get(dependency, ()))
        lower.discard(key)
        return frozenset(lower)

    def predecessors(self, key: NodeKey) -> frozenset[NodeKey]:
        """What must be settled before the node may roll, its ancestors' predecessors included."""
        found: set[NodeKey] = set()
        for member in (key, *self.ancestors(key)):
            found |= self.direct_predecessors(member)
        found.discard(key)
        return frozenset(found)

    def ancestors(self, key: NodeKey) -> tuple[NodeKey, ...]:
        """Parent, grandparent and so on; ends where an Application would be its own ancestor."""
        found: list[NodeKey] = []
        parent = self._known_parent(self.nodes[key])
        while parent is not None and parent not in found and parent != key:
            found.append(parent)
            parent = self._known_parent(self.nodes[parent])
        return tuple(found)

    @cached_property
    def order(self) -> tuple[NodeKey, ...]:
        """All nodes so that each comes after its predecessors and ancestors; ties by name.

        Nodes on a cycle come last.
        """
        events = _topological(self._events())
        order = dict.fromkeys(event.key for event in events if event.key and event.stage == "may roll")
        order.update(dict.fromkeys(sorted(self.nodes)))
        return tuple(order)

    def _is_forest(self) -> bool:
        """Whether nothing is its own ancestor."""
        rooted: set[NodeKey] = set()
        for key in self.nodes:
            path: dict[NodeKey, None] = {}
            at: NodeKey | None = key
            while at is not None and at not in rooted:
                if at in path:
                    return False
                path[at] = None
                at = self._known_parent(self.nodes[at])
            rooted.update(path)
        return True

    def _known_parent(self, node: RolloutNode) -> NodeKey | None:
        return node.parent if node.parent in self.nodes else None

    def _resolve(self, node: RolloutNode) -> tuple[NodeKey, ...]:
        found = []
        for name in node.depends_on:
            candidates = [NodeKey(kind, node.key.namespace, name) for kind in ("Application", _SET)]
            match = next((key for key in candidates if key in self.nodes), None)
            if match is None:
                finding = self._unknown_dependency(node, name)
                self._findings.append(finding)
                self._blocked.setdefault(node.key, finding)
            else:
                found.append(match)
        return tuple(found)

    def _unknown_dependency(self, node: RolloutNode, name: str) -> Finding:
        # Imported only to word an error: it is not free at start.
        from difflib import get_close_matches

        near = get_close_matches(name, {key.name for key in self.nodes if key != node.key}, n=1)
        return Finding(
            "unknown-dependency",
            Severity.ERROR,
            f"{node.key} depends on `{name}`, but there is no such Application or ApplicationSet",
            node.dependencies_position,
            hint=f"did you mean `{near[0]}`?"
            if near
            else "depends-on names Applications and ApplicationSets of the same namespace",
        )

    def _events(self) -> dict[_Event, list[tuple[_Event, str]]]:
        """Each event with those that come before it, and why."""
        before: dict[_Event, list[tuple[_Event, str]]] = {}
        for group in self._groups:
            previous: _Event | None = None
            for wave, members in self.waves(group).items():
                barrier = _Event(group, "wave", wave)
                before[barrier] = [(_Event(key, "settled"), f"wave {wave}") for key in members]
                if previous:
                    before[barrier].append((previous, ""))
                for key in members:
                    before[_Event(key, "may roll")] = self._causes(key, previous)
                    before[_Event(key, "settled")] = self._settling(key)
                previous = barrier
        self._add_steps(before)
        return before

    def _add_steps(self, before: dict[_Event, list[tuple[_Event, str]]]) -> None:
        for applicationset, steps in self._steps:
            previous: _Event | None = None
            for index, members in enumerate(steps):
                barrier = _Event(applicationset, "step", index)
                before[barrier] = [(_Event(key, "settled"), f"step {index + 1}") for key in members]
                if previous:
                    before[barrier].append((previous, ""))
                    reason = f"step {index + 1} of {applicationset} comes after step {index}"
                    for key in members:
                        before[_Event(key, "may roll")].append((previous, reason))
                previous = barrier

    def _causes(self, key: NodeKey, previous_wave: _Event | None) -> list[tuple[_Event, str]]:
        causes: list[tuple[_Event, str]] = []
        parent = self._known_parent(self.nodes[key])
        if parent is not None:
            causes.append((_Event(parent, "may roll"), _RENDERED_BY))
        if previous_wave is not None:
            causes.append((previous_wave, f"wave {self.wave(key)} comes after wave {previous_wave.wave}"))
        for dependency in self._dependencies.get(key, ()):
            causes.append((_Event(dependency, "settled"), "depends-on"))
            if dependency.kind == _SET:
                generated = self._children.get(dependency, ())
                causes += [
                    (_Event(child, "settled"), "depends-on its set") for child in generated if child != key
                ]
        return causes

    def _settling(self, key: NodeKey) -> list[tuple[_Event, str]]:
        causes = [(_Event(key, "may roll"), "")]
        if key.kind != _SET:
            for child in self._children.get(key, ()):
                causes.append((_Event(child, "settled"), "is settled only with its children"))
                if child.kind == _SET:
                    generated = self._children.get(child, ())
                    causes += [
                        (_Event(grandchild, "settled"), "is settled only with its children")
                        for grandchild in generated
                    ]
        return causes

    def _report_cycles(self) -> None:
        if not self._dependencies and self._steps.follow(self._waves) and self._is_forest():
            return  # waves among the children of one parent, and steps that follow them, contradict nothing
        before = self._events()
        reported: set[frozenset[NodeKey]] = set()
        for cycle in _cycles(before):
            edges = _edges(cycle, before)
            nodes = frozenset(edge.waiting for edge in edges)
            # Applications that contain each other neither start nor settle: two cycles, one mistake.
            if nodes in reported:
                continue
            reported.add(nodes)
            start = edges.index(min(edges))
            finding = self._cycle_finding([*edges[start:], *edges[:start]])
            self._findings.append(finding)
            self._blocked.update(dict.fromkeys((edge.waiting for edge in edges), finding))

    def _cycle_finding(self, edges: Sequence[_Edge]) -> Finding:
        path = " -> ".join(str(key) for key in [*(edge.waiting for edge in edges), edges[0].waiting])
        if all(edge.reason == _RENDERED_BY for edge in edges):
            message = f"an Application that contains itself: {path}"
            hint = "take one of these manifests out of the source of the other"
        else:
            message = f"a cycle that can never roll out: {path}"
            hint = "change a wave or remove a depends-on so that one of them comes first"
        related = tuple(
            Related(
                f"{edge.waiting} waits for {edge.awaited}: {edge.reason}",
                self.nodes[edge.waiting].position_of(edge.reason),
            )
            for edge in edges
        )
        return Finding("rollout-cycle", Severity.ERROR, message, related[0].position, hint, related)


def build(nodes: Iterable[RolloutNode]) -> RolloutGraph:
    """The order of all nodes. Mistakes stand in the graph's `findings`; the rest stays usable."""
    return RolloutGraph(nodes)


_Graph = Mapping[_Event, Sequence[tuple[_Event, str]]]


def _topological(before: _Graph) -> list[_Event]:
    """Events so that causes come first. Cycles are left out. Ties are broken by the events' order."""
    from heapq import heapify, heappop, heappush

    waiting = {event: sum(cause in before for cause, _ in causes) for event, causes in before.items()}
    after: dict[_Event, list[_Event]] = defaultdict(list)
    for event, causes in before.items():
        for cause, _ in causes:
            after[cause].append(event)
    ready = [(_rank(event), event) for event, count in waiting.items() if count == 0]
    heapify(ready)
    found = []
    while ready:
        _, event = heappop(ready)
        found.append(event)
        for next_event in after[event]:
            waiting[next_event] -= 1
            if waiting[next_event] == 0:
                heappush(ready, (_rank(next_event), next_event))
    return found


def _cycles(before: _Graph) -> Iterable[list[_Event]]:
    """One cycle, as a path of causes, for each knot of events that wait for each other."""
    left = set(before) - set(_topological(before))
    # What merely waits for a cycle is not on one: strip events that nothing left waits for.
    while True:
        causes = {cause for event in left for cause, _ in before[event]}
        outside = {event for event in left if event not in causes}
        if not outside:
            break
        left -= outside
    while left:
        path = [min(left, key=_rank)]
        while path:
            step = next((cause for cause, _ in before[path[-1]] if cause in left), None)
            if step is None:
                left.discard(path.pop())
            elif step in path:
                cycle = path[path.index(step) :]
                yield cycle
                left -= set(cycle)
                break
            else:
                path.append(step)


def _edges(cycle: Sequence[_Event], before: _Graph) -> list[_Edge]:
    """A cycle of events, each followed by its cause, as edges between nodes."""
    named = [event for event in cycle if event.stage not in _BARRIERS]
    edges = []
    for event, following in zip(named, [*named[1:], named[0]], strict=True):
        causes = before[event]
        reason = next((why for cause, why in causes if cause == following), "")
        if not reason:
            reason = next((why for cause, why in causes if cause.stage in _BARRIERS and cause in cycle), "")
        if event.key and following.key and reason:
            edges.append(_Edge(event.key, following.key, reason))
    return edges


def _rank(event: _Event) -> tuple[NodeKey, str, int]:
    return (event.key or NodeKey("", "", ""), event.stage, event.wave)
