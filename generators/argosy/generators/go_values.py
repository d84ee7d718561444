"""Values that are more to Go's templates than JSON's types can say.

Argo CD hands some parameters over in types of its own, and templates, selectors and error messages tell them
from what JSON gives.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

__all__ = ["GoObject", "RawJson", "Slice", "StringMap"]


class StringMap(dict[str, str]):
    """Stands for Go's `map[string]string` (labels, annotations, `values`).

    Sprig's `hasKey`, `dig` and their like take `map[string]interface{}` only and fail on it.
    """

    __slots__ = ()


class Slice(list[object]):
    """A slice whose elements have a Go type of their own (`string`, `int`, …), or a nil slice."""

    __slots__ = ("element", "is_nil")

    def __init__(self, items: Iterable[object] = (), element: str = "string", is_nil: bool = False) -> None:
        super().__init__(items)
        self.element = element
        self.is_nil = is_nil


class GoObject:
    """A struct of a Go package with methods and fields that templates reach by name (a time, a version).

    `attributes` names methods with the types of their parameters, and fields with None.
    """

    __slots__ = ()
    go_type: ClassVar[str]
    go_kind: ClassVar[str] = "struct"
    attributes: ClassVar[dict[str, tuple[str, ...] | None]]

    def go_string(self) -> str:
        """What `%v` prints."""
        raise NotImplementedError

    def go_json(self) -> object:
        """What is written as JSON and YAML."""
        return self.go_string()


@dataclass(frozen=True, slots=True)
class RawJson(GoObject):
    """Kubernetes' `JSON`: a value of a resource whose schema nobody knows, kept as its text."""

    go_type: ClassVar[str] = "v1.JSON"
    attributes: ClassVar[dict[str, tuple[str, ...] | None]] = {"Raw": None}

    text: str

    @property
    def Raw(self) -> Slice:  # noqa: N802 -- a field of Go's
        """The text's bytes."""
        return Slice(self.text.encode(), "uint8")

    def go_string(self) -> str:
        """The bytes as numbers: the type prints as the struct that it is."""
        return f"{{[{' '.join(map(str, self.text.encode()))}]}}"

    def go_json(self) -> object:
        """The value."""
        return json.loads(self.text)
