"""Strategic merge patch: a merge patch that knows, from the schema, which lists merge by key.

Port of the rules of `k8s.io/apimachinery/pkg/util/strategicpatch`, with the directives `$patch`,
`$retainKeys`,
`$setElementOrder/…` and `$deleteFromPrimitiveList/…`. It knows no ownership and no defaults.
"""

from collections.abc import Callable, Mapping
from typing import Any

from argosy.sandbox.errors import ApiError, bad_request
from argosy.sandbox.merge import go_value
from argosy.sandbox.schema import Object, Schema

__all__ = ["apply_strategic_merge_patch"]

_DIRECTIVE = "$patch"
_RETAIN_KEYS = "$retainKeys"
_ORDER = "$setElementOrder/"
_DELETE = "$deleteFromPrimitiveList/"


def apply_strategic_merge_patch(schema: Schema | None, current: Mapping[str, Any], patch: Object) -> Object:
    """The patched object. Raises `ApiError` (400, 500) for directives and lists that make no sense."""
    match patch.get(_DIRECTIVE):
        case "replace":
            return {name: value for name, value in patch.items() if name != _DIRECTIVE}
        case "delete":
            return {}
        case None | "merge":
            pass
        case directive:
            raise ApiError(500, "", f"Unknown patch type found: {directive} in map {go_value(patch)}")
    patched = _retained(current, patch)
    for name, value in patch.items():
        if name in (_DIRECTIVE, _RETAIN_KEYS) or name.startswith((_ORDER, _DELETE)):
            continue
        if value is None:
            patched.pop(name, None)
        else:
            patched[name] = _merge_field(schema, name, patched.get(name), value)
    for name, value in patch.items():
        if name.startswith(_DELETE):
            _delete_primitives(patched, name.removeprefix(_DELETE), value)
    for name in _reordered_fields(patch):
        _reorder(schema, name, current, patched, patch)
    return patched


def _retained(current: Mapping[str, Any], patch: Object) -> Object:
    keys = patch.get(_RETAIN_KEYS)
    if keys is None:
        return dict(current)
    if not isinstance(keys, list):
        raise bad_request("invalid patch format of retainKeys")
    if any(name not in keys for name in patch if not name.startswith("$")):
        raise bad_request("invalid patch format of retainKeys")
    return {name: value for name, value in current.items() if name in keys}


def _merge_field(schema: Schema | None, name: str, found: Any, value: Any) -> Any:
    child = schema.child(name) if schema is not None else None
    if isinstance(value, dict):
        return apply_strategic_merge_patch(child, found if isinstance(found, dict) else {}, value)
    if isinstance(value, list):
        return _merge_list(schema, child, name, found if isinstance(found, list) else [], value)
    return value


def _strategies(schema: Schema | None, name: str) -> tuple[bool, str | None]:
    """Does this list merge, and by which key?"""
    raw = schema.raw_field(name) if schema is not None else {}
    strategies = raw.get("x-kubernetes-patch-strategy", "").split(",")
    return "merge" in strategies, raw.get("x-kubernetes-patch-merge-key")


def _merge_list(
    schema: Schema | None, child: Schema | None, name: str, found: list[Any], value: list[Any]
) -> Any:
    merges, key = _strategies(schema, name)
    if not merges:
        return value
    if key is None:
        return found + [item for item in dict.fromkeys(value) if item not in found]
    if any(isinstance(item, dict) and item.get(_DIRECTIVE) == "replace" for item in value):
        return [item for item in value if _DIRECTIVE not in item]
    return _merge_items(child, key, found, value)


def _merge_items(child: Schema | None, key: str, found: list[Any], value: list[Any]) -> list[Any]:
    merged = list(found)
    item_schema = child.item if child is not None else None
    for item in value:
        if not isinstance(item, dict):
            raise ApiError(500, "", f"map: {go_value(item)} does not contain declared merge key: {key}")
        if key not in item:
            raise ApiError(500, "", f"map: {go_value(item)} does not contain declared merge key: {key}")
        at = next((index for index, known in enumerate(merged) if known.get(key) == item[key]), None)
        if item.get(_DIRECTIVE) == "delete":
            merged = [known for known in merged if known.get(key) != item[key]]
        elif at is None:
            merged.append(apply_strategic_merge_patch(item_schema, {}, item))
        else:
            merged[at] = apply_strategic_merge_patch(item_schema, merged[at], item)
    return merged


def _delete_primitives(patched: Object, name: str, values: Any) -> None:
    if not isinstance(values, list):
        raise bad_request("invalid patch format of primitive list")
    if isinstance(patched.get(name), list):
        patched[name] = [item for item in patched[name] if item not in values]


def _reordered_fields(patch: Object) -> list[str]:
    names = [
        name.removeprefix(_ORDER)
        for name, value in patch.items()
        if isinstance(value, list) and not name.startswith(_DELETE) and name != _RETAIN_KEYS
    ]
    return list(dict.fromkeys(names))


def _reorder(
    schema: Schema | None, name: str, current: Mapping[str, Any], patched: Object, patch: Object
) -> None:
    """Items named by the patch come in its order; the others keep their place relative to the live list."""
    merges, key = _strategies(schema, name)
    if not merges or not isinstance(patched.get(name), list):
        return
    if _is_replaced(patch.get(name)):
        return
    identify: Callable[[Any], Any] = (lambda item: item.get(key)) if key else (lambda item: item)
    wanted = [
        identify(item)
        for item in patch.get(_ORDER + name) or patch.get(name) or ()
        if not (isinstance(item, dict) and item.get(_DIRECTIVE))
    ]
    server = [identify(item) for item in current.get(name) or ()]
    mine = [item for item in patched[name] if identify(item) in wanted]
    mine.sort(key=lambda item: wanted.index(identify(item)))
    theirs = [item for item in patched[name] if identify(item) not in wanted]
    theirs.sort(key=lambda item: server.index(identify(item)) if identify(item) in server else 0)
    ordered = _interleave(
        theirs, mine, [identify(item) for item in theirs], [identify(i) for i in mine], server
    )
    if ordered:
        patched[name] = ordered
    else:
        del patched[name]


def _is_replaced(value: Any) -> bool:
    return isinstance(value, list) and any(
        isinstance(item, dict) and item.get(_DIRECTIVE) == "replace" for item in value
    )


def _interleave(
    left: list[Any], right: list[Any], left_keys: list[Any], right_keys: list[Any], server: list[Any]
) -> list[Any]:
    """Two ordered lists in one; the live order decides where both are known there, else the patch goes
    first."""
    merged: list[Any] = []
    i = j = 0
    while i < len(left) and j < len(right):
        known = left_keys[i] in server and right_keys[j] in server
        if known and server.index(left_keys[i]) < server.index(right_keys[j]):
            merged.append(left[i])
            i += 1
        else:
            merged.append(right[j])
            j += 1
    return merged + left[i:] + right[j:]
