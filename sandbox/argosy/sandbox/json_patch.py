"""JSON patch (RFC 6902) and JSON merge patch (RFC 7386) on plain values. They know no schemas.

A JSON patch that does not fit raises `PatchError`, worded as the library that the API server uses
(`gopkg.in/evanphx/json-patch.v4`).
"""

import copy
from collections.abc import Callable
from typing import Any

from argosy.sandbox.merge import same_value

__all__ = ["PatchError", "apply_json_patch", "apply_merge_patch"]


class PatchError(Exception):
    """An operation of a JSON patch cannot be carried out."""


def apply_merge_patch(target: Any, patch: Any) -> Any:
    """RFC 7386: nulls delete, objects merge, everything else replaces."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = apply_merge_patch(merged.get(name), value)
    return merged


def apply_json_patch(document: Any, operations: list[Any]) -> Any:
    """RFC 6902. Raises `PatchError`; the document itself is never changed."""
    holder = {"": copy.deepcopy(document)}
    for operation in operations:
        if not isinstance(operation, dict):
            raise PatchError("an operation must be an object")
        name = operation.get("op")
        act = _OPERATIONS.get(name) if isinstance(name, str) else None
        if act is None:
            raise PatchError(f"Unexpected kind: {name if name is not None else 'unknown'}")
        act(holder, operation)
    return holder[""]


def _pointer(operation: dict[str, Any], name: str = "path") -> list[str]:
    pointer = operation.get(name)
    if not isinstance(pointer, str):
        raise PatchError(f"missing {name}")
    if pointer and not pointer.startswith("/"):
        raise PatchError(f"{operation.get('op')} operation does not apply: doc is missing path: {pointer}")
    return ["", *(part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:])]


def _missing(operation: dict[str, Any], name: str = "path") -> PatchError:
    verb, pointer = operation.get("op"), operation.get(name)
    return PatchError(f'{verb} operation does not apply: doc is missing path: "{pointer}": missing value')


def _parent(holder: Any, parts: list[str], operation: dict[str, Any], name: str = "path") -> Any:
    found = holder
    for part in parts[:-1]:
        found = _child(found, part, operation, name)
    if not isinstance(found, dict | list):
        raise _missing(operation, name)
    return found


def _child(found: Any, part: str, operation: dict[str, Any], name: str) -> Any:
    if isinstance(found, dict) and part in found:
        return found[part]
    if isinstance(found, list):
        return found[_index(found, part, len(found) - 1, operation, name)]
    raise _missing(operation, name)


def _index(found: list[Any], part: str, last: int, operation: dict[str, Any], name: str) -> int:
    try:
        index = int(part)
    except ValueError:
        raise _missing(operation, name) from None
    if index < 0:
        index += len(found)
    if not 0 <= index <= last:
        raise PatchError(
            f'{operation.get("op")} operation does not apply: doc is missing path: "{operation.get(name)}": '
            f"Unable to access invalid index: {part}: invalid index referenced"
        )
    return index


def _get(holder: Any, operation: dict[str, Any], name: str = "path") -> Any:
    parts = _pointer(operation, name)
    return _child(_parent(holder, parts, operation, name), parts[-1], operation, name)


def _put(holder: Any, operation: dict[str, Any], value: Any) -> None:
    parts = _pointer(operation)
    parent = _parent(holder, parts, operation)
    if isinstance(parent, dict):
        parent[parts[-1]] = value
    elif parts[-1] == "-":
        parent.append(value)
    else:
        parent.insert(_index(parent, parts[-1], len(parent), operation, "path"), value)


def _take(holder: Any, operation: dict[str, Any], name: str = "path") -> Any:
    parts = _pointer(operation, name)
    if len(parts) == 1:  # the whole document: nothing would be left to patch
        raise _missing(operation, name)
    parent = _parent(holder, parts, operation, name)
    if isinstance(parent, list):
        return parent.pop(_index(parent, parts[-1], len(parent) - 1, operation, name))
    if parts[-1] not in parent:
        raise _missing(operation, name)
    return parent.pop(parts[-1])


def _value(operation: dict[str, Any]) -> Any:
    return copy.deepcopy(operation.get("value"))


def _add(holder: Any, operation: dict[str, Any]) -> None:
    _put(holder, operation, _value(operation))


def _remove(holder: Any, operation: dict[str, Any]) -> None:
    _take(holder, operation)


def _replace(holder: Any, operation: dict[str, Any]) -> None:
    parts = _pointer(operation)
    parent = _parent(holder, parts, operation)
    _child(parent, parts[-1], operation, "path")
    if isinstance(parent, dict):
        parent[parts[-1]] = _value(operation)
    else:
        parent[_index(parent, parts[-1], len(parent) - 1, operation, "path")] = _value(operation)


def _move(holder: Any, operation: dict[str, Any]) -> None:
    _put(holder, operation, _take(holder, operation, "from"))


def _copy(holder: Any, operation: dict[str, Any]) -> None:
    _put(holder, operation, copy.deepcopy(_get(holder, operation, "from")))


def _test(holder: Any, operation: dict[str, Any]) -> None:
    try:
        found = _get(holder, operation)
    except PatchError:
        if operation.get("value") is None:
            return
        raise
    if not same_value(found, operation.get("value")):
        raise PatchError(f"testing value {operation.get('path')} failed: test failed")


_OPERATIONS: dict[str, Callable[[Any, dict[str, Any]], None]] = {
    "add": _add,
    "remove": _remove,
    "replace": _replace,
    "move": _move,
    "copy": _copy,
    "test": _test,
}
