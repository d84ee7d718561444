"""Typed access to a generator's part of the spec.

The API server has checked types already, but a matrix fills its second child's strings with parameters
afterwards, and the Jinja2 dialect keeps types: so each field is looked at where it is used.
"""

from collections.abc import Mapping, Sequence

from argosy.generators.generator import GeneratorError
from argosy.schemas.finding import ArgosyError

__all__ = ["flag", "items", "mapping", "strings", "text"]


def text(spec: Mapping[str, object], key: str) -> str:
    """A string field; absent and null are empty."""
    value = spec.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _wrong_type(key, value, "a string")
    return value


def flag(spec: Mapping[str, object], key: str) -> bool:
    """A boolean field; absent is false."""
    value = spec.get(key)
    if value is None:
        return False
    if not isinstance(value, bool):
        raise _wrong_type(key, value, "true or false")
    return value


def mapping(spec: Mapping[str, object], key: str) -> Mapping[str, object]:
    """A map field; absent is empty."""
    value = spec.get(key)
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise _wrong_type(key, value, "a map")
    return value


def items(spec: Mapping[str, object], key: str) -> Sequence[object]:
    """A list field; absent is empty."""
    value = spec.get(key)
    if value is None:
        return ()
    if not isinstance(value, list):
        raise _wrong_type(key, value, "a list")
    return value


def strings(spec: Mapping[str, object], key: str) -> Mapping[str, str]:
    """A field that maps strings to strings, `values` above all."""
    found = mapping(spec, key)
    for name, value in found.items():
        if not isinstance(value, str):
            raise _wrong_type(f"{key}.{name}", value, "a string")
    return {name: value for name, value in found.items() if isinstance(value, str)}


def _wrong_type(key: str, value: object, expected: str) -> ArgosyError:
    kind = {dict: "a map", list: "a list", str: "a string", bool: "a boolean"}.get(type(value), "a number")
    return GeneratorError(f"`{key}` must be {expected}, but is {kind}")
