"""Sprig's arithmetic: 64-bit integers that wrap around, floats, and decimals for the `…f` functions."""

import math
import secrets
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Context, Decimal

from argosy.compiler.templating.gotemplate.format import show
from argosy.compiler.templating.gotemplate.functions import GoError, Table
from argosy.compiler.templating.gotemplate.numbers import decimal
from argosy.compiler.templating.gotemplate.sprig.casting import to_float64, to_int64
from argosy.compiler.templating.gotemplate.values import Int64, Slice, wrap64
from argosy.compiler.templating.limits import check_items

__all__ = ["FUNCTIONS"]

_MAX_INT = (1 << 63) - 1


# -- integers --------------------------------------------------------------------------------------


def _add(*values: object) -> Int64:
    return Int64(sum(map(to_int64, values)))


def _mul(first: object, *others: object) -> Int64:
    product = to_int64(first)
    for other in others:
        product = wrap64(product * to_int64(other))
    return Int64(product)


def _divide(left: object, right: object) -> tuple[int, int]:
    dividend, divisor = to_int64(left), to_int64(right)
    if divisor == 0:
        raise GoError("runtime error: integer divide by zero")
    quotient = abs(dividend) // abs(divisor)
    quotient = quotient if (dividend < 0) == (divisor < 0) else -quotient
    return quotient, dividend - quotient * divisor


def _max(*values: object) -> Int64:
    return Int64(max(map(to_int64, values)))


def _min(*values: object) -> Int64:
    return Int64(min(map(to_int64, values)))


def _atoi(text: str) -> int:
    digits = text[1:] if text[:1] in ("+", "-") else text
    if not (digits.isascii() and digits.isdigit()):
        return 0
    # Out of range, Go's Atoi gives the nearest int beside its error.
    number = -decimal(digits) if text[0] == "-" else decimal(digits)
    return max(-_MAX_INT - 1, min(_MAX_INT, number))


def _to_decimal(value: object) -> Int64:
    text = show(value)
    digits = text[1:] if text[:1] in ("+", "-") else text
    if not digits or digits.strip("01234567"):
        return Int64(0)
    number = int(text, 8)
    return Int64(number if -_MAX_INT - 1 <= number <= _MAX_INT else 0)


def _until_step(start: int, stop: int, step: int) -> Slice:
    if (stop < start and step >= 0) or (stop >= start and step <= 0):
        return Slice((), "int")
    # `len` of a range takes no more than a machine's word.
    check_items(-((start - stop) // step))
    return Slice(range(start, stop, step), "int")


def _until(count: int) -> Slice:
    return _until_step(0, count, -1 if count < 0 else 1)


def _seq(*bounds: int) -> str:
    if not 1 <= len(bounds) <= 3:
        return ""
    start = 1 if len(bounds) == 1 else bounds[0]
    direction = -1 if bounds[-1] < start else 1
    step = bounds[1] if len(bounds) == 3 else direction
    if len(bounds) == 3 and direction < 0 and step > 0:
        return ""
    return " ".join(map(str, _until_step(start, wrap64(bounds[-1] + direction), step)))


def _rand_int(low: int, high: int) -> int:
    if high - low <= 0:
        raise GoError("invalid argument to Intn")
    return low + secrets.randbelow(high - low)


# -- floats ----------------------------------------------------------------------------------------


def _whole(function: Callable[[float], int], value: float) -> float:
    return math.copysign(float(function(value)), value) if math.isfinite(value) else value


def _floor(value: object) -> float:
    return _whole(math.floor, to_float64(value))


def _ceil(value: object) -> float:
    return _whole(math.ceil, to_float64(value))


def _power_of_ten(exponent: int) -> float:
    try:
        return 10.0**exponent
    except OverflowError:
        return math.inf


def _round(value: object, places: int, *threshold: float) -> float:
    power = _power_of_ten(places)
    digit = power * to_float64(value)
    fraction = math.modf(digit)[0] if math.isfinite(digit) else 0.0
    rounded = _whole(math.ceil if fraction >= (threshold[0] if threshold else 0.5) else math.floor, digit)
    if power == 0:
        return math.nan if rounded == 0 else math.copysign(math.inf, rounded)
    return rounded / power


def _max_float(*values: object) -> float:
    numbers = list(map(to_float64, values))
    return math.nan if any(map(math.isnan, numbers)) else max(numbers)


def _min_float(*values: object) -> float:
    numbers = list(map(to_float64, values))
    return math.nan if any(map(math.isnan, numbers)) else min(numbers)


# -- decimals --------------------------------------------------------------------------------------

_CONTEXT = Context(prec=1500)
_QUOTIENT = Decimal("1e-16")


def _decimal(value: object) -> Decimal:
    number = to_float64(value)
    if not math.isfinite(number):
        raise GoError(f"Cannot create a Decimal from {show(number)}")
    return Decimal(repr(number))


def _quotient(left: Decimal, right: Decimal) -> Decimal:
    if not right:
        raise GoError("decimal division by 0")
    return _CONTEXT.divide(left, right).quantize(_QUOTIENT, ROUND_HALF_UP, _CONTEXT)


def _folded(operation: Callable[[Decimal, Decimal], Decimal]) -> Callable[..., float]:
    def fold(first: object, *others: object) -> float:
        result = _decimal(first)
        for other in others:
            result = operation(result, _decimal(other))
        # Go's decimals know no negative zero; what is too small for a float keeps its sign.
        return float(result) if result else 0.0

    return fold


_addf = _folded(_CONTEXT.add)

FUNCTIONS: Table = {
    "add": (_add, "any...", "int64"),
    "add1": (lambda value: Int64(to_int64(value) + 1), "any", "int64"),
    "add1f": (lambda value: _addf(value, 1), "any", "float64"),
    "addf": (lambda *values: _addf(0.0, *values), "any...", "float64"),
    "atoi": (_atoi, "string", "int"),
    "biggest": (_max, "any, any...", "int64"),
    "ceil": (_ceil, "any", "float64"),
    "div": (lambda left, right: Int64(_divide(left, right)[0]), "any, any", "int64"),
    "divf": (_folded(_quotient), "any, any...", "float64"),
    "float64": (to_float64, "any", "float64"),
    "floor": (_floor, "any", "float64"),
    "int": (to_int64, "any", "int"),
    "int64": (lambda value: Int64(to_int64(value)), "any", "int64"),
    "max": (_max, "any, any...", "int64"),
    "maxf": (_max_float, "any, any...", "float64"),
    "min": (_min, "any, any...", "int64"),
    "minf": (_min_float, "any, any...", "float64"),
    "mod": (lambda left, right: Int64(_divide(left, right)[1]), "any, any", "int64"),
    "mul": (_mul, "any, any...", "int64"),
    "mulf": (_folded(_CONTEXT.multiply), "any, any...", "float64"),
    "randInt": (_rand_int, "int, int", "int"),
    "round": (_round, "any, int, float64...", "float64"),
    "seq": (_seq, "int...", "string"),
    "sub": (lambda left, right: Int64(to_int64(left) - to_int64(right)), "any, any", "int64"),
    "subf": (_folded(_CONTEXT.subtract), "any, any...", "float64"),
    "toDecimal": (_to_decimal, "any", "int64"),
    "until": (_until, "int", "[]int"),
    "untilStep": (_until_step, "int, int, int", "[]int"),
}
