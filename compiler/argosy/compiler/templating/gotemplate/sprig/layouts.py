"""Reads times by Go's layouts (`time.ParseInLocation`), with Go's complaints."""

import re
from typing import NoReturn

from argosy.compiler.templating.gotemplate.functions import GoError
from argosy.compiler.templating.gotemplate.sprig.times import (
    LAYOUT,
    MONTHS,
    WEEKDAYS,
    Time,
    Zone,
    days_from_civil,
    utc_zone,
)

__all__ = ["parse_time"]

_FRACTION = re.compile(r"[.,][0-9]+")
_ZONE_NAME = re.compile(
    r"GMT[+-][0-9]{1,2}|ChST|MeST|[A-Z]{4}T|[A-Z]{3}T|WITA|[A-Z]{3}|[+-][0-9]{2}(?![0-9])"
)
_MONTH_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def _quoted(text: str) -> str:
    return (
        '"'
        + "".join(
            f"\\{char}"
            if char in '"\\'
            else "".join(f"\\x{byte:02x}" for byte in char.encode("utf-8", "surrogateescape"))
            if char < " " or not char.isascii()
            else char
            for char in text
        )
        + '"'
    )


def parse_time(layout: str, text: str) -> Time:
    """The moment that a text names. Raises `GoError`."""
    return _Reader(layout, text).read()


class _MisfitError(Exception):
    """The text does not fit the chunk of the layout."""


