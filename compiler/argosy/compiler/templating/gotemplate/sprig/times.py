"""Go's time.Time: a moment with a zone, its fields and its layouts' written form.

The local zone is UTC, as it is where Argo CD runs; what a template gives must not depend on the machine.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from typing import ClassVar

from argosy.compiler.templating.gotemplate.functions import GoError
from argosy.compiler.templating.gotemplate.sprig.durations import SECOND, Duration
from argosy.compiler.templating.gotemplate.values import GoObject, Int64, NamedInt

__all__ = [
    "LAYOUT",
    "MONTHS",
    "WEEKDAYS",
    "Clock",
    "Time",
    "Zone",
    "days_from_civil",
    "load_zone",
    "utc_zone",
]

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
WEEKDAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
LAYOUT = re.compile(
    r"January|Jan(?![a-z])|Monday|Mon(?![a-z])|MST|002|0[1-6]|15|1|2006|2|_2006|__2|_2|3|4|5|PM|pm"
    r"|-070000|-07:00:00|-0700|-07:00|-07|Z070000|Z07:00:00|Z0700|Z07:00|Z07|[.,]0+(?![0-9])|[.,]9+(?![0-9])"
)
_STRING = "2006-01-02 15:04:05.999999999 -0700 MST"


class _Month(NamedInt):
    go_type: ClassVar[str] = "time.Month"
    go_kind: ClassVar[str] = "int"

    def go_string(self) -> str:
        return MONTHS[int(self) - 1]


class _Weekday(NamedInt):
    go_type: ClassVar[str] = "time.Weekday"
    go_kind: ClassVar[str] = "int"

    def go_string(self) -> str:
        return WEEKDAYS[int(self)]


def days_from_civil(year: int, month: int, day: int) -> int:
    """Days since 1970-01-01 in the Gregorian calendar, for any year."""
    year -= month <= 2
    era_year = year % 400
    day_of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    return year // 400 * 146097 + era_year * 365 + era_year // 4 - era_year // 100 + day_of_year - 719468


def _civil_from_days(days: int) -> tuple[int, int, int]:
    days += 719468
    era, day = divmod(days, 146097)
    year = (day - day // 1460 + day // 36524 - day // 146096) // 365
    day -= 365 * year + year // 4 - year // 100
    month = (5 * day + 2) // 153
    return (
        era * 400 + year + (month >= 10),
        month + 3 if month < 10 else month - 9,
        day - (153 * month + 2) // 5 + 1,
    )


@dataclass(frozen=True, slots=True)
class Zone:
    """A time zone: one of the tz database, or a fixed offset in seconds with a name."""

    name: str
    offset: int = 0
    rules: tzinfo | None = None

    def at(self, seconds: int) -> tuple[int, str]:
        """Offset in seconds and abbreviation at a moment."""
        if self.rules is None:
            return self.offset, self.name
        clamped = min(max(seconds, -60_000_000_000), 250_000_000_000)
        moment = datetime.fromtimestamp(clamped, UTC).astimezone(self.rules)
        shift = moment.utcoffset()
        return (int(shift.total_seconds()) if shift else 0), moment.tzname() or ""


_UTC = Zone("UTC")


def utc_zone() -> Zone:
    """UTC, which is also the local zone."""
    return _UTC


@lru_cache(maxsize=64)
def load_zone(name: str) -> Zone:
    """A zone by its name in the tz database; UTC for a name that it does not have."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    if name in ("", "UTC", "Local"):
        return _UTC
    try:
        return Zone(name, rules=ZoneInfo(name))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return _UTC


@dataclass(frozen=True, slots=True)
class Clock:
    """A moment as its zone's calendar and clock show it."""

    year: int
    month: int
    day: int
    hour: int
    minute: int
    second: int
    nanosecond: int
    weekday: int
    day_of_year: int
    offset: int
    zone: str


_NO_ARGUMENTS = (
    *("Year", "Month", "Day", "Hour", "Minute", "Second", "Nanosecond", "Weekday", "YearDay"),
    *("Unix", "UnixMilli", "UnixMicro", "UnixNano", "UTC", "Local", "IsZero", "String"),
)


