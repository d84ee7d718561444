"""The digits of numbers for the verbs of `printf`, as Go's package strconv writes them."""

from decimal import ROUND_HALF_EVEN, Context, Decimal
from math import isfinite, isnan

from argosy.compiler.templating.gotemplate.format import float_digits, format_float

__all__ = ["float_text", "integer_text"]

_EXACT = Context(prec=1_100_000)


def integer_text(value: int, letter: str, flags: str, width: int | None, precision: int | None) -> str:
    """An integer for the verbs v, d, b, o, O, x and X, with its sign, prefix and leading zeros."""
    digits = format(abs(value), {"v": "d", "O": "o"}.get(letter, letter))
    if precision == 0 and value == 0:
        return ""
    sign = "-" if value < 0 else "+" if "+" in flags else " " if " " in flags else ""
    if precision is not None:
        digits = digits.rjust(precision, "0")
    elif "0" in flags and "-" not in flags and width is not None:
        digits = digits.rjust(width - len(sign), "0")
    prefix = "0o" if letter == "O" else ""
    if "#" in flags:
        octal = "" if digits.startswith("0") else "0"
        prefix = {"b": "0b", "o": octal, "x": "0x", "X": "0X"}.get(letter, prefix)
    return sign + prefix + digits


def float_text(value: float, letter: str, flags: str, width: int | None, precision: int | None) -> str:
    """A float for the verbs v, b, g, G, f, F, e, E, x and X, with its sign and leading zeros."""
    zeros = "0" in flags and "-" not in flags and width is not None
    if isfinite(value):
        text = _finite(value, letter, precision)
        if "#" in flags and letter in "vgGeEfF":
            text = _sharp(text, letter, precision)
    else:
        text, zeros = "NaN" if isnan(value) else format_float(value), False
    sign, text = (text[0], text[1:]) if text[0] in "+-" else ("+", text)
    if sign == "+":
        # Infinity shows its sign unless a blank is asked for in its place.
        infinite = not isfinite(value) and not isnan(value)
        sign = "+" if "+" in flags else " " if " " in flags else "+" if infinite else ""
    if zeros and width is not None:
        text = text.rjust(width - len(sign), "0")
    return sign + text


def _finite(value: float, letter: str, precision: int | None) -> str:
    match letter:
        case "v" | "g" | "G":
            text = format_float(value) if precision is None else _general(value, precision or 1)
        case "f" | "F":
            text = _fixed(value, 6 if precision is None else precision)
        case "e" | "E":
            text = f"{value:.{6 if precision is None else precision}e}"
        case "x" | "X":
            text = _hexadecimal(value, precision)
        case _:
            text = _binary(value)
    return text.upper() if letter in "GEX" else text


def _fixed(value: float, precision: int) -> str:
    rounded = Decimal(value).quantize(Decimal(1).scaleb(-precision), ROUND_HALF_EVEN, _EXACT)
    return f"{rounded:f}"


def _general(value: float, precision: int) -> str:
    mantissa, _, exponent = f"{value:.{precision - 1}e}".partition("e")
    sign = "-" if mantissa.startswith("-") else ""
    digits, power = mantissa.lstrip("-").replace(".", "").rstrip("0") or "0", int(exponent)
    limit = len(digits) if precision > len(digits) and len(digits) >= power + 1 else precision
    if value != 0 and (power < -4 or power >= limit):
        point = "." if len(digits) > 1 else ""
        return f"{sign}{digits[0]}{point}{digits[1:]}e{'-' if power < 0 else '+'}{abs(power):02d}"
    if power < 0:
        return f"{sign}0.{'0' * (-power - 1)}{digits}"
    whole = digits.ljust(power + 1, "0")
    return f"{sign}{whole[: power + 1]}" + (f".{whole[power + 1 :]}" if len(whole) > power + 1 else "")


def _sharp(text: str, letter: str, precision: int | None) -> str:
    """The flag `#`: a decimal point always, and for %g the zeros that make up the precision."""
    mantissa, mark, exponent = text.partition("E" if "E" in text else "e")
    if "." not in mantissa:
        mantissa += "."
    if letter in "vgG":
        digits = 6 if precision is None else precision
        significant = len(mantissa.lstrip("+-").replace(".", "").lstrip("0"))
        mantissa += "0" * (digits - (significant or 1))
    return mantissa + mark + exponent


def _hexadecimal(value: float, precision: int | None) -> str:
    mantissa, _, exponent = value.hex().partition("p")
    sign = "-" if mantissa.startswith("-") else ""
    lead, _, fraction = mantissa.lstrip("-")[2:].partition(".")
    fraction, power = fraction.rstrip("0"), int(exponent)
    if precision is not None:
        padded = fraction.ljust(precision, "0")
        scaled = Decimal(int(lead + padded, 16)) / (1 << 4 * (len(padded) - precision))
        kept = int(scaled.to_integral_value(ROUND_HALF_EVEN))
        if kept >= 2 << 4 * precision:
            kept, power = kept >> 1, power + 1
        digits = f"{kept:x}".rjust(precision + 1, "0")
        lead, fraction = digits[0], digits[1:]
    return f"{sign}0x{lead}{'.' if fraction else ''}{fraction}p{'-' if power < 0 else '+'}{abs(power):02d}"


def _binary(value: float) -> str:
    """The mantissa as an integer and the power of two."""
    sign, _, _ = float_digits(value)
    numerator, denominator = abs(value).as_integer_ratio()
    exponent = -(denominator.bit_length() - 1)
    while 0 < numerator < 1 << 52 and exponent > -1074:
        numerator, exponent = numerator * 2, exponent - 1
    while numerator >= 1 << 53:
        numerator, exponent = numerator // 2, exponent + 1
    return f"{sign}{numerator}p{exponent if numerator else -1074:+d}"
