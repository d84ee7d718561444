"""The steps of RollingSyncs: which generated Application belongs to which. Pure; a part of the rollout
graph."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Self

from argosy.compiler.rollout_node import NodeKey, Place, RolloutNode
from argosy.schemas.model.applicationset import RolloutStep

__all__ = ["Steps", "step_of"]

Members = tuple[tuple[NodeKey, ...], ...]


def step_of(labels: Mapping[str, str], steps: Sequence[RolloutStep]) -> int | None:
    """The first step to which an Application with these labels belongs, from 0; `None` for none."""
    return next((index for index, step in enumerate(steps) if step.matches(labels)), None)


class Steps:
    """The members of each step of each set, by name, and the place of each Application."""

    def __init__(self, places: dict[NodeKey, Place], members: dict[NodeKey, Members]) -> None:
        self._places = places
        self._members = members

    @classmethod
    def of(cls, sets: Iterable[RolloutNode], children: Mapping[NodeKey, Sequence[RolloutNode]]) -> Self:
        """Sorts what sets generate into their steps."""
        places: dict[NodeKey, Place] = {}
        members: dict[NodeKey, Members] = {}
        for applicationset in sets:
            found: list[list[NodeKey]] = [[] for _ in applicationset.steps]
            for child in sorted(children.get(applicationset.key, ()), key=lambda node: node.key):
                step = step_of(child.labels, applicationset.steps)
                places[child.key] = Place(applicationset.key, step)
                if step is not None:
                    found[step].append(child.key)
            members[applicationset.key] = tuple(map(tuple, found))
        return cls(places, members)

    def __iter__(self) -> Iterator[tuple[NodeKey, Members]]:
        return iter(self._members.items())

    def place(self, key: NodeKey) -> Place | None:
        """Where an Application stands; `None` where no RollingSync rules it."""
        return self._places.get(key)

    def members(self, applicationset: NodeKey) -> Members:
        """The members of each step of a set; nothing for a set without steps."""
        return self._members.get(applicationset, ())

    def with_child(self, child: RolloutNode, applicationset: RolloutNode) -> Self:
        """The steps with an Application more."""
        step = step_of(child.labels, applicationset.steps)
        members = self.members(applicationset.key)
        if step is not None:
            members = tuple(
                tuple(sorted([*keys, child.key])) if index == step else keys
                for index, keys in enumerate(members)
            )
        place = Place(applicationset.key, step)
        return type(self)({**self._places, child.key: place}, {**self._members, applicationset.key: members})

    def follow(self, waves: Mapping[NodeKey, int]) -> bool:
        """Whether no later step has a lower wave than an earlier one: then steps and waves cannot contradict
        each other."""
        for _, steps in self:
            highest: int | None = None
            for members in steps:
                found = [waves[key] for key in members]
                if found and highest is not None and min(found) < highest:
                    return False
                highest = max([*found, highest] if highest is not None else found, default=None)
        return True
