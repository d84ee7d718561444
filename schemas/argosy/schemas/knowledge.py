"""What an outside source answered: known, or unknown with the reason. Unknown is never empty."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar

from argosy.schemas.position import Path, Position
from argosy.schemas.user_info import without_user_info

__all__ = ["Answer", "Known", "Unknown"]

T_co = TypeVar("T_co", covariant=True)


def _nowhere(path: Path) -> Position | None:
    return None


@dataclass(frozen=True, slots=True)
class Known(Generic[T_co]):
    """A complete answer. `provenance` says where it comes from (`git main@4f2a…`, `file clusters.yaml`).

    `locate` finds the line of a part of it, where it stands in a file.
    """

    value: T_co
    provenance: str
    as_of: datetime | None = None
    locate: Callable[[Path], Position | None] = field(default=_nowhere, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Unknown:
    """No answer, or a partial one. Nothing that depends on it may be pruned or deleted."""

    reason: str
    hint: str = ""
    code: str = "unknown"

    def __post_init__(self) -> None:
        object.__setattr__(self, "reason", without_user_info(self.reason))
        object.__setattr__(self, "hint", without_user_info(self.hint))


Answer = Known[T_co] | Unknown
