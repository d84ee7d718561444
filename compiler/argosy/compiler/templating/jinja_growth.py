"""What Jinja's operators, filters and methods of texts may make grow: looked at before it is made.

A template is input: a few characters of it must not ask for gigabytes.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from itertools import chain
from typing import Any

from argosy.compiler.templating.limits import MAX_ITEMS, MAX_TEXT, LimitError, check_items, check_text

__all__ = ["bounded_filters", "check_method", "grows_too_much", "joined", "weighed", "weight"]

Guard = Callable[..., object]
"""Takes the arguments of what is called. Raises `LimitError`."""

_WIDE = re.compile(r"%[^a-zA-Z%]*(\d{7}|\*)")
_WIDE_FIELD = re.compile(r"\{[^{}]*(\d{7}|\{)")


def grows_too_much(operator: str, left: object, right: object) -> bool:
    """Whether the result of an operator is larger than a value may be."""
    if operator == "**":
        return isinstance(left, int) and isinstance(right, int) and abs(right) * _size(left) > MAX_ITEMS
    if operator == "*":
        for sequence, count in ((left, right), (right, left)):
            if isinstance(sequence, str | list | tuple) and isinstance(count, int):
                return len(sequence) * count > MAX_TEXT
    if operator == "%":
        return isinstance(left, str) and bool(_WIDE.search(left) or _size(weighed(right)) > MAX_TEXT)
    return _size(left) + _size(right) > MAX_TEXT


def joined(*values: object) -> str:
    """The operator `~`."""
    texts = [str(weighed(value)) for value in values]
    check_text(sum(map(len, texts)))
    return "".join(texts)


def weighed(value: Any) -> Any:
    """The value, if it may be printed: lists may share parts, and so unfold to something huge.

    Raises `LimitError`.
    """
    if isinstance(value, list | tuple | Mapping):
        pending: list[object] = [value]
        items = characters = 0
        while pending:
            item = pending.pop()
            if isinstance(item, str):
                characters += len(item)
                check_text(characters)
            elif isinstance(item, list | tuple | Mapping):
                items += len(item)
                check_items(items)
                pending += item.values() if isinstance(item, Mapping) else item
    return value


def weight(value: object) -> int:
    """The bytes that a value takes by itself, without what is in it."""
    if isinstance(value, list | tuple | Mapping):
        return 8 * len(value)
    return len(value) if isinstance(value, str | bytes) else 0


def check_method(method: object, arguments: tuple[object, ...]) -> None:
    """Looks at a call of a text's method. Raises `LimitError`."""
    # The sandbox puts a function of its own around `format`.
    method = getattr(method, "__wrapped__", method)
    text = getattr(method, "__self__", None)
    guard = _METHODS.get(getattr(method, "__name__", "")) if isinstance(text, str) else None
    if guard is not None:
        guard(text, *arguments)


def bounded_filters(filters: Mapping[str, Callable[..., object]]) -> dict[str, Callable[..., object]]:
    """Those of Jinja's filters that could make much of little, with a look at their arguments first."""
    printing = {name: _bounded(filters[name], lambda value, *_, **__: weighed(value)) for name in _PRINTING}
    guarded = {name: _bounded(filters[name], guard) for name, guard in _FILTERS.items()}
    return printing | guarded | {"join": _bounded_join(filters["join"]), "sum": _bounded_sum(filters["sum"])}


def _bounded(function: Callable[..., object], guard: Guard) -> Callable[..., object]:
    # A filter that wants the environment first says so by an attribute, which `wraps` copies.
    skipped = 1 if hasattr(function, "jinja_pass_arg") else 0

    @wraps(function)
    def bounded(*arguments: Any, **named: Any) -> object:
        guard(*arguments[skipped:], **named)
        return function(*arguments, **named)

    return bounded


def _bounded_join(function: Callable[..., object]) -> Callable[..., object]:
    @wraps(function)
    def join(context: object, value: Iterable[object], d: object = "", attribute: Any = None) -> object:
        items = list(value)
        _check_join(str(d), items)
        return function(context, items, d, attribute)

    return join


