"""Prints values as Go's package `fmt` does for `%v`, `Print` and `Println`. The verbs are in `printf`."""

from math import copysign, isinf, isnan

from argosy.compiler.templating.gotemplate.values import GoObject, NamedInt, Slice, go_type
from argosy.compiler.templating.limits import MAX_ITEMS, MAX_TEXT, LimitError, check_text
from argosy.compiler.templating.quoting import quote

__all__ = [
    "float_digits",
    "format_float",
    "go_syntax",
    "print_values",
    "println_values",
    "show",
    "show_action",
]


def float_digits(value: float) -> tuple[str, str, int]:
    """Sign, shortest digits and decimal exponent of a finite float: 1234.5 is ("", "12345", 3)."""
    mantissa, _, exponent = repr(abs(value)).partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = whole + fraction
    stripped = digits.lstrip("0")
    power = int(exponent or 0) + len(whole) - 1 - (len(digits) - len(stripped))
    sign = "-" if copysign(1, value) < 0 else ""
    return (sign, stripped.rstrip("0"), power) if stripped else (sign, "0", 0)


def format_float(value: float, threshold: int = 6) -> str:
    """The shortest form; with an exponent below 1e-4 and from 10^threshold on."""
    if isnan(value):
        return "NaN"
    if isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    sign, digits, power = float_digits(value)
    if power < -4 or power >= threshold:
        point = "." if len(digits) > 1 else ""
        return f"{sign}{digits[0]}{point}{digits[1:]}e{'-' if power < 0 else '+'}{abs(power):02d}"
    if power < 0:
        return f"{sign}0.{'0' * (-power - 1)}{digits}"
    whole = digits.ljust(power + 1, "0")
    return f"{sign}{whole[: power + 1]}" + (f".{whole[power + 1 :]}" if len(whole) > power + 1 else "")


def _format_complex(value: complex) -> str:
    imaginary = format_float(value.imag)
    return f"({format_float(value.real)}{'' if imaginary[0] in '+-' else '+'}{imaginary}i)"


def show(value: object) -> str:
    """`%v`; nil is `<nil>`."""
    kind = value.__class__
    if kind is str:
        return value  # type: ignore[return-value]  # `kind` says that it is a string
    if kind is bool:
        return "true" if value else "false"
    if kind is float:
        return format_float(value)  # type: ignore[arg-type]  # `kind` says that it is a float
    if kind is int:
        return str(value)
    if value is None:
        return "<nil>"
    parts: list[str] = []
    _show_into(parts, value, [0, 0])
    return "".join(parts)


def _show_into(parts: list[str], value: object, spent: list[int]) -> None:
    spent[0] += 1
    if spent[0] > MAX_ITEMS:
        raise LimitError(f"the printed value has more than {MAX_ITEMS} elements")
    if isinstance(value, list):
        parts.append("[")
        for index, item in enumerate(value):
            if index:
                parts.append(" ")
            _show_into(parts, item, spent)
        parts.append("]")
    elif isinstance(value, dict):
        parts.append("map[")
        for index, key in enumerate(sorted(value)):
            parts.append(f" {key}:" if index else f"{key}:")
            _show_into(parts, value[key], spent)
        parts.append("]")
    else:
        text = _scalar(value)
        spent[1] += len(text)
        if spent[1] > MAX_TEXT:
            check_text(spent[1])
        parts.append(text)


def _scalar(value: object) -> str:
    if value is None:
        return "<nil>"
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, GoObject | NamedInt):
        return value.go_string()
    if isinstance(value, int):
        return int.__repr__(value)
    if isinstance(value, float):
        return format_float(value)
    if isinstance(value, complex):
        return _format_complex(value)
    return str(value)


def show_action(value: object) -> str:
    """What `{{value}}` writes: as `%v`, but `<no value>` for nil."""
    return "<no value>" if value is None else show(value)


def print_values(*values: object) -> str:
    """`fmt.Sprint`: a space between two operands of which neither is a string."""
    out: list[str] = []
    was_text = True
    for value in values:
        is_text = isinstance(value, str)
        if not (is_text or was_text):
            out.append(" ")
        out.append(show(value))
        was_text = is_text
    check_text(sum(map(len, out)))
    return "".join(out)


def println_values(*values: object) -> str:
    """`fmt.Sprintln`: spaces between all operands, and a newline."""
    out = [show(value) for value in values]
    check_text(sum(map(len, out)))
    return " ".join(out) + "\n"


def go_syntax(value: object) -> str:
    """`%#v`: the value as Go source."""
    if value is None:
        return "<nil>"
    if isinstance(value, Slice) and value.is_nil:
        return f"{go_type(value)}(nil)"
    if isinstance(value, list):
        return f"{go_type(value)}{{{', '.join(map(_element_syntax, value))}}}"
    if isinstance(value, dict):
        inner = ", ".join(f"{quote(key)}:{_element_syntax(value[key])}" for key in sorted(value))
        return f"{go_type(value)}{{{inner}}}"
    if isinstance(value, str):
        return quote(value)
    if isinstance(value, float):
        return format_float(value)
    if isinstance(value, int) and go_type(value) in ("uint8", "uint64"):
        return f"{int(value):#x}"
    return _scalar(value)


def _element_syntax(value: object) -> str:
    return "interface {}(nil)" if value is None else go_syntax(value)
