"""A difference as a value: what becomes of each Application and of each object that it deploys.

Unknown is a state of its own: what could not be read or rendered on one side is never shown as removed.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from argosy.compiler.comparison.identity import ObjectKey
from argosy.compiler.rollout import NodeKey
from argosy.schemas.position import Position

__all__ = ["ApplicationChange", "Change", "Difference", "ObjectChange"]


class Change(StrEnum):
    """What becomes of something. The order is that in which a reader wants to see it."""

    REMOVED = "removed"
    MOVED = "moved"
    CHANGED = "changed"
    ADDED = "added"
    UNKNOWN = "unknown"


_ORDER = {change: number for number, change in enumerate(Change)}


@dataclass(frozen=True, slots=True)
class ObjectChange:
    """One object. `moved_from` is the Application that owned it before, where another one did.

    `before` and `after` are manifests without the values of Secrets; `key` is the object as it will be, and
    `earlier` as it was, where that is another object: then it is made anew and the old one is deleted.
    """

    change: Change
    key: ObjectKey
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None
    position: Position | None = None
    moved_from: NodeKey | None = None
    earlier: ObjectKey | None = None

    @property
    def deletes(self) -> ObjectKey | None:
        """The object that goes, if one does."""
        return self.key if self.change is Change.REMOVED else self.earlier


@dataclass(frozen=True, slots=True)
class ApplicationChange:
    """One Application or ApplicationSet.

    `before` and `after` are its manifests. `reasons` say what it is affected by, `unknown` what could not be
    found out about it; `keeps_objects`: its removal leaves its objects where they are, for it bears no
    finalizer, or is not removed at all; `held_back` says what keeps the change from the cluster.
    """

    change: Change
    key: NodeKey
    reasons: tuple[str, ...] = ()
    objects: tuple[ObjectChange, ...] = ()
    destination: str = ""
    position: Position | None = None
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None
    moved_from: NodeKey | None = None
    keeps_objects: bool = False
    held_back: str = ""
    unknown: str = ""

    @property
    def deletions(self) -> tuple[ObjectKey, ...]:
        """The objects that go with this change."""
        if self.keeps_objects:
            return ()
        return tuple(key for each in self.objects if (key := each.deletes) is not None)


@dataclass(frozen=True, slots=True)
class Difference:
    """Everything that differs between two states, what goes first."""

    applications: tuple[ApplicationChange, ...] = ()
    unknown: tuple[str, ...] = field(default=())
    """What of either state is not known, beside single Applications."""

    @classmethod
    def of(cls, changes: Iterable[ApplicationChange], unknown: Iterable[str] = ()) -> "Difference":
        """Sorted: what deletes most certainly comes first."""
        ordered = sorted(changes, key=lambda each: (_ORDER[each.change], not each.deletions, each.key))
        return cls(tuple(ordered), tuple(dict.fromkeys(unknown)))

    @property
    def deletions(self) -> Iterator[tuple[ApplicationChange, ObjectKey]]:
        """Every object that goes, with the Application that it goes with."""
        return ((each, key) for each in self.applications for key in each.deletions)

    @property
    def is_empty(self) -> bool:
        """Whether nothing differs, as far as is known."""
        return not any(each.change is not Change.UNKNOWN for each in self.applications)
