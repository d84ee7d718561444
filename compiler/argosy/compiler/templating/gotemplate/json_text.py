"""JSON as Go's encoding/json writes and reads it, with its complaints."""

import json
import re
from math import isfinite

from argosy.compiler.templating.gotemplate.format import float_digits, format_float
from argosy.compiler.templating.gotemplate.functions import GoError
from argosy.compiler.templating.gotemplate.values import GoObject, Slice, go_type
from argosy.compiler.templating.limits import MAX_ITEMS, MAX_TEXT, LimitError, check_text
from argosy.compiler.templating.quoting import quote, scrub

__all__ = ["read_json", "write_json"]

_ESCAPED = re.compile('["\\\\\x00-\x1f<>&\u2028\u2029\ud800-\udfff]')
_ESCAPED_RAW = re.compile('["\\\\\x00-\x1f\u2028\u2029\ud800-\udfff]')
_SHORT = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_INSIDE = ("in literal", "in numeric", "after decimal", "in exponent", "in string escape", "in \\u")
_LONE = re.compile("[\ud800-\udfff]")


# -- writing ---------------------------------------------------------------------------------------


def write_json(value: object, indent: str = "", escape_html: bool = True) -> str:
    """`json.Marshal`, or `MarshalIndent` with an indent. Raises `GoError`."""
    writer = _Writer(indent, escape_html)
    writer.write(value, "\n")
    return "".join(writer.parts)


class _Writer:
    def __init__(self, indent: str, escape_html: bool) -> None:
        self.parts: list[str] = []
        self._indent = indent
        self._pattern = _ESCAPED if escape_html else _ESCAPED_RAW
        self._spent = self._length = 0

    def _add(self, text: str) -> None:
        self._length += len(text)
        if self._length > MAX_TEXT:
            check_text(self._length)
        self.parts.append(text)

    def write(self, value: object, line: str) -> None:
        self._spent += 1
        if self._spent > MAX_ITEMS:
            raise LimitError(f"the value has more than {MAX_ITEMS} elements")
        if value is None or (isinstance(value, Slice) and value.is_nil):
            self._add("null")
        elif isinstance(value, str):
            self._add(self._string(value))
        elif isinstance(value, bool):
            self._add("true" if value else "false")
        elif isinstance(value, int):
            self._add(int.__repr__(value))
        elif isinstance(value, float):
            self._add(_number(value))
        elif isinstance(value, dict):
            keys = sorted(value)
            self._group("{", "}", [(f"{self._string(key)}:", value[key]) for key in keys], line)
        elif isinstance(value, list):
            self._group("[", "]", [("", item) for item in value], line)
        elif isinstance(value, GoObject):
            self.write(value.go_json(), line)
        else:
            raise GoError(f"json: unsupported type: {go_type(value)}")

    def _group(self, start: str, end: str, items: list[tuple[str, object]], line: str) -> None:
        if not items:
            self._add(start + end)
            return
        inner = line + self._indent if self._indent else ""
        between = start
        for prefix, item in items:
            self._add(between + inner + prefix + (" " if prefix and self._indent else ""))
            self.write(item, line + self._indent)
            between = ","
        self._add((line if self._indent else "") + end)

    def _string(self, text: str) -> str:
        return f'"{self._pattern.sub(_escape, text)}"'


def _escape(match: re.Match[str]) -> str:
    char = match[0]
    if char in _SHORT:
        return _SHORT[char]
    return "\\ufffd" if "\ud800" <= char <= "\udfff" else f"\\u{ord(char):04x}"


def _number(value: float) -> str:
    if not isfinite(value):
        raise GoError(f"json: unsupported value: {format_float(value)}")
    sign, digits, power = float_digits(value)
    if value != 0 and (power < -6 or power >= 21):
        text = format_float(value, 0) if power >= 0 else format_float(value)
        if -5 <= power < 0:  # pragma: no cover  # the exponent form starts at 1e-7
            return text
        mantissa, _, exponent = text.partition("e")
        return f"{mantissa}e{exponent[0]}{exponent[1:].lstrip('0') if exponent[0] == '-' else exponent[1:]}"
    if power < 0:
        return f"{sign}0.{'0' * (-power - 1)}{digits}"
    whole = digits.ljust(power + 1, "0")
    return f"{sign}{whole[: power + 1]}" + (f".{whole[power + 1 :]}" if len(whole) > power + 1 else "")


# -- reading ---------------------------------------------------------------------------------------


def _parse_float(text: str) -> float:
    value = float(text)
    if not isfinite(value):
        raise GoError(f"json: cannot unmarshal number {text} into Go value of type float64")
    return value


