"""Sprig's functions on lists. All give new lists; each has a `must` twin that says the same."""

from math import floor, fmod

from argosy.compiler.templating.gotemplate.functions import GoError, Table
from argosy.compiler.templating.gotemplate.sprig.casting import to_int64
from argosy.compiler.templating.gotemplate.sprig.equality import deep_equal
from argosy.compiler.templating.gotemplate.values import Slice, kind
from argosy.compiler.templating.limits import check_items

__all__ = ["FUNCTIONS"]

_NIL_POINTER = "runtime error: invalid memory address or nil pointer dereference"


def _nil_list() -> Slice:
    return Slice((), "interface {}", is_nil=True)


def _items(value: object, complaint: str) -> list[object]:
    if isinstance(value, list):
        return value
    if value is None:
        raise GoError(_NIL_POINTER)
    raise GoError(f"{complaint} {kind(value)}")


def _push(value: object, item: object) -> list[object]:
    items = _items(value, "Cannot push on type")
    check_items(len(items) + 1)
    return [*items, item]


def _prepend(value: object, item: object) -> list[object]:
    items = _items(value, "Cannot prepend on type")
    check_items(len(items) + 1)
    return [item, *items]


def _chunk(size: int, value: object) -> Slice:
    items = _items(value, "Cannot chunk type")
    if size == 0:
        raise GoError("runtime error: makeslice: len out of range")
    count = floor((len(items) - 1) / size) + 1
    if count < 0 or size < 0:
        raise GoError("runtime error: makeslice: len out of range")
    if size > len(items) and count > 0 and fmod(len(items), size) == 0:
        raise GoError("reflect: slice index out of range")
    return Slice((items[i * size : (i + 1) * size] for i in range(count)), "[]interface {}")


def _last(value: object) -> object:
    items = _items(value, "Cannot find last on type")
    return items[-1] if items else None


def _first(value: object) -> object:
    items = _items(value, "Cannot find first on type")
    return items[0] if items else None


def _rest(value: object) -> list[object]:
    items = _items(value, "Cannot find rest on type")
    return list(items[1:]) if items else _nil_list()


def _initial(value: object) -> list[object]:
    items = _items(value, "Cannot find initial on type")
    return list(items[:-1]) if items else _nil_list()


def _reverse(value: object) -> list[object]:
    return list(reversed(_items(value, "Cannot find reverse on type")))


def _compact(value: object) -> list[object]:
    return [item for item in _items(value, "Cannot compact on type") if item]


def _contains(items: list[object], wanted: object) -> bool:
    return any(deep_equal(wanted, item) for item in items)


def _uniq(value: object) -> list[object]:
    items = _items(value, "Cannot find uniq on type")
    if all(item.__class__ is str for item in items):
        return list(dict.fromkeys(items))
    check_items(len(items) ** 2 // 16)
    found: list[object] = []
    for item in items:
        if not _contains(found, item):
            found.append(item)
    return found


def _without(value: object, *omitted: object) -> list[object]:
    items = _items(value, "Cannot find without on type")
    return [item for item in items if not _contains(list(omitted), item)]


def _has(wanted: object, value: object) -> bool:
    return False if value is None else _contains(_items(value, "Cannot find has on type"), wanted)


def _slice(value: object, *indexes: object) -> object:
    items = _items(value, "list should be type of slice or array but")
    if not items:
        return None
    start = to_int64(indexes[0]) if indexes else 0
    end = to_int64(indexes[1]) if len(indexes) > 1 else len(items)
    if start < 0 or end < start or end > len(items):
        raise GoError("reflect.Value.Slice: slice index out of bounds")
    return Slice(items[start:end], items.element) if isinstance(items, Slice) else items[start:end]


def _concat(*values: object) -> list[object]:
    found: list[object] = []
    for value in values:
        if value is not None and not isinstance(value, list):
            raise GoError(f"Cannot concat type {kind(value)} as list")
        found += _items(value, "")
        check_items(len(found))
    return found or _nil_list()


def _with_must(table: Table) -> Table:
    return {**table, **{f"must{name[0].upper()}{name[1:]}": entry for name, entry in table.items()}}


FUNCTIONS: Table = {
    **_with_must(
        {
            "append": (_push, "any, any", "[]interface {}"),
            "chunk": (_chunk, "int, any", "[][]interface {}"),
            "compact": (_compact, "any", "[]interface {}"),
            "first": (_first, "any", "any"),
            "has": (_has, "any, any", "bool"),
            "initial": (_initial, "any", "[]interface {}"),
            "last": (_last, "any", "any"),
            "prepend": (_prepend, "any, any", "[]interface {}"),
            "push": (_push, "any, any", "[]interface {}"),
            "rest": (_rest, "any", "[]interface {}"),
            "reverse": (_reverse, "any", "[]interface {}"),
            "slice": (_slice, "any, any...", "any"),
            "uniq": (_uniq, "any", "[]interface {}"),
            "without": (_without, "any, any...", "[]interface {}"),
        }
    ),
    "concat": (_concat, "any...", "any"),
    "list": (lambda *values: list(values), "any...", "[]interface {}"),
    "tuple": (lambda *values: list(values), "any...", "[]interface {}"),
}
