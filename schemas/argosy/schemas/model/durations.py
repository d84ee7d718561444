"""Durations as Go writes them (`90s`, `1h30m`, `1.5h`), and ages in days (`30d`)."""

import re
from datetime import timedelta

__all__ = ["parse_age", "parse_duration", "parse_seconds_or_duration"]

_SECONDS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_PART = r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:ns|us|µs|μs|ms|s|m|h)"
_DURATION = re.compile(rf"([-+]?)((?:{_PART})+)", re.ASCII)
_ONE_PART = re.compile(r"([0-9]*\.?[0-9]*)(ns|us|µs|μs|ms|s|m|h)", re.ASCII)
# time.Duration counts nanoseconds in 64 bits, about 292 years.
_LONGEST = (2**63 - 1) / 1e9


def parse_duration(text: str) -> float:
    """Seconds, as time.ParseDuration reads them. Raises ValueError where the text is no duration."""
    if text in ("0", "+0", "-0"):
        return 0.0
    match = _DURATION.fullmatch(text)
    seconds = (
        sum(float(n) * _SECONDS[unit] for n, unit in _ONE_PART.findall(match[2])) if match else _LONGEST * 2
    )
    if match is None or seconds > _LONGEST:
        raise ValueError(f"`{text}` is not a duration such as 90s, 10m or 1h30m")
    return -seconds if match[1] == "-" else seconds


def parse_seconds_or_duration(text: str) -> float:
    """The same, and bare integers are seconds: the form of a retry's back-off in Argo CD."""
    if re.fullmatch(r"[-+]?[0-9]{1,18}", text, re.ASCII):
        return float(int(text))
    return parse_duration(text)


def parse_age(text: str) -> timedelta:
    """An age such as `30d`, `12h` or `90m`. Raises `ValueError`."""
    number, unit = text[:-1], text[-1:]
    units = {"d": 86400, "h": 3600, "m": 60, "s": 1}
    if unit not in units or not (number.isascii() and number.isdigit()) or len(number) > 6:
        raise ValueError(f"`{text}` is not an age such as 30d, 12h or 90m")
    return timedelta(seconds=int(number) * units[unit])
