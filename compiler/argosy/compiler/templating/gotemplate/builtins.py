"""The functions that every Go template has: comparison, indexing, escaping, printing.

`and`, `or` and `call` are listed for their signatures; the compiler writes their code itself.
"""

from collections.abc import Sequence
from urllib.parse import quote_plus

from argosy.compiler.templating.gotemplate.format import print_values, println_values, show
from argosy.compiler.templating.gotemplate.functions import GoError, Table
from argosy.compiler.templating.gotemplate.printf import printf
from argosy.compiler.templating.gotemplate.values import GoObject, Slice, Uint8, go_type, integer_of, kind
from argosy.compiler.templating.quoting import as_bytes
from argosy.generators.go_values import StringMap

__all__ = ["FUNCTIONS", "length_of_nothing"]

_INTEGERS = ("int", "int64")
_UNSIGNED = ("uint8", "uint64")
_BASIC = {
    "bool": "bool",
    "string": "string",
    "float64": "float",
    "complex128": "complex",
    **dict.fromkeys(_INTEGERS, "int"),
    **dict.fromkeys(_UNSIGNED, "uint"),
}
_BAD_TYPE = "invalid type for comparison"


# -- comparison ------------------------------------------------------------------------------------


def _basic(value: object) -> str | None:
    return _BASIC.get(kind(value))


def _incompatible(left: object, right: object) -> GoError:
    return GoError(f"incompatible types for comparison: {go_type(left)} and {go_type(right)}")


def _eq(left: object, *others: object) -> bool:
    if not others:
        raise GoError("missing argument for comparison")
    return any(_equal(left, right) for right in others)


def _equal(left: object, right: object) -> bool:
    if left.__class__ is str and right.__class__ is str:
        return left == right
    left_kind, right_kind = _basic(left), _basic(right)
    if left_kind != right_kind:
        if {left_kind, right_kind} == {"int", "uint"}:
            return left == right
        if left is None or right is None:
            return False
        raise _incompatible(left, right)
    if left_kind is not None:
        return left == right
    return _equal_composites(left, right)


def _is_nil(value: object) -> bool:
    return value is None or (isinstance(value, Slice) and value.is_nil)


def _equal_composites(left: object, right: object) -> bool:
    if left is not None and right is not None and kind(left) != kind(right):
        raise GoError(
            f"non-comparable types {printf('%s', left)}: {go_type(left)}, {go_type(right)}: {show(right)}"
        )
    if _is_nil(left) or _is_nil(right):
        return _is_nil(left) == _is_nil(right)
    if not isinstance(right, GoObject):
        raise GoError(f"non-comparable type {printf('%s', right)}: {go_type(right)}")
    return left == right


def _ne(left: object, right: object) -> bool:
    return not _equal(left, right)


def _lt(left: object, right: object) -> bool:
    left_kind, right_kind = _basic(left), _basic(right)
    if left_kind is None or right_kind is None:
        raise GoError(_BAD_TYPE)
    if left_kind != right_kind and {left_kind, right_kind} != {"int", "uint"}:
        raise _incompatible(left, right)
    if left_kind in ("bool", "complex"):
        raise GoError(_BAD_TYPE)
    return left < right  # type: ignore[no-any-return,operator]  # both are numbers or both strings


def _le(left: object, right: object) -> bool:
    return _lt(left, right) or _equal(left, right)


def _gt(left: object, right: object) -> bool:
    return not _le(left, right)


def _ge(left: object, right: object) -> bool:
    return not _lt(left, right)


def _not(value: object) -> bool:
    return not value


# -- collections -----------------------------------------------------------------------------------


def _len(value: object) -> int:
    if isinstance(value, str):
        return len(value) if value.isascii() else len(as_bytes(value))
    if isinstance(value, list | dict):
        return len(value)
    raise GoError(f"len of type {go_type(value)}")


