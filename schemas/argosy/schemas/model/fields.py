"""Typed reading of plain mappings.

A field that is missing, null or of another type reads as its zero value, as a field that was never written
does in Go; wrong types are `structure`'s to refuse.
"""

from collections.abc import Mapping
from typing import Any

__all__ = ["flag", "integer", "mapping", "mappings", "string_map", "text", "texts"]

Fields = Mapping[str, Any]
_EMPTY: Fields = {}


def text(fields: Fields, name: str) -> str:
    """The text of a field."""
    value = fields.get(name)
    return value if isinstance(value, str) else ""


def flag(fields: Fields, name: str, default: bool = False) -> bool:
    """The boolean of a field."""
    value = fields.get(name)
    return value if isinstance(value, bool) else default


def integer(fields: Fields, name: str, default: int = 0) -> int:
    """The integer of a field."""
    value = fields.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else default


def mapping(fields: Fields, name: str) -> Fields:
    """The mapping of a field, empty where there is none."""
    value = fields.get(name)
    return value if isinstance(value, Mapping) else _EMPTY


def mappings(fields: Fields, name: str) -> tuple[Fields, ...]:
    """The mappings in a list."""
    value = fields.get(name)
    return tuple(item for item in value if isinstance(item, Mapping)) if isinstance(value, list) else ()


def texts(fields: Fields, name: str) -> tuple[str, ...]:
    """The texts in a list."""
    value = fields.get(name)
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()


def string_map(fields: Fields, name: str) -> Mapping[str, str]:
    """A mapping of texts, such as labels."""
    return {key: value for key, value in mapping(fields, name).items() if isinstance(value, str)}
