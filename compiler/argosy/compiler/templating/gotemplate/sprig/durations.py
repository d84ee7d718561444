"""Go's durations: nanoseconds, read from and written as `1h2m3.5s`."""

import re
from decimal import Decimal
from typing import ClassVar

from argosy.compiler.templating.gotemplate.functions import GoError
from argosy.compiler.templating.gotemplate.numbers import decimal
from argosy.compiler.templating.gotemplate.values import NamedInt, wrap64
from argosy.compiler.templating.quoting import quote

__all__ = ["HOUR", "MINUTE", "SECOND", "Duration", "format_duration", "parse_duration"]

SECOND = 1_000_000_000
MINUTE, HOUR = 60 * SECOND, 3600 * SECOND
_UNITS = {"ns": 1, "us": 1000, "µs": 1000, "μs": 1000, "ms": 1_000_000, "s": SECOND, "m": MINUTE, "h": HOUR}
_TERM = re.compile(r"([0-9]*)(\.[0-9]*)?([^0-9.]*)")
_LIMIT = 1 << 63


class Duration(NamedInt):
    """`time.Duration`."""

    go_type: ClassVar[str] = "time.Duration"
    go_kind: ClassVar[str] = "int64"

    def go_string(self) -> str:
        """`1h2m3.5s`"""
        return format_duration(int(self))


def parse_duration(text: str) -> int:
    """`time.ParseDuration`, in nanoseconds. Raises `GoError`."""
    invalid = GoError(f"time: invalid duration {quote(text)}")
    rest, negative = text, False
    if rest[:1] in ("+", "-"):
        negative, rest = rest[0] == "-", rest[1:]
    if rest == "0":
        return 0
    if not rest:
        raise invalid
    total = 0
    while rest:
        match = _TERM.match(rest)
        if match is None or rest[0] not in ".0123456789" or not (match[1] or (match[2] or "").strip(".")):
            raise invalid
        if not match[3]:
            raise GoError(f"time: missing unit in duration {quote(text)}")
        if match[3] not in _UNITS:
            raise GoError(f"time: unknown unit {quote(match[3])} in duration {quote(text)}")
        unit = _UNITS[match[3]]
        total += decimal(match[1] or "0") * unit
        if match[2] and match[2] != ".":
            total += int(Decimal("0" + match[2]) * unit)
        if total > _LIMIT - (0 if negative else 1):
            raise invalid
        rest = rest[match.end() :]
    return -total if negative else total


def format_duration(nanoseconds: int) -> str:
    """`Duration.String`."""
    value = wrap64(nanoseconds)
    if value == 0:
        return "0s"
    sign, value = ("-", -value) if value < 0 else ("", value)
    for unit, size in (("ns", 1), ("µs", 1000), ("ms", 1_000_000)):
        if value < SECOND and value < size * 1000:
            return f"{sign}{_fraction(value, size)}{unit}"
    hours, rest = divmod(value, HOUR)
    minutes, rest = divmod(rest, MINUTE)
    text = f"{_fraction(rest, SECOND)}s"
    if hours:
        return f"{sign}{hours}h{minutes}m{text}"
    return f"{sign}{minutes}m{text}" if minutes else sign + text


def _fraction(value: int, size: int) -> str:
    whole, rest = divmod(value, size)
    digits = str(rest).rjust(len(str(size)) - 1, "0").rstrip("0") if rest else ""
    return f"{whole}.{digits}" if digits else str(whole)
