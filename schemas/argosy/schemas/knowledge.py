"""What an outside source answered: known, or unknown with the reason. Unknown is never empty."""

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

__all__ = ["Answer", "Known", "Unknown"]

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Known(Generic[T_co]):
    """A complete answer. `provenance` says where it comes from (`git main@4f2a…`, `file clusters.yaml`)."""

    value: T_co
    provenance: str
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """No answer, or a partial one. Nothing that depends on it may be pruned or deleted."""

    reason: str
    hint: str = ""
    code: str = "unknown"


Answer = Known[T_co] | Unknown
