"""Merging, comparing and cutting values by their schema: structured-merge-diff's `typed` package.

Works on plain decoded JSON and knows nothing of field managers. Values that are returned share parts with the
arguments. Absence is `MISSING`, which is not the same as an explicit null.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from argosy.sandbox.fieldset import (
    FieldSet,
    MergeError,
    Path,
    index_element,
    insert,
    item_element,
    path_element,
    print_path,
)
from argosy.sandbox.schema import Scalar, Schema

__all__ = [
    "MISSING",
    "Comparison",
    "compare",
    "extract_set",
    "go_value",
    "merge",
    "remove",
    "same_value",
    "validate",
]


class _Missing(Enum):
    MISSING = "missing"


MISSING: Final = _Missing.MISSING


class _Shape(Enum):
    MAP = "map"
    LIST = "list"
    SCALAR = "scalar"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Which paths differ between two values."""

    removed: FieldSet
    modified: FieldSet
    added: FieldSet


def _shape(schema: Schema, value: object) -> _Shape:
    """Which atom of the schema a value uses (`deduceAtom`, then map before scalar before list)."""
    if schema.is_map and isinstance(value, dict):
        return _Shape.MAP
    if schema.is_list and isinstance(value, list):
        return _Shape.LIST
    if schema.scalar and value is not None and value is not MISSING and not isinstance(value, dict | list):
        return _Shape.SCALAR
    if schema.is_map:
        return _Shape.MAP
    return _Shape.SCALAR if schema.scalar else _Shape.LIST


def same_value(left: object, right: object) -> bool:
    """Equality of JSON: 1 equals 1.0, but true does not equal 1."""
    if type(left) is not type(right) and (isinstance(left, bool) or isinstance(right, bool)):
        return False
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same_value(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same_value, left, right))
    return left == right


# ---------------------------------------------------------------- validation


def validate(schema: Schema, value: object, allow_duplicates: bool = False) -> None:
    """Raises `MergeError` with every place where a value does not fit (`typed.AsTyped`)."""
    problems: list[str] = []
    _validate(schema, value, (), allow_duplicates, problems)
    if problems:
        raise MergeError(problems[0] if len(problems) == 1 else "errors:\n  " + "\n  ".join(problems))


def _validate(schema: Schema, value: object, path: Path, duplicates: bool, problems: list[str]) -> None:
    if value is None:
        return
    shape = _shape(schema, value)
    if shape is _Shape.MAP:
        _validate_map(schema, value, path, duplicates, problems)
    elif shape is _Shape.LIST:
        _validate_list(schema, value, path, duplicates, problems)
    elif problem := _scalar_problem(schema.scalar, value):
        problems.append(f"{print_path(path)}: {problem}")


def _validate_map(schema: Schema, value: object, path: Path, duplicates: bool, problems: list[str]) -> None:
    if not isinstance(value, dict):
        problems.append(f"{print_path(path)}: expected map, got &{{{go_value(value)}}}")
        return
    for name, field in value.items():
        child = schema.child(name)
        if child is None:
            problems.append(f"{print_path(path)}.{name}: field not declared in schema")
        else:
            _validate(child, field, (*path, path_element(name)), duplicates, problems)


def _validate_list(schema: Schema, value: object, path: Path, duplicates: bool, problems: list[str]) -> None:
    if not isinstance(value, list):
        problems.append(f"{print_path(path)}: expected list, got &{{{go_value(value)}}}")
        return
    seen: set[str] = set()
    item = schema.item
    for index, element_value in enumerate(value):
        element = index_element(index)
        if schema.associative:
            try:
                element = item_element(schema, element_value)
            except MergeError as error:
                problems.append(f"{print_path(path)}: element {index}: {error}")
                return
            if element in seen and not duplicates:
                problems.append(f"{print_path(path)}: duplicate entries for key {print_path((element,))}")
            seen.add(element)
        _validate(item, element_value, (*path, element), duplicates, problems)


def _scalar_problem(scalar: Scalar | None, value: object) -> str:
    found = _go_type(value)
    if isinstance(value, dict | list):
        return f"expected {_SCALAR_WORDS.get(scalar, 'scalar')}, got {found}"
    if scalar is Scalar.NUMERIC and isinstance(value, str | bool):
        return f"expected numeric (int or float), got {found}"
    if scalar is Scalar.STRING and not isinstance(value, str):
        return f"expected string, got &value.valueUnstructured{{Value:{go_value(value)}}}"
    if scalar is Scalar.BOOLEAN and not isinstance(value, bool):
        return f"expected boolean, got &value.valueUnstructured{{Value:{go_value(value)}}}"
    return ""


_SCALAR_WORDS: dict[Scalar | None, str] = {
    Scalar.NUMERIC: "numeric (int or float)",
    Scalar.STRING: "string",
    Scalar.BOOLEAN: "boolean",
}


