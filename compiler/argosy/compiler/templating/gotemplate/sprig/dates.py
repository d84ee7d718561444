"""Sprig's functions on dates. `now` and what compares with it are not reproducible; `analysis` lists them."""

import time

from argosy.compiler.templating.gotemplate.functions import GoError, Table
from argosy.compiler.templating.gotemplate.numbers import decimal
from argosy.compiler.templating.gotemplate.sprig.durations import (
    HOUR,
    MINUTE,
    SECOND,
    format_duration,
    parse_duration,
)
from argosy.compiler.templating.gotemplate.sprig.layouts import parse_time
from argosy.compiler.templating.gotemplate.sprig.times import Time, load_zone
from argosy.compiler.templating.gotemplate.values import Int64, go_type, wrap64

__all__ = ["FUNCTIONS"]

_ZERO = Time(-62_135_596_800)
_AGES = (
    ("y", 24 * 365 * HOUR),
    ("mo", 24 * 30 * HOUR),
    ("d", 24 * HOUR),
    ("h", HOUR),
    ("m", MINUTE),
    ("s", SECOND),
)


def _now() -> Time:
    seconds, nanoseconds = divmod(time.time_ns(), SECOND)
    return Time(seconds, nanoseconds)


def _moment(value: object) -> Time:
    if isinstance(value, Time):
        return value
    if isinstance(value, int) and go_type(value) in ("int", "int64"):
        return Time(int(value))
    return _now()


def _date_in_zone(layout: str, value: object, zone: str) -> str:
    return _moment(value).within(load_zone(zone)).format(layout)


def _date(layout: str, value: object) -> str:
    return _date_in_zone(layout, value, "Local")


def _modify(duration: str, moment: Time) -> Time:
    try:
        return moment.plus(parse_duration(duration))
    except GoError:
        return moment


def _must_modify(duration: str, moment: Time) -> Time:
    return moment.plus(parse_duration(duration))


def _since(moment: Time) -> int:
    return int(_now().Sub(moment))


def _ago(value: object) -> str:
    elapsed = _since(_moment(value))
    whole, rest = divmod(abs(elapsed), SECOND)
    rounded = (whole + (rest * 2 >= SECOND)) * SECOND
    return format_duration(-rounded if elapsed < 0 else rounded)


def _duration(value: object) -> str:
    seconds = 0
    if isinstance(value, Int64):
        seconds = int(value)
    elif isinstance(value, str):
        digits = value[1:] if value[:1] in ("+", "-") else value
        if digits.isascii() and digits.isdigit():
            # Out of range, Go's ParseInt gives the nearest int64 beside its error.
            number = -decimal(digits) if value[0] == "-" else decimal(digits)
            seconds = max(-(1 << 63), min((1 << 63) - 1, number))
    return format_duration(wrap64(seconds * SECOND))


def _duration_round(value: object) -> str:
    nanoseconds = 0
    if isinstance(value, str):
        try:
            nanoseconds = parse_duration(value)
        except GoError:
            nanoseconds = 0
    elif isinstance(value, Int64):
        nanoseconds = int(value)
    elif isinstance(value, Time):
        nanoseconds = _since(value)
    size = abs(nanoseconds)
    return next((f"{size // unit}{name}" for name, unit in _AGES if size > unit), "0s")


def _to_date(layout: str, text: str) -> Time:
    try:
        return parse_time(layout, text)
    except GoError:
        return _ZERO


FUNCTIONS: Table = {
    "ago": (_ago, "any", "string"),
    "date": (_date, "string, any", "string"),
    "dateInZone": (_date_in_zone, "string, any, string", "string"),
    "dateModify": (_modify, "string, time", "time"),
    "date_in_zone": (_date_in_zone, "string, any, string", "string"),
    "date_modify": (_modify, "string, time", "time"),
    "duration": (_duration, "any", "string"),
    "durationRound": (_duration_round, "any", "string"),
    "htmlDate": (lambda value: _date("2006-01-02", value), "any", "string"),
    "htmlDateInZone": (lambda value, zone: _date_in_zone("2006-01-02", value, zone), "any, string", "string"),
    "mustDateModify": (_must_modify, "string, time", "time"),
    "mustToDate": (parse_time, "string, string", "time"),
    "must_date_modify": (_must_modify, "string, time", "time"),
    "now": (_now, "", "time"),
    "toDate": (_to_date, "string, string", "time"),
    "unixEpoch": (lambda moment: str(moment.seconds), "time", "string"),
}