def _bounded_sum(function: Callable[..., object]) -> Callable[..., object]:
    """Sums of lists are joined in one go: one by one, each would be copied again for the next."""

    @wraps(function)
    def total(environment: Any, iterable: Iterable[Any], attribute: Any = None, start: Any = 0) -> object:
        from jinja2.filters import make_attrgetter

        if not isinstance(start, list):
            return function(environment, iterable, attribute, start)
        lists = [start, *map(make_attrgetter(environment, attribute), iterable)]
        if wrong := next((each for each in lists if not isinstance(each, list)), None):
            raise TypeError(f"only lists can be added to a list, not {type(wrong).__name__}")
        check_items(sum(map(len, lists)))
        return list(chain.from_iterable(lists))

    return total


def _size(value: object) -> int:
    if isinstance(value, str | bytes | list | tuple):
        return len(value)
    return value.bit_length() if isinstance(value, int) else 0


def _number(value: object) -> int:
    return int(value) if isinstance(value, int | float) else _size(value)


def _check_width(text: object, width: object = 80, *_: object) -> None:
    weighed(text)
    check_text(_number(width))


def _check_tabs(text: str, width: object = 8, tabsize: object = 0) -> None:
    check_text(len(text) + text.count("\t") * max(_number(width), _number(tabsize)))


def _check_join(separator: str, items: object) -> None:
    if isinstance(items, list | tuple | dict):
        weighed(items)
        check_text(len(items) * len(separator))


def _check_replace(text: object, old: object = "", new: object = "", *_: object, **__: object) -> None:
    here = str(weighed(text))
    check_text(len(here) + here.count(str(weighed(old))) * len(str(weighed(new))))


def _check_indent(text: object, width: object = 4, *_: object, **__: object) -> None:
    here = str(weighed(text))
    check_text(len(here) + (here.count("\n") + 1) * _number(width))


def _longest(values: tuple[object, ...], named: Mapping[str, object]) -> int:
    return max((len(str(weighed(each))) for each in (*values, *named.values())), default=0)


def _check_fields(text: str, *values: object, **named: object) -> None:
    if _WIDE_FIELD.search(text):
        raise LimitError("a field of this text may be too wide")
    check_text(len(text) + text.count("{") * _longest(values, named))


def _check_verbs(text: object, *values: object, **named: object) -> None:
    if _WIDE.search(str(text)):
        raise LimitError("a verb of this text may be too wide")
    check_text(len(str(text)) + str(text).count("%") * _longest(values, named))


def _check_translation(text: str, table: object = None) -> None:
    values = table.values() if isinstance(table, Mapping) else ()
    check_text(len(text) * max((_size(each) for each in values if isinstance(each, str)), default=1))


def _check_wrap(text: object, width: object = 79, *others: object, **named: object) -> None:
    # Wrapping takes far longer than anything else that is done with a text.
    check_items(len(str(weighed(text))))
    between = max((len(each) for each in (*others, *named.values()) if isinstance(each, str)), default=1)
    check_text(len(str(text)) * max(between, 1))


def _check_rows(_: object, count: object = 0, *__: object, **named: object) -> None:
    check_items(max(_number(count), *(_number(each) for each in named.values() if isinstance(each, int)), 0))


def _check_json(value: object, indent: object = None) -> None:
    weighed(value)
    check_text(_number(indent) * 1000)


_PRINTING = (
    "capitalize",
    "e",
    "escape",
    "forceescape",
    "lower",
    "pprint",
    "string",
    "striptags",
    "title",
    "trim",
    "truncate",
    "upper",
    "urlencode",
    "urlize",
    "wordcount",
    "xmlattr",
)
_METHODS: Mapping[str, Guard] = {
    "center": _check_width,
    "expandtabs": _check_tabs,
    "format": _check_fields,
    "join": _check_join,
    "ljust": _check_width,
    "replace": _check_replace,
    "rjust": _check_width,
    "translate": _check_translation,
    "zfill": _check_width,
}
_FILTERS: Mapping[str, Guard] = {
    "batch": _check_rows,
    "center": _check_width,
    "format": _check_verbs,
    "indent": _check_indent,
    "replace": _check_replace,
    "slice": _check_rows,
    "tojson": _check_json,
    "wordwrap": _check_wrap,
}
