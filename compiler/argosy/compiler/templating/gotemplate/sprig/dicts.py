"""Sprig's functions on maps. Where Go's order is random (`keys`, `values`), ours is sorted."""

from argosy.compiler.templating.gotemplate.format import show
from argosy.compiler.templating.gotemplate.functions import GoError, Table
from argosy.compiler.templating.gotemplate.values import Slice, go_type
from argosy.compiler.templating.limits import check_items, check_text
from argosy.generators.go_values import StringMap

__all__ = ["FUNCTIONS"]

_Map = dict[str, object]


def _get(mapping: _Map | None, key: str) -> object:
    return mapping.get(key, "") if mapping else ""


def _set(mapping: _Map | None, key: str, value: object) -> _Map:
    if mapping is None:
        raise GoError("assignment to entry in nil map")
    if isinstance(value, str):
        check_text(len(value))
    if mapping is value or len(mapping) >= 1000:
        check_items(len(mapping) + 1)
    mapping[key] = value
    return mapping


def _unset(mapping: _Map | None, key: str) -> _Map:
    if mapping is None:
        return {}
    mapping.pop(key, None)
    return mapping


def _has_key(mapping: _Map | None, key: str) -> bool:
    return mapping is not None and key in mapping


def _pluck(key: str, *mappings: _Map | None) -> list[object]:
    return [mapping[key] for mapping in mappings if mapping and key in mapping]


def _keys(*mappings: _Map | None) -> Slice:
    return Slice(key for mapping in mappings if mapping for key in sorted(mapping))


def _values(mapping: _Map | None) -> list[object]:
    return [mapping[key] for key in sorted(mapping)] if mapping else []


def _pick(mapping: _Map | None, *keys: str) -> _Map:
    return {key: mapping[key] for key in keys if key in mapping} if mapping else {}


def _omit(mapping: _Map | None, *keys: str) -> _Map:
    return {key: value for key, value in mapping.items() if key not in keys} if mapping else {}


def _dict(*pairs: object) -> _Map:
    keys = [show(key) for key in pairs[::2]]
    values = [*pairs[1::2], ""] if len(pairs) % 2 else pairs[1::2]
    return dict(zip(keys, values, strict=True))


def _wrong_type(value: object, wanted: str) -> GoError:
    found = "nil" if value is None else go_type(value)
    return GoError(f"interface conversion: interface {{}} is {found}, not {wanted}")


def _dig(*arguments: object) -> object:
    if len(arguments) < 3:
        raise GoError("dig needs at least three arguments")
    *keys, default, value = arguments
    if not isinstance(value, dict) or isinstance(value, StringMap):
        raise _wrong_type(value, "map[string]interface {}")
    for key in keys:
        if not isinstance(key, str):
            raise _wrong_type(key, "string")
    for key in keys:
        if not isinstance(value, dict) or isinstance(value, StringMap):
            raise _wrong_type(value, "map[string]interface {}")
        if key not in value:
            return default
        value = value[key]
    return value


# -- merging, as dario.cat/mergo 1.0.1 does ---------------------------------------------------------


def _merge(target: _Map | None, *sources: _Map | None) -> _Map:
    return _merged(target, sources, overwrite=False)


def _merge_overwrite(target: _Map | None, *sources: _Map | None) -> _Map:
    return _merged(target, sources, overwrite=True)


def _merged(target: _Map | None, sources: tuple[_Map | None, ...], overwrite: bool) -> _Map:
    result: _Map = {} if target is None else target
    for source in sources:
        if source is not None and source is not result:
            _merge_into(result, source, overwrite)
    return result


def _merge_into(target: _Map, source: _Map, overwrite: bool) -> None:
    for key in sorted(source):
        value, present = source[key], target.get(key)
        if value is None:
            if overwrite:
                target[key] = None
        elif isinstance(value, dict) and isinstance(present, dict):
            if value is not present:
                _merge_into(present, value, overwrite)
            if not present:
                target[key] = value
        elif overwrite or not present:
            target[key] = value


FUNCTIONS: Table = {
    "dict": (_dict, "any...", "map"),
    "dig": (_dig, "any...", "any"),
    "get": (_get, "map, string", "any"),
    "hasKey": (_has_key, "map, string", "bool"),
    "keys": (_keys, "map...", "[]string"),
    "merge": (_merge, "map, map...", "any"),
    "mergeOverwrite": (_merge_overwrite, "map, map...", "any"),
    "mustMerge": (_merge, "map, map...", "any"),
    "mustMergeOverwrite": (_merge_overwrite, "map, map...", "any"),
    "omit": (_omit, "map, string...", "map"),
    "pick": (_pick, "map, string...", "map"),
    "pluck": (_pluck, "string, map...", "[]interface {}"),
    "set": (_set, "map, string, any", "map"),
    "unset": (_unset, "map, string", "map"),
    "values": (_values, "map", "[]interface {}"),
}
