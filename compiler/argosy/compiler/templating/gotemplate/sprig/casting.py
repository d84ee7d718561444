"""Numbers out of anything, as github.com/spf13/cast makes them: what is no number is 0."""

from math import isfinite

from argosy.compiler.templating.gotemplate.numbers import parse_float, parse_int
from argosy.compiler.templating.gotemplate.values import wrap64

__all__ = ["float_to_int64", "to_float64", "to_int64"]

_MIN, _MAX = -(1 << 63), (1 << 63) - 1


def float_to_int64(value: float) -> int:
    """Go's conversion on amd64: what does not fit is the smallest int64."""
    if not isfinite(value) or not _MIN <= value < -_MIN:
        return _MIN
    return int(value)


def to_int64(value: object) -> int:
    """`cast.ToInt64`."""
    if isinstance(value, int):
        return wrap64(int(value))
    if isinstance(value, float):
        return float_to_int64(value)
    if isinstance(value, str):
        number = parse_int(_trim_zero_decimal(value))
        return number if number is not None and _MIN <= number <= _MAX else 0
    return 0


def _trim_zero_decimal(text: str) -> str:
    whole, point, fraction = text.rpartition(".")
    return whole if point and fraction and not fraction.strip("0") else text


def to_float64(value: object) -> float:
    """`cast.ToFloat64`."""
    if isinstance(value, int | float):
        return float(value)
    if isinstance(value, str):
        return parse_float(value) or 0.0
    return 0.0