def _refuse(text: str) -> float:
    raise ValueError(text)


def read_json(text: str) -> object:
    """`json.Unmarshal` into an `interface{}`: every number is a float. Raises `GoError`."""
    try:
        value = json.loads(
            scrub(text), parse_int=_parse_float, parse_float=_parse_float, parse_constant=_refuse
        )
    except RecursionError:
        raise GoError("exceeded max depth") from None
    except ValueError:
        raise GoError(_Scanner(text).complaint()) from None
    return _without_lone_surrogates(value) if "\\u" in text else value


def _without_lone_surrogates(value: object) -> object:
    if isinstance(value, str):
        return _LONE.sub("�", value)
    if isinstance(value, list):
        return [_without_lone_surrogates(item) for item in value]
    if isinstance(value, dict):
        return {_LONE.sub("�", key): _without_lone_surrogates(item) for key, item in value.items()}
    return value


class _FoundError(Exception):
    """The first thing that Go's scanner does not like."""


class _Scanner:
    """Finds what is wrong with a text that is no JSON, in the order and words of Go's scanner."""

    def __init__(self, text: str) -> None:
        self._data = text.encode("utf-8", "surrogateescape").decode("latin-1")
        self._at = 0

    def complaint(self) -> str:
        """Go's message."""
        try:
            self._value()
            self._skip()
            if self._at < len(self._data):
                self._fail("after top-level value")
        except _FoundError as found:
            return str(found)
        return "invalid JSON"

    def _fail(self, context: str) -> None:
        if self._at >= len(self._data) and not context.startswith(_INSIDE):
            raise _FoundError("unexpected end of JSON input")
        # Go's scanner feeds itself a blank at the end.
        char = self._char() or " "
        shown = "'\\''" if char == "'" else "'\"'" if char == '"' else f"'{quote(char)[1:-1]}'"
        raise _FoundError(f"invalid character {shown} {context}")

    def _skip(self) -> None:
        while self._at < len(self._data) and self._data[self._at] in " \t\r\n":
            self._at += 1

    def _char(self) -> str:
        return self._data[self._at : self._at + 1]

    def _value(self) -> None:
        self._skip()
        char = self._char()
        if char == "{":
            self._object()
        elif char == "[":
            self._array()
        elif char == '"':
            self._string()
        elif char and char in "-0123456789":
            self._number()
        elif char and char in "tfn":
            self._literal({"t": "true", "f": "false", "n": "null"}[char])
        else:
            self._fail("looking for beginning of value")

    def _literal(self, word: str) -> None:
        for expected in word:
            if self._char() != expected:
                self._fail(f"in literal {word} (expecting '{expected}')")
            self._at += 1

    def _digits(self, context: str) -> None:
        if not self._char() or self._char() not in "0123456789":
            self._fail(context)
        while self._char() and self._char() in "0123456789":
            self._at += 1

    def _number(self) -> None:
        if self._char() == "-":
            self._at += 1
        if self._char() == "0":
            self._at += 1
        else:
            self._digits("in numeric literal")
        if self._char() == ".":
            self._at += 1
            self._digits("after decimal point in numeric literal")
        if self._char() in ("e", "E"):
            self._at += 1
            if self._char() in ("+", "-"):
                self._at += 1
            self._digits("in exponent of numeric literal")

    def _string(self) -> None:
        self._at += 1
        while self._char() != '"':
            if self._char() < " ":
                self._fail("in string literal")
            if self._char() == "\\":
                self._escape()
            self._at += 1
        self._at += 1

    def _escape(self) -> None:
        self._at += 1
        char = self._char()
        if char == "u":
            for _ in range(4):
                self._at += 1
                if not self._char() or self._char() not in "0123456789abcdefABCDEF":
                    self._fail("in \\u hexadecimal character escape")
        elif not char or char not in 'bfnrt\\/"':
            self._fail("in string escape code")

    def _array(self) -> None:
        self._at += 1
        self._skip()
        if self._char() == "]":
            self._at += 1
            return
        while True:
            self._value()
            self._skip()
            if self._char() == "]":
                self._at += 1
                return
            if self._char() != ",":
                self._fail("after array element")
            self._at += 1

    def _object(self) -> None:
        self._at += 1
        self._skip()
        if self._char() == "}":
            self._at += 1
            return
        while True:
            self._skip()
            if self._char() != '"':
                self._fail("looking for beginning of object key string")
            self._string()
            self._skip()
            if self._char() != ":":
                self._fail("after object key")
            self._at += 1
            self._value()
            self._skip()
            if self._char() == "}":
                self._at += 1
                return
            if self._char() != ",":
                self._fail("after object key:value pair")
            self._at += 1
