"""Reads the number constants of a template as `strconv` and the template parser do together."""

import re

from argosy.compiler.templating.gotemplate.lexer import Item, Kind
from argosy.compiler.templating.gotemplate.nodes import Number
from argosy.compiler.templating.quoting import quote, unquote_char

__all__ = ["NumberSyntaxError", "decimal", "parse_float", "parse_int", "parse_number"]

_MIN_INT, _MAX_INT, _MAX_UINT = -(1 << 63), (1 << 63) - 1, (1 << 64) - 1
_INTEGER = re.compile(
    r"[+-]?(?:0[xX](?:_?[0-9a-fA-F])+|0[bB](?:_?[01])+|0[oO]?(?:_?[0-7])+|0|[1-9](?:_?[0-9])*)", re.ASCII
)
_DECIMAL_FLOAT = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_HEX_FLOAT = re.compile(r"[+-]?0[xX](?:[0-9a-fA-F]+\.?[0-9a-fA-F]*|\.[0-9a-fA-F]+)[pP][+-]?\d+", re.ASCII)
_COMPLEX = re.compile(r"(.*?[^eEpP])([+-].*)i")


_LONGEST = 100
"""Digits of the longest integer that is worth reading; Python refuses to read those of thousands."""


class NumberSyntaxError(ValueError):
    """Not a number by Go's rules; the text is Go's."""


def decimal(digits: str) -> int:
    """The value of decimal digits; too many give a number that fits no integer of Go's."""
    return int(digits) if len(digits) <= _LONGEST else int(digits.lstrip("0")[:_LONGEST] or 0)


def parse_int(text: str) -> int | None:
    """An integer constant with any of Go's prefixes (`strconv.ParseInt` with base 0); None also for one
    that is longer than any integer of Go's."""
    if len(text) > _LONGEST or not _INTEGER.fullmatch(text):
        return None
    digits = text.lstrip("+-").replace("_", "").lower()
    if len(digits) > 1 and digits[0] == "0" and digits[1].isdigit():
        digits = "0o" + digits
    value = int(digits, 0)
    return -value if text[0] == "-" else value


def parse_float(text: str) -> float | None:
    """A floating-point number by Go's rules (`strconv.ParseFloat`); None where it is none or too large."""
    lowered = text.lower().lstrip("+-")
    if lowered in ("inf", "infinity", "nan") and len(text) - len(lowered) <= 1:
        return float(text)
    if "_" in text:
        digit = "[0-9a-f]" if lowered.startswith("0x") else "[0-9]"
        if re.search(f"_(?!{digit})|(?<!{digit})(?<!^0x)_", lowered):
            return None
        text = text.replace("_", "")
    if _DECIMAL_FLOAT.fullmatch(text):
        value = float(text)
    elif _HEX_FLOAT.fullmatch(text):
        try:
            value = float.fromhex(text)
        except OverflowError:
            return None
    else:
        return None
    return None if value in (float("inf"), float("-inf")) else value


def parse_number(item: Item) -> Number:
    """The number or character constant of an item. Raises `NumberSyntaxError`, `QuoteError`."""
    text = item.value
    if item.kind is Kind.CHAR_CONSTANT:
        value, _, end = unquote_char(text, 1, "'")
        if text[end:] != "'":
            raise NumberSyntaxError(f"malformed character constant: {text}")
        return Number(item.start, text, value, value, float(value))
    if item.kind is Kind.COMPLEX:
        return _complex(item, *_complex_parts(text))
    if text.endswith("i"):
        imaginary = parse_float(text[:-1])
        if imaginary is not None:
            return _complex(item, 0.0, imaginary)
    return _real(item)


def _complex_parts(text: str) -> tuple[float, float]:
    match = _COMPLEX.fullmatch(text)
    if match:
        real, imaginary = parse_float(match[1]), parse_float(match[2])
        if real is not None and imaginary is not None:
            return real, imaginary
    raise NumberSyntaxError("syntax error scanning complex number")


def _whole(value: float, low: int, high: int) -> int | None:
    whole = int(value)
    return whole if whole == value and low <= whole <= high else None


def _complex(item: Item, real: float, imaginary: float) -> Number:
    number = Number(item.start, item.value, None, None, None, complex(real, imaginary))
    if imaginary == 0:
        number.floating = real
        number.integer = _whole(real, _MIN_INT, _MAX_INT)
        number.unsigned = _whole(real, 0, _MAX_UINT)
    return number


def _real(item: Item) -> Number:
    text = item.value
    whole = parse_int(text)
    if whole is not None and _MIN_INT <= whole <= _MAX_UINT:
        integer = whole if whole <= _MAX_INT else None
        unsigned = whole if whole >= 0 and (text[0] not in "+-" or whole == 0) else None
        return Number(item.start, text, integer, unsigned, float(whole))
    value = parse_float(text)
    if value is None:
        raise NumberSyntaxError(f"illegal number syntax: {quote(text)}")
    if not any(char in text for char in ".eEpP"):
        raise NumberSyntaxError(f"integer overflow: {quote(text)}")
    return Number(item.start, text, _whole(value, _MIN_INT, _MAX_INT), _whole(value, 0, _MAX_UINT), value)