def _go_type(value: object) -> str:
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, str):
        return "string"
    if isinstance(value, dict):
        return "map"
    return "list" if isinstance(value, list) else "number"


def go_value(value: object) -> str:
    """Roughly Go's `%v` of a decoded value; only read by people."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "map[" + " ".join(f"{key}:{go_value(found)}" for key, found in sorted(value.items())) + "]"
    if isinstance(value, list):
        return "[" + " ".join(map(go_value, value)) + "]"
    return str(value)


# ---------------------------------------------------------------- which fields a value has


def extract_set(schema: Schema, value: object) -> FieldSet:
    """The paths that a value sets (`TypedValue.ToFieldSet`). Raises `MergeError` for keyless list items."""
    fields: FieldSet = {}
    _extract(schema, value, fields)
    fields.pop(".", None)
    return fields


def _extract(schema: Schema, value: object, node: FieldSet) -> None:
    shape = _shape(schema, value)
    if shape is _Shape.SCALAR:
        node["."] = True
    elif shape is _Shape.MAP:
        if schema.atomic_map:
            node["."] = True
        elif isinstance(value, dict):
            _extract_fields(schema, value, node)
    elif not schema.associative:
        node["."] = True
    elif isinstance(value, list):
        _extract_items(schema, value, node)


def _extract_fields(schema: Schema, value: dict[str, Any], node: FieldSet) -> None:
    for name, field in value.items():
        below: FieldSet = {}
        _extract(schema.child_or_deduced(name), field, below)
        if field is None or (isinstance(field, dict) and not field) or not schema.declares(name):
            below["."] = True
        if below:
            node[path_element(name)] = below


def _extract_items(schema: Schema, value: list[Any], node: FieldSet) -> None:
    item = schema.item
    elements = [item_element(schema, found) for found in value]
    for element, found in zip(elements, value, strict=True):
        below = node.setdefault(element, {})
        below["."] = True
        # Duplicates (tolerated in live objects) are owned as a whole.
        if elements.count(element) == 1:
            _extract(item, found, below)


# ---------------------------------------------------------------- merge


def merge(schema: Schema, live: Any, config: Any) -> Any:
    """The live value with the configuration merged in; `MISSING` when nothing is left
    (`TypedValue.Merge`)."""
    shape = _shape(schema, live if config is MISSING else config)
    whole = live if config is MISSING else config
    if shape is _Shape.SCALAR:
        return whole
    kind = dict if shape is _Shape.MAP else list
    left: Any = live if isinstance(live, kind) else kind()
    right: Any = config if isinstance(config, kind) else kind()
    atomic = schema.atomic_map if shape is _Shape.MAP else not schema.associative
    if atomic or not (left or right):
        return whole
    merged = _merge_maps(schema, left, right) if kind is dict else _merge_lists(schema, left, right)
    return merged or MISSING


def _merge_maps(schema: Schema, left: dict[str, Any], right: dict[str, Any]) -> dict[str, Any]:
    merged = {}
    for name, value in left.items():
        found = merge(schema.child_or_deduced(name), value, right.get(name, MISSING))
        if found is not MISSING:
            merged[name] = found
    for name, value in right.items():
        if name not in left:
            found = merge(schema.child_or_deduced(name), MISSING, value)
            if found is not MISSING:
                merged[name] = found
    return merged


def _merge_lists(schema: Schema, left: list[Any], right: list[Any]) -> list[Any]:
    """Interleaves two keyed lists: the order of the right wins for what both have, what only the left
    has stays
    as near as possible to where it was (`mergingWalker.visitListItems`)."""
    left_keys = [item_element(schema, value) for value in left]
    right_keys = [item_element(schema, value) for value in right]
    left_by_key: dict[str, Any] = {}
    for key, value in zip(left_keys, left, strict=True):
        # A duplicate in the live list cannot be told apart: the configuration replaces all of them.
        left_by_key[key] = MISSING if key in left_by_key else value
    right_by_key = dict(zip(right_keys, right, strict=True))
    shared = [key for key in right_keys if key in left_by_key]
    merged: list[Any] = []
    done: set[str] = set()
    item = schema.item

    def emit(live: Any, config: Any) -> None:
        value = merge(item, live, config)
        if value is not MISSING:
            merged.append(value)

    at_left = at_right = at_shared = 0
    while at_left < len(left_keys) or at_right < len(right_keys):
        if at_left < len(left_keys) and at_right < len(right_keys):
            key = left_keys[at_left]
            if key == right_keys[at_right]:
                done.add(key)
                emit(left_by_key.get(key, MISSING), right_by_key[key])
                at_left, at_right, at_shared = at_left + 1, at_right + 1, at_shared + 1
                continue
            if key in right_by_key and at_shared < len(shared) and shared[at_shared] != key:
                at_left += 1
                continue
        if at_left < len(left_keys):
            key = left_keys[at_left]
            if key not in right_by_key:
                emit(left[at_left], MISSING)
                at_left += 1
                continue
            if key in done:
                at_left += 1
        if at_right < len(right_keys):
            key = right_keys[at_right]
            done.add(key)
            emit(left_by_key.get(key, MISSING), right_by_key[key])
            at_right += 1
            if at_shared < len(shared) and shared[at_shared] == key:
                at_shared += 1
    return merged


# ---------------------------------------------------------------- compare


def compare(schema: Schema, left: object, right: object) -> Comparison:
    """Which paths were removed, modified and added from left to right (`TypedValue.Compare`)."""
    comparison = Comparison({}, {}, {})
    _compare(schema, left, right, [], comparison)
    return comparison


def _compare(schema: Schema, left: Any, right: Any, path: list[str], out: Comparison) -> None:
    if left is right:
        return
    shape = _shape(schema, left if right is MISSING else right)
    both = left is not MISSING and right is not MISSING and left is not None and right is not None
    if both and _shape(schema, left) is not shape:
        # The type of a free-form value changed: each shape is walked on its own.
        insert(out.modified, path)
        if isinstance(left, dict):
            _compare_maps(schema, left, {}, path, out)
        if isinstance(right, dict):
            _compare_maps(schema, {}, right, path, out)
        return
    if shape is not _Shape.SCALAR:
        kind = dict if shape is _Shape.MAP else list
        left_part: Any = left if isinstance(left, kind) else kind()
        right_part: Any = right if isinstance(right, kind) else kind()
        atomic = schema.atomic_map if shape is _Shape.MAP else not schema.associative
        if not atomic and (left_part or right_part):
            if kind is dict:
                _compare_maps(schema, left_part, right_part, path, out)
            else:
                _compare_lists(schema, left_part, right_part, path, out)
            if left is MISSING:
                insert(out.added, path)
            elif right is MISSING:
                insert(out.removed, path)
            return
    if left is MISSING:
        insert(out.added, path)
    elif right is MISSING:
        insert(out.removed, path)
    elif not same_value(left, right):
        insert(out.modified, path)


def _compare_maps(
    schema: Schema, left: dict[str, Any], right: dict[str, Any], path: list[str], out: Comparison
) -> None:
    for name, value in left.items():
        _compare(
            schema.child_or_deduced(name), value, right.get(name, MISSING), [*path, path_element(name)], out
        )
    for name, value in right.items():
        if name not in left:
            _compare(schema.child_or_deduced(name), MISSING, value, [*path, path_element(name)], out)


def _grouped(schema: Schema, values: Sequence[Any]) -> dict[str, list[Any]]:
    groups: dict[str, list[Any]] = {}
    for value in values:
        groups.setdefault(item_element(schema, value), []).append(value)
    return groups


def _compare_lists(
    schema: Schema, left: list[Any], right: list[Any], path: list[str], out: Comparison
) -> None:
    item = schema.item
    left_groups, right_groups = _grouped(schema, left), _grouped(schema, right)
    for element in dict.fromkeys([*left_groups, *right_groups]):
        before, after = left_groups.get(element, []), right_groups.get(element, [])
        below = [*path, element]
        if len(before) <= 1 and len(after) <= 1:
            _compare(item, before[0] if before else MISSING, after[0] if after else MISSING, below, out)
        elif len(before) >= 2 and len(after) >= 2:
            if not same_value(before, after):
                insert(out.modified, below)
        elif len(before) >= 2:
            if after:
                _compare(item, MISSING, after[0], below, out)
            insert(out.removed, below)
        else:
            if before:
                _compare(item, before[0], MISSING, below, out)
            insert(out.added, below)


# ---------------------------------------------------------------- remove


def remove(schema: Schema, value: Any, fields: FieldSet) -> Any:
    """The value without the members of a set; None when nothing is left (`TypedValue.RemoveItems`)."""
    shape = _shape(schema, value)
    if shape is _Shape.SCALAR:
        return value
    if shape is _Shape.LIST:
        if not isinstance(value, list) or not value or not schema.associative:
            return None
        item = schema.item
        kept: list[Any] = []
        for found in value:
            below = fields.get(item_element(schema, found))
            if not below:
                kept.append(found)
            elif "." not in below:
                kept.append(remove(item, found, below))
        return kept or None
    if not isinstance(value, dict) or not value or schema.atomic_map:
        return None
    rest: dict[str, Any] = {}
    for name, field in value.items():
        below = fields.get(path_element(name))
        if not below:
            rest[name] = field
        elif "." not in below:
            rest[name] = remove(schema.child_or_deduced(name), field, below)
    return rest or None