def length_of_nothing(boxed: bool) -> GoError:
    """What `len` says to nil: a nil interface is something else than no value at all."""
    return GoError("len of nil pointer" if boxed else "reflect: call of reflect.Value.Type on zero Value")


def _index(value: object, *indexes: object) -> object:
    if value is None:
        raise GoError("index of untyped nil")
    for position in indexes:
        if value is None:
            raise GoError("index of nil pointer")
        if isinstance(value, dict):
            value = _entry(value, position)
        elif isinstance(value, list | str):
            value = _element(value, position)
        else:
            raise GoError(f"can't index item of type {go_type(value).removeprefix('*')}")
    return value


def _entry(mapping: dict[str, object], key: object) -> object:
    if key is None:
        raise GoError("value is nil; should be of type string")
    if not isinstance(key, str):
        raise GoError(f"value has type {go_type(key)}; should be string")
    return mapping.get(key, "" if isinstance(mapping, StringMap) else None)


def _element(value: list[object] | str, position: object) -> object:
    if position is None:
        raise GoError("cannot index slice/array with nil")
    number = integer_of(position)
    if number is None:
        raise GoError(f"cannot index slice/array with type {go_type(position)}")
    items: Sequence[object] = as_bytes(value) if isinstance(value, str) else value
    if not 0 <= number <= len(items):
        raise GoError(f"index out of range: {number}")
    if number == len(items):
        what = "string" if isinstance(value, str) else "slice"
        raise GoError(f"reflect: {what} index out of range")
    item = items[number]
    return Uint8(item) if isinstance(value, str) and isinstance(item, int) else item


# -- escaping --------------------------------------------------------------------------------------

_HTML = str.maketrans({"\0": "�", '"': "&#34;", "'": "&#39;", "&": "&amp;", "<": "&lt;", ">": "&gt;"})
_JS = {"\\": "\\\\", "'": "\\'", '"': '\\"', "<": "\\u003C", ">": "\\u003E", "&": "\\u0026", "=": "\\u003D"}


def _joined(values: tuple[object, ...]) -> str:
    if len(values) == 1 and isinstance(values[0], str):
        return values[0]
    return print_values(*("<no value>" if value is None else value for value in values))


def _html(*values: object) -> str:
    return _joined(values).translate(_HTML)


def _js(*values: object) -> str:
    return "".join(map(_js_char, _joined(values)))


def _js_char(char: str) -> str:
    if char in _JS:
        return _JS[char]
    if char < " " or not (char.isascii() or char.isprintable()):
        # A byte that is no character counts as U+FFFD, which is printable, and stays as it is.
        return char if 0xDC80 <= ord(char) <= 0xDCFF else f"\\u{ord(char):04X}"
    return char


def _urlquery(*values: object) -> str:
    return quote_plus(as_bytes(_joined(values)))


def _call(name: str, value: object, *_: object) -> object:
    if value is None:
        raise GoError("call of nil")
    raise GoError(f"non-function {name} of type {go_type(value)}")


FUNCTIONS: Table = {
    "and": (_not, "value, value...", "any"),
    "call": (_call, "value, value...", "any"),
    "eq": (_eq, "value, value...", "bool"),
    "ge": (_ge, "value, value", "bool"),
    "gt": (_gt, "value, value", "bool"),
    "html": (_html, "any...", "string"),
    "index": (_index, "value, value...", "any"),
    "js": (_js, "any...", "string"),
    "le": (_le, "value, value", "bool"),
    "len": (_len, "value", "int"),
    "lt": (_lt, "value, value", "bool"),
    "ne": (_ne, "value, value", "bool"),
    "not": (_not, "value", "bool"),
    "or": (_not, "value, value...", "any"),
    "print": (print_values, "any...", "string"),
    "printf": (printf, "string, any...", "string"),
    "println": (println_values, "any...", "string"),
    "urlquery": (_urlquery, "any...", "string"),
}
