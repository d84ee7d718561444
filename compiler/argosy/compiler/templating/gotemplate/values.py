"""Go's types for Python's values: what a template's error messages and type checks speak of.

Parameters are what JSON and YAML give (`str`, `bool`, `float`, `None`, `list`, `dict`), and the classes of
`generators.go_values`.
Constants and functions add `int` (Go's int) and the classes of this module.
"""

from typing import ClassVar

from argosy.compiler.templating.limits import MAX_ITEMS, LimitError
from argosy.generators.go_values import GoObject, Slice, StringMap

__all__ = [
    "GoObject",
    "Int64",
    "NamedInt",
    "Slice",
    "Uint8",
    "Uint64",
    "go_type",
    "integer_of",
    "is_list",
    "kind",
    "node_count",
    "weigh",
    "wrap64",
]

_MASK64 = (1 << 64) - 1


def wrap64(value: int) -> int:
    """The value as a 64-bit signed integer keeps it."""
    value &= _MASK64
    return value - (1 << 64) if value >> 63 else value


class Int64(int):
    """An int64: what sprig's arithmetic gives. Not assignable to an int."""

    go_type: ClassVar[str] = "int64"

    def __new__(cls, value: int) -> "Int64":
        return super().__new__(cls, wrap64(value))


class Uint64(int):
    """A uint64: the parts of a semantic version."""

    go_type: ClassVar[str] = "uint64"


class Uint8(int):
    """A byte: what indexing a string gives."""

    go_type: ClassVar[str] = "uint8"


class NamedInt(int):
    """An integer with a name for each value (a month) or a form of its own (a duration)."""

    go_type: ClassVar[str]
    go_kind: ClassVar[str]

    def go_string(self) -> str:
        """What `%v` prints."""
        raise NotImplementedError


_TYPES: dict[type, tuple[str, str]] = {
    str: ("string", "string"),
    bool: ("bool", "bool"),
    int: ("int", "int"),
    float: ("float64", "float64"),
    complex: ("complex128", "complex128"),
    list: ("[]interface {}", "slice"),
    dict: ("map[string]interface {}", "map"),
    StringMap: ("map[string]string", "map"),
    Int64: ("int64", "int64"),
    Uint64: ("uint64", "uint64"),
    Uint8: ("uint8", "uint8"),
    type(None): ("<nil>", "invalid"),
}


def go_type(value: object) -> str:
    """The type as `%T` prints it."""
    known = _TYPES.get(value.__class__)
    if known is not None:
        return known[0]
    if isinstance(value, Slice):
        return "[]" + value.element
    if isinstance(value, GoObject | NamedInt):
        return value.go_type
    return _closest(value)[0]


def kind(value: object) -> str:
    """The kind as Go's `reflect.Kind` prints it."""
    known = _TYPES.get(value.__class__)
    if known is not None:
        return known[1]
    if isinstance(value, Slice):
        return "slice"
    if isinstance(value, GoObject | NamedInt):
        return value.go_kind
    return _closest(value)[1]


def _closest(value: object) -> tuple[str, str]:
    for each in (StringMap, str, bool, int, float, list, dict):
        if isinstance(value, each):
            return _TYPES[each]
    raise TypeError(f"templates cannot hold a value of class {type(value).__name__}")


def weigh(value: object) -> None:
    """Refuse a value with too much in it: lists may share parts, and so unfold to something huge."""
    node_count(value)


def node_count(value: object) -> int:
    """The number of elements in a value, however deep. Raises `LimitError` beyond `MAX_ITEMS`."""
    pending, found = [value], 0
    while pending:
        item = pending.pop()
        if isinstance(item, list):
            found += len(item)
            pending += item
        elif isinstance(item, dict):
            found += len(item)
            pending += item.values()
        if found > MAX_ITEMS:
            raise LimitError(f"the value has more than {MAX_ITEMS} elements")
    return found


def is_list(value: object) -> bool:
    """Whether Go would hold this in a slice."""
    return isinstance(value, list)


def integer_of(value: object) -> int | None:
    """The value of an integer of any width; None for anything else (a bool is none)."""
    return int(value) if isinstance(value, int) and value.__class__ is not bool else None