@dataclass(frozen=True, slots=True)
class Time(GoObject):
    """A moment; `seconds` since 1970 and `nanoseconds` within the second."""

    go_type: ClassVar[str] = "time.Time"
    attributes: ClassVar[dict[str, tuple[str, ...] | None]] = {
        **dict.fromkeys(_NO_ARGUMENTS, ()),
        "Format": ("string",),
        "Add": ("time.Duration",),
        "AddDate": ("int", "int", "int"),
        **dict.fromkeys(("Sub", "Before", "After", "Equal", "Compare"), ("time.Time",)),
    }

    seconds: int
    nanoseconds: int = 0
    zone: Zone = _UTC

    def clock(self) -> Clock:
        """Date and time of day in the moment's zone."""
        offset, name = self.zone.at(self.seconds)
        days, rest = divmod(self.seconds + offset, 86400)
        year, month, day = _civil_from_days(days)
        return Clock(
            year,
            month,
            day,
            rest // 3600,
            rest // 60 % 60,
            rest % 60,
            self.nanoseconds,
            (days + 4) % 7,
            days - days_from_civil(year, 1, 1) + 1,
            offset,
            name,
        )

    def go_string(self) -> str:
        """As Go prints a time that came from no clock."""
        return self.format(_STRING)

    def go_json(self) -> object:
        """RFC 3339."""
        year = self.clock().year
        if not 0 <= year <= 9999:
            raise GoError(
                "json: error calling MarshalJSON for type time.Time:"
                " Time.MarshalJSON: year outside of range [0,9999]"
            )
        return self.format("2006-01-02T15:04:05.999999999Z07:00")

    def format(self, layout: str) -> str:
        """`Time.Format`."""
        clock = self.clock()
        return LAYOUT.sub(lambda match: _field(match[0], clock), layout)

    def plus(self, nanoseconds: int) -> "Time":
        """The moment so much later."""
        seconds, rest = divmod(self.nanoseconds + nanoseconds, SECOND)
        return Time(self.seconds + seconds, rest, self.zone)

    def within(self, zone: Zone) -> "Time":
        """The same moment in another zone."""
        return Time(self.seconds, self.nanoseconds, zone)

    def _total(self) -> int:
        return self.seconds * SECOND + self.nanoseconds

    # The methods that templates call; their names are Go's.
    def Year(self) -> int:  # noqa: N802
        return self.clock().year

    def Month(self) -> _Month:  # noqa: N802
        return _Month(self.clock().month)

    def Day(self) -> int:  # noqa: N802
        return self.clock().day

    def Hour(self) -> int:  # noqa: N802
        return self.clock().hour

    def Minute(self) -> int:  # noqa: N802
        return self.clock().minute

    def Second(self) -> int:  # noqa: N802
        return self.clock().second

    def Nanosecond(self) -> int:  # noqa: N802
        return self.nanoseconds

    def Weekday(self) -> _Weekday:  # noqa: N802
        return _Weekday(self.clock().weekday)

    def YearDay(self) -> int:  # noqa: N802
        return self.clock().day_of_year

    def Unix(self) -> Int64:  # noqa: N802
        return Int64(self.seconds)

    def UnixMilli(self) -> Int64:  # noqa: N802
        return Int64(self._total() // 1_000_000)

    def UnixMicro(self) -> Int64:  # noqa: N802
        return Int64(self._total() // 1000)

    def UnixNano(self) -> Int64:  # noqa: N802
        return Int64(self._total())

    def UTC(self) -> "Time":  # noqa: N802
        return self.within(_UTC)

    def Local(self) -> "Time":  # noqa: N802
        return self.within(_UTC)

    def IsZero(self) -> bool:  # noqa: N802
        return self.seconds == -62_135_596_800 and self.nanoseconds == 0

    def String(self) -> str:  # noqa: N802
        return self.go_string()

    def Format(self, layout: str) -> str:  # noqa: N802
        return self.format(layout)

    def Add(self, duration: int) -> "Time":  # noqa: N802
        return self.plus(duration)

    def AddDate(self, years: int, months: int, days: int) -> "Time":  # noqa: N802
        clock = self.clock()
        carried, month = divmod(clock.month - 1 + months, 12)
        date = days_from_civil(clock.year + years + carried, month + 1, 1) + clock.day - 1 + days
        wall = date * 86400 + clock.hour * 3600 + clock.minute * 60 + clock.second
        return Time(wall - self.zone.at(wall - clock.offset)[0], self.nanoseconds, self.zone)

    def Sub(self, other: "Time") -> Duration:  # noqa: N802
        return Duration(max(-(1 << 63), min((1 << 63) - 1, self._total() - other._total())))

    def Before(self, other: "Time") -> bool:  # noqa: N802
        return self._total() < other._total()

    def After(self, other: "Time") -> bool:  # noqa: N802
        return self._total() > other._total()

    def Equal(self, other: "Time") -> bool:  # noqa: N802
        return self._total() == other._total()

    def Compare(self, other: "Time") -> int:  # noqa: N802
        return (self._total() > other._total()) - (self._total() < other._total())


def _field(chunk: str, clock: Clock) -> str:
    hour = clock.hour % 12 or 12
    fixed = {
        "January": MONTHS[clock.month - 1],
        "Jan": MONTHS[clock.month - 1][:3],
        "1": str(clock.month),
        "01": f"{clock.month:02}",
        "Monday": WEEKDAYS[clock.weekday],
        "Mon": WEEKDAYS[clock.weekday][:3],
        "2": str(clock.day),
        "_2": f"{clock.day:2}",
        "02": f"{clock.day:02}",
        "__2": f"{clock.day_of_year:3}",
        "002": f"{clock.day_of_year:03}",
        "15": f"{clock.hour:02}",
        "3": str(hour),
        "03": f"{hour:02}",
        "4": str(clock.minute),
        "04": f"{clock.minute:02}",
        "5": str(clock.second),
        "05": f"{clock.second:02}",
        "06": f"{abs(clock.year) % 100:02}",
        "2006": _year(clock.year),
        "_2006": "_" + _year(clock.year),
        "PM": "PM" if clock.hour >= 12 else "AM",
        "pm": "pm" if clock.hour >= 12 else "am",
        "MST": clock.zone or _offset("-0700", clock.offset),
    }
    if chunk in fixed:
        return fixed[chunk]
    if chunk[0] in ".,":
        return _fraction(chunk, clock.nanosecond)
    return "Z" if chunk[0] == "Z" and clock.offset == 0 else _offset(chunk, clock.offset)


def _year(year: int) -> str:
    return f"{year:04}" if year >= 0 else f"-{-year:04}"


def _offset(chunk: str, offset: int) -> str:
    colon = ":" if ":" in chunk else ""
    minutes = abs(offset) // 60
    text = f"{'-' if offset < 0 else '+'}{minutes // 60:02}"
    if len(chunk) > 3:
        text += f"{colon}{minutes % 60:02}"
    if len(chunk.replace(":", "")) > 5:
        text += f"{colon}{abs(offset) % 60:02}"
    return text


def _fraction(chunk: str, nanosecond: int) -> str:
    digits = f"{nanosecond:09}"[: len(chunk) - 1].ljust(len(chunk) - 1, "0")
    if chunk[1] == "9":
        digits = digits.rstrip("0")
        return chunk[0] + digits if digits else ""
    return chunk[0] + digits
