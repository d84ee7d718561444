"""Sets of field paths, held in the shape of FieldsV1 itself: a trie of dictionaries.

`{"f:spec": {"f:replicas": {".": …}}}` says that `.spec.replicas` is a member; the key `"."` marks membership
of the node that holds it. So decoding `managedFields` and encoding it again is almost free. Nothing here
knows
values; `path_element` names the element of a list.

The algebra follows `sigs.k8s.io/structured-merge-diff/fieldpath`. Sets are never changed once they are built.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from argosy.sandbox.schema import Object, Schema

__all__ = [
    "EMPTY",
    "FieldSet",
    "MergeError",
    "Path",
    "decode",
    "difference",
    "encode",
    "ensure_named_fields",
    "from_paths",
    "go_json",
    "index_element",
    "insert",
    "intersection",
    "item_element",
    "members",
    "path_element",
    "print_path",
    "recursive_difference",
    "union",
]

FieldSet: TypeAlias = dict[str, Any]
"""A trie. Values are tries again, except under `"."`, which is a mere mark."""

Path: TypeAlias = tuple[str, ...]
"""Path elements as FieldsV1 writes them: `f:name`, `k:{"name":"c"}`, `v:"x"`, `i:0`."""

EMPTY: FieldSet = {}
_MEMBER = "."
_RANKS = {".": 0, "f": 1, "k": 2, "v": 3, "i": 4}


class MergeError(Exception):
    """A value does not fit its schema so that it cannot be merged (structured-merge-diff's
    ValidationErrors)."""


def go_json(value: object, sort_keys: bool = True) -> str:
    """Compact JSON as Go's encoder writes it: keys of maps sorted, `<`, `>` and `&` escaped."""
    text = json.dumps(value, separators=(",", ":"), sort_keys=sort_keys, ensure_ascii=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def item_element(schema: Schema, item: object) -> str:
    """The path element of an item of an associative list. Raises `MergeError` where it has none."""
    if not schema.keys:
        if item is None or isinstance(item, dict | list):
            kind = "null" if item is None else "list" if isinstance(item, list) else "map"
            raise MergeError(f"associative list without keys has an element that's a {kind} type")
        return "v:" + go_json(item)
    if not isinstance(item, dict):
        if item is None:
            raise MergeError("associative list with keys may not have a null element")
        raise MergeError("associative list with keys may not have non-map elements")
    defaults = schema.item.defaults
    found = {}
    for key in schema.keys:
        if key in item:
            found[key] = item[key]
        elif key in defaults:
            found[key] = defaults[key]
    if not found:
        keys = " ".join(f'"{key}"' for key in schema.keys)
        raise MergeError(
            "associative list with keys has an element that omits all key fields "
            f"[{keys}] (and doesn't have default values for any key fields)"
        )
    return "k:" + go_json(found)


def index_element(index: int) -> str:
    """The path element of an item of an atomic list, used in messages only."""
    return f"i:{index}"


def path_element(name: str) -> str:
    """The path element of a field or map key."""
    return "f:" + name


def insert(target: FieldSet, path: Iterable[str]) -> None:
    """Adds a path to a set that is still being built. The root itself cannot be a member."""
    empty = True
    for element in path:
        empty = False
        found = target.get(element)
        if found is None:
            found = target[element] = {}
        target = found
    if not empty:
        target[_MEMBER] = True


def from_paths(*paths: Iterable[str]) -> FieldSet:
    """A set from field names: `("metadata", "name")`."""
    built: FieldSet = {}
    for path in paths:
        insert(built, [path_element(name) for name in path])
    return built


def decode(fields: Mapping[str, Any]) -> FieldSet:
    """`fieldsV1` to a set: an empty object is a member."""
    return {
        key: True if key == _MEMBER else (decode(below) or {_MEMBER: True}) for key, below in fields.items()
    }


def encode(fields: FieldSet) -> Object:
    """A set to `fieldsV1`, ordered as Go orders it."""
    encoded: Object = {}
    for key in sorted(fields, key=_order):
        below = fields[key]
        if key == _MEMBER or (len(below) == 1 and _MEMBER in below):
            encoded[key] = {}
        else:
            encoded[key] = encode(below)
    return encoded


def _order(element: str) -> tuple[int, str]:
    return _RANKS[element[0]], element


def union(left: FieldSet, right: FieldSet) -> FieldSet:
    """Members of either."""
    if not left:
        return right
    if not right:
        return left
    joined = dict(left)
    for key, below in right.items():
        joined[key] = True if key == _MEMBER else union(joined[key], below) if key in joined else below
    return joined


def intersection(left: FieldSet, right: FieldSet) -> FieldSet:
    """Members of both."""
    common: FieldSet = {}
    for key, below in left.items():
        other = right.get(key)
        if other is None:
            continue
        if key == _MEMBER:
            common[key] = True
        elif found := intersection(below, other):
            common[key] = found
    return common


def difference(left: FieldSet, right: FieldSet) -> FieldSet:
    """Members of the left that are not members of the right."""
    if not right:
        return left
    rest: FieldSet = {}
    for key, below in left.items():
        other = right.get(key)
        if other is None:
            rest[key] = below
        elif key != _MEMBER and (found := difference(below, other)):
            rest[key] = found
    return rest


def recursive_difference(left: FieldSet, right: FieldSet) -> FieldSet:
    """Members of the left that neither are members of the right nor lie below one."""
    rest: FieldSet = {}
    for key, below in left.items():
        other = right.get(key)
        if other is None:
            rest[key] = below
        elif key != _MEMBER and _MEMBER not in other and (found := recursive_difference(below, other)):
            rest[key] = found
    return rest


def ensure_named_fields(fields: FieldSet, schema: Schema | None) -> FieldSet:
    """The set where a struct's field is a member as soon as something below it is
    (`Set.EnsureNamedFieldsAreMembers`)."""
    complete: FieldSet = {}
    for key, below in fields.items():
        if key == _MEMBER:
            complete[key] = True
            continue
        child = _child_schema(schema, key)
        made = ensure_named_fields(below, child) if child is not None else dict(below)
        named = key[0] == "f" and schema is not None and schema.declares(key[2:])
        if named and any(element != _MEMBER for element in below):
            made[_MEMBER] = True
        complete[key] = made
    return complete


def _child_schema(schema: Schema | None, element: str) -> Schema | None:
    if schema is None:
        return None
    return schema.child(element[2:]) if element[0] == "f" else schema.item


def members(fields: FieldSet, prefix: Path = ()) -> Iterator[Path]:
    """Every member, in Go's order: those of a level, then those below it."""
    keys = sorted((key for key in fields if key != _MEMBER), key=_order)
    for key in keys:
        if _MEMBER in fields[key]:
            yield (*prefix, key)
    for key in keys:
        yield from members(fields[key], (*prefix, key))


def print_path(path: Iterable[str]) -> str:
    """`.spec.containers[name="c"].image`, as `fieldpath.Path` prints itself."""
    return "".join(_print_element(element) for element in path)


def _print_element(element: str) -> str:
    kind, rest = element[0], element[2:]
    if kind == "f":
        return "." + rest
    if kind == "k":
        keys = json.loads(rest)
        return "[" + ",".join(f"{key}={go_json(value)}" for key, value in keys.items()) + "]"
    return f"[={rest}]" if kind == "v" else f"[{rest}]"
