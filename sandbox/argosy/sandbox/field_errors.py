"""Validation findings on fields, worded as `k8s.io/apimachinery/pkg/util/validation/field` words them."""

from collections.abc import Iterable, Mapping
from typing import Any

from argosy.sandbox.errors import Cause
from argosy.sandbox.fieldset import go_json

__all__ = ["Problems", "at", "is_set"]


def at(path: str, *parts: str | int) -> str:
    """A path below another: `at("spec.ports", 0, "name")` is `spec.ports[0].name`."""
    for part in parts:
        path = f"{path}[{part}]" if isinstance(part, int) else f"{path}.{part}" if path else part
    return path


def is_set(value: object) -> bool:
    """Would Go's `len(value) > 0` or `value != nil` hold?"""
    return value is not None and value not in ("", [], {})


class Problems:
    """Collects the findings of one object."""

    def __init__(self) -> None:
        self.causes: list[Cause] = []

    def __bool__(self) -> bool:
        return bool(self.causes)

    def _add(self, reason: str, message: str, path: str) -> None:
        self.causes.append(Cause(reason, message, path))

    def required(self, path: str, detail: str = "") -> None:
        self._add("FieldValueRequired", "Required value" + (f": {detail}" if detail else ""), path)

    def invalid(self, path: str, value: object, detail: str) -> None:
        self._add("FieldValueInvalid", f"Invalid value: {_show(value)}: {detail}", path)

    def type_invalid(self, path: str, value: object, detail: str) -> None:
        self._add("FieldValueTypeInvalid", f"Invalid value: {_show(value)}: {detail}", path)

    def forbidden(self, path: str, detail: str) -> None:
        self._add("FieldValueForbidden", f"Forbidden: {detail}", path)

    def duplicate(self, path: str, value: object) -> None:
        self._add("FieldValueDuplicate", f"Duplicate value: {_show(value)}", path)

    def not_found(self, path: str, value: object) -> None:
        self._add("FieldValueNotFound", f"Not found: {_show(value)}", path)

    def too_long(self, path: str, limit: int) -> None:
        self._add("FieldValueTooLong", f"Too long: may not be more than {limit} bytes", path)

    def too_many(self, path: str, found: int, limit: int) -> None:
        self._add("FieldValueTooMany", f"Too many: {found}: must have at most {limit} items", path)

    def unsupported(self, path: str, value: object, allowed: Iterable[object]) -> None:
        choices = ", ".join(_show(choice) for choice in allowed)
        self._add(
            "FieldValueNotSupported", f"Unsupported value: {_show(value)}: supported values: {choices}", path
        )

    def one_of(self, path: str, holder: Mapping[str, Any], name: str, allowed: Iterable[str]) -> None:
        """Finds a value that is set and not among the (sorted) allowed ones."""
        value = holder.get(name)
        if is_set(value) and value not in (choices := list(allowed)):
            self.unsupported(at(path, name), value, sorted(choices))


def _show(value: object) -> str:
    """A value as Go's JSON; structs, which callers write with capital letters, keep their order."""
    is_struct = isinstance(value, dict) and any(name[:1].isupper() for name in value)
    return go_json(value, sort_keys=not is_struct)
