"""How Go writes and reads numbers in text, where that shows in YAML. Knows nothing of YAML itself."""

import re
import struct
from decimal import Decimal

__all__ = ["format_general", "format_general_32", "json_digits", "json_number", "parse_integer"]

_BASED = re.compile(r"([-+]?)0([xX][0-9a-fA-F]+|[bB][01]+|[oO]?[0-7]+)", re.ASCII)
_DECIMAL = re.compile(r"[-+]?(0|[1-9][0-9]*)", re.ASCII)
_BASES = {"x": 16, "b": 2, "o": 8}
_LEAST, _GREATEST = -(2**63), 2**64 - 1
# Longer digits cannot be an int64 or uint64, and Python refuses to convert very long ones.
_LONGEST = 80
# Go's precision for choosing the exponent form where it was asked for the shortest digits.
_PRECISION = 6


def parse_integer(text: str) -> int | None:
    """Read like strconv.ParseInt, then ParseUint, with base 0; None where both refuse."""
    if len(text) > _LONGEST:
        return None
    if _DECIMAL.fullmatch(text):
        value = int(text)
    else:
        match = _BASED.fullmatch(text)
        if match is None:
            return None
        digits = match[2]
        base = _BASES.get(digits[0].lower())
        value = int(digits, 8) if base is None else int(digits[1:], base)
        value = -value if match[1] == "-" else value
    # ParseUint knows no sign.
    if not _LEAST <= value <= _GREATEST or (value >= 2**63 and text[0] == "+"):
        return None
    return value


def format_general(value: float) -> str:
    """Write like strconv.FormatFloat(value, 'g', -1, 64), which `%v` and goyaml use: the fewest
    digits that read back equal, with an exponent where it is below -4 or above 5 (`1e+06`, `123456.7`)."""
    return _general(repr(value))


def format_general_32(value: float) -> str:
    """The same with the digits of a 32-bit float, which sigs.k8s.io/yaml uses for map keys."""
    try:
        single: float = struct.unpack("f", struct.pack("f", value))[0]
    except OverflowError:
        return "+Inf" if value > 0 else "-Inf"
    for precision in range(1, 10):
        text = f"{single:.{precision}g}"
        if struct.unpack("f", struct.pack("f", float(text)))[0] == single:
            return _general(text)
    return _general(repr(single))


def json_number(value: float) -> int | float:
    """A finite float after encoding/json has written it and Kubernetes has read it: an integer if its digits
    (the fewest that read back equal, so 2**60 is 1152921504606847000) are one of 64 bits."""
    if not value.is_integer() or abs(value) >= 1e21:
        return value
    integer = json_digits(value)
    return integer if _LEAST <= integer < 2**63 else value


def json_digits(value: float) -> int:
    """The integer that encoding/json writes for an integral float below 1e21."""
    return int(value) if abs(value) < 2**53 else int(Decimal(repr(value)))


def _general(shortest: str) -> str:
    if shortest in ("inf", "-inf", "nan"):
        return {"inf": "+Inf", "-inf": "-Inf", "nan": "NaN"}[shortest]
    sign = "-" if shortest[0] == "-" else ""
    mantissa, _, exponent_text = shortest.lstrip("-").partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    if not digits:
        return sign + "0"
    leading_zeros = len(whole + fraction) - len(digits)
    exponent = int(exponent_text or 0) + len(whole) - leading_zeros - 1
    digits = digits.rstrip("0")
    if exponent < -4 or exponent >= _PRECISION:
        tail = f".{digits[1:]}" if len(digits) > 1 else ""
        return f"{sign}{digits[0]}{tail}e{'-' if exponent < 0 else '+'}{abs(exponent):02d}"
    if exponent < 0:
        return f"{sign}0.{'0' * (-exponent - 1)}{digits}"
    if len(digits) <= exponent + 1:
        return sign + digits + "0" * (exponent + 1 - len(digits))
    return f"{sign}{digits[: exponent + 1]}.{digits[exponent + 1 :]}"
