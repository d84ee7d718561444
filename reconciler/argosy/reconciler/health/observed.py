"""Typed reading of an observed object, for the rules: absent is empty or zero, as in Kubernetes' Go types."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Condition", "Observed"]


@dataclass(frozen=True, slots=True)
class Condition:
    """One of `status.conditions`."""

    type: str
    status: str
    reason: str
    message: str

    @property
    def is_true(self) -> bool:
        """Whether it holds; `Unknown` does not."""
        return self.status == "True"

    @property
    def text(self) -> str:
        """The message, or the reason where there is none."""
        return self.message or self.reason or self.type


class Observed:
    """An object as the API server gave it."""

    __slots__ = ("metadata", "spec", "status", "value")

    def __init__(self, value: Mapping[str, Any]) -> None:
        self.value = value
        self.metadata = _mapping(value.get("metadata"))
        self.spec = _mapping(value.get("spec"))
        self.status = _mapping(value.get("status"))

    @property
    def name(self) -> str:
        """`metadata.name`."""
        return str(self.metadata.get("name") or "")

    @property
    def is_observed(self) -> bool:
        """Whether the controller has seen this generation. Where none is reported there is nothing to wait
        for.
        """
        return self.generation <= _integer(self.status.get("observedGeneration"))

    @property
    def generation(self) -> int:
        """`metadata.generation`."""
        return _integer(self.metadata.get("generation"))

    def count(self, field: str) -> int:
        """A number of the status."""
        return _integer(self.status.get(field))

    def wanted(self, field: str = "replicas") -> int | None:
        """A number of the spec, or `None` where it is not given."""
        given = self.spec.get(field)
        return given if isinstance(given, int) else None

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """`status.conditions`."""
        listed = self.status.get("conditions")
        return tuple(
            Condition(*(str(item.get(field) or "") for field in ("type", "status", "reason", "message")))
            for item in (listed if isinstance(listed, list) else ())
            if isinstance(item, Mapping)
        )

    def condition(self, kind: str) -> Condition | None:
        """The condition of this type."""
        return next((item for item in self.conditions if item.type == kind), None)


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _integer(value: object) -> int:
    return value if isinstance(value, int) else 0