class _Reader:
    def __init__(self, layout: str, text: str) -> None:
        self._layout, self._text = layout, text
        self._rest = text
        self._year, self._month, self._day, self._day_of_year = 0, 0, 0, -1
        self._hour = self._minute = self._second = self._nanosecond = 0
        self._afternoon: bool | None = None
        self._offset: int | None = None
        self._zone = ""
        self._next_is_fraction = False

    def read(self) -> Time:
        at = 0
        chunks = list(LAYOUT.finditer(self._layout))
        for index, chunk in enumerate(chunks):
            spelled = chunk[0].removeprefix("_") if chunk[0] == "_2006" else chunk[0]
            self._skip(self._layout[at : chunk.end() - len(spelled)])
            at = chunk.end()
            following = chunks[index + 1] if index + 1 < len(chunks) else None
            self._next_is_fraction = (
                following is not None and following.start() == at and following[0][0] in ".,"
            )
            held = self._rest
            try:
                self._chunk(spelled)
            except _MisfitError:
                self._fail(spelled, held)
        self._skip(self._layout[at:])
        if self._rest:
            self._complain(f": extra text: {_quoted(self._rest)}")
        return self._time()

    def _fail(self, wanted: str, found: str) -> NoReturn:
        raise GoError(
            f"parsing time {_quoted(self._text)} as {_quoted(self._layout)}:"
            f" cannot parse {_quoted(found)} as {_quoted(wanted)}"
        )

    def _complain(self, message: str) -> NoReturn:
        raise GoError(f"parsing time {_quoted(self._text)}{message}")

    def _skip(self, prefix: str) -> None:
        rest = self._rest
        left = prefix
        while left:
            if left[0] == " ":
                if rest and rest[0] != " ":
                    self._fail(prefix, rest)
                left, rest = left.lstrip(" "), rest.lstrip(" ")
                continue
            if not rest or rest[0] != left[0]:
                self._fail(prefix, rest)
            left, rest = left[1:], rest[1:]
        self._rest = rest

    def _digit(self, index: int) -> bool:
        return self._rest[index : index + 1].isascii() and self._rest[index : index + 1].isdigit()

    def _number(self, two_digits: bool = False) -> int:
        if not self._digit(0) or (two_digits and not self._digit(1)):
            raise _MisfitError
        length = 2 if self._digit(1) else 1
        return int(self._take(length))

    def _take(self, length: int) -> str:
        taken, self._rest = self._rest[:length], self._rest[length:]
        return taken

    def _fixed(self, length: int) -> int:
        digits = self._rest[:length]
        if len(digits) < length or not (digits.isascii() and digits.isdigit()):
            raise _MisfitError
        return int(self._take(length))

    def _name(self, names: tuple[str, ...], length: int | None) -> int:
        for index, name in enumerate(names):
            short = name[:length]
            if self._rest[: len(short)].lower() == short.lower():
                self._take(len(short))
                return index
        raise _MisfitError

    def _chunk(self, chunk: str) -> None:
        match chunk:
            case "2006":
                self._year = self._fixed(4)
            case "06":
                year = self._fixed(2)
                self._year = year + (1900 if year >= 69 else 2000)
            case "January" | "Jan":
                self._month = self._name(MONTHS, None if chunk == "January" else 3) + 1
            case "1" | "01":
                self._month = self._ranged(self._number(chunk == "01"), 1, 12, "month")
            case "Monday" | "Mon":
                self._name(WEEKDAYS, None if chunk == "Monday" else 3)
            case "2" | "_2" | "02":
                if chunk == "_2" and self._rest[:1] == " ":
                    self._take(1)
                self._day = self._number(chunk == "02") or -1
            case "__2" | "002":
                if chunk == "__2":
                    self._rest = re.sub("^ {1,2}", lambda spaces: "0" * len(spaces[0]), self._rest)
                self._day_of_year = self._fixed(3)
            case _:
                self._time_chunk(chunk)

    def _time_chunk(self, chunk: str) -> None:
        match chunk:
            case "15":
                self._hour = self._ranged(self._number(), 0, 23, "hour")
            case "3" | "03":
                self._hour = self._ranged(self._number(chunk == "03"), 0, 12, "hour")
            case "4" | "04":
                self._minute = self._ranged(self._number(chunk == "04"), 0, 59, "minute")
            case "5" | "05":
                self._second = self._ranged(self._number(chunk == "05"), 0, 59, "second")
                if not self._next_is_fraction:
                    self._optional_fraction()
            case "PM" | "pm":
                self._half_day(chunk)
            case "MST":
                self._zone_name()
            case _ if chunk[0] in ".,":
                self._fraction(chunk)
            case _:
                self._zone_offset(chunk)

    def _ranged(self, value: int, low: int, high: int, name: str) -> int:
        if not low <= value <= high:
            self._complain(f": {name} out of range")
        return value

    def _half_day(self, chunk: str) -> None:
        word = self._take(2)
        halves = {"AM": False, "PM": True} if chunk == "PM" else {"am": False, "pm": True}
        if word not in halves:
            raise _MisfitError
        self._afternoon = halves[word]

    def _optional_fraction(self) -> None:
        match = _FRACTION.match(self._rest)
        if match:
            self._nanosecond = int(self._take(match.end())[1:10].ljust(9, "0"))

    def _fraction(self, chunk: str) -> None:
        if chunk[1] == "9":
            self._optional_fraction()
            return
        if self._rest[:1] not in (".", ","):
            raise _MisfitError
        digits = self._rest[1 : len(chunk)]
        if len(digits) < len(chunk) - 1 or not digits.isdigit():
            raise _MisfitError
        self._take(len(chunk))
        self._nanosecond = int(digits[:9].ljust(9, "0"))

    def _zone_name(self) -> None:
        if self._rest.startswith("UTC"):
            self._take(3)
            self._offset, self._zone = 0, "UTC"
            return
        match = _ZONE_NAME.match(self._rest)
        if not match:
            raise _MisfitError
        self._zone = self._take(match.end())

    def _zone_offset(self, chunk: str) -> None:
        if chunk[0] == "Z" and self._rest[:1] == "Z":
            self._take(1)
            self._offset = 0
            return
        pattern = re.sub("0[57]|00", "([0-9]{2})", re.escape("+" + chunk[1:]).replace("\\+", "([+-])", 1))
        match = re.match(pattern, self._rest)
        if not match:
            raise _MisfitError
        hour, minute, second = (int(part) for part in (*match.groups()[1:], 0, 0)[:3])
        self._ranged(hour, 0, 24, "time zone offset hour")
        self._ranged(minute, 0, 60, "time zone offset minute")
        self._ranged(second, 0, 60, "time zone offset second")
        self._take(match.end())
        offset = hour * 3600 + minute * 60 + second
        self._offset = -offset if match[1] == "-" else offset

    # -- putting together --------------------------------------------------------------------------

    def _days_in(self, month: int) -> int:
        leap = self._year % 4 == 0 and (self._year % 100 != 0 or self._year % 400 == 0)
        return 29 if month == 2 and leap else _MONTH_DAYS[month - 1]

    def _date(self) -> tuple[int, int]:
        if self._day_of_year >= 0:
            return self._date_of_day()
        month = self._month or 1
        day = self._day or 1
        if not 1 <= day <= self._days_in(month):
            self._complain(": day out of range")
        return month, day

    def _date_of_day(self) -> tuple[int, int]:
        left = self._day_of_year
        if not 1 <= left <= 365 + (self._days_in(2) == 29):
            self._complain(": day-of-year out of range")
        month = 1
        while left > self._days_in(month):
            left -= self._days_in(month)
            month += 1
        if self._month not in (0, month):
            self._complain(": day-of-year does not match month")
        if self._day not in (0, left):
            self._complain(": day-of-year does not match day")
        return month, left

    def _time(self) -> Time:
        month, day = self._date()
        if self._afternoon and self._hour < 12:
            self._hour += 12
        elif self._afternoon is False and self._hour == 12:
            self._hour = 0
        wall = days_from_civil(self._year, month, day) * 86400
        wall += self._hour * 3600 + self._minute * 60 + self._second
        if self._offset:
            return Time(wall - self._offset, self._nanosecond, Zone(self._zone, self._offset))
        if self._zone and self._offset is None:
            # A name that the local zone does not know shifts nothing; only GMT+3 and its like have an offset.
            hours = self._zone[3:] if self._zone.startswith("GMT") and len(self._zone) > 3 else "0"
            return Time(wall, self._nanosecond, Zone(self._zone, int(hours) * 3600))
        return Time(wall, self._nanosecond, utc_zone())
