"""What a generator hands to a template: one set of values and where they came from."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from argosy.generators.go_values import GoObject, Slice, StringMap
from argosy.schemas.model.origin import Origin

__all__ = ["Parameters", "flatten", "floats", "go_text", "whole_numbers"]


@dataclass(frozen=True, slots=True)
class Parameters:
    """One parameter set. The origin is worked out when somebody asks: only findings and listings do."""

    values: dict[str, object]
    source: Callable[[], Origin] | Origin = field(default=Origin(), compare=False, repr=False)

    @property
    def origin(self) -> Origin:
        """The element, Secret, directory or file behind the values."""
        return self.source if isinstance(self.source, Origin) else self.source()


def floats(value: object) -> object:
    """The value with every number as a float, as Go reads JSON into `interface{}`; a copy."""
    kind = value.__class__
    if kind is str or kind is bool or value is None:
        return value
    if kind is int:
        return float(value)  # type: ignore[arg-type]  # `kind` says that it is an int
    if isinstance(value, dict):
        return {key: floats(item) for key, item in value.items()}
    if isinstance(value, list):
        return [floats(item) for item in value]
    return value


def whole_numbers(value: object) -> object:
    """The value with integral floats as integers: what `floats` did, undone for dialects that know both."""
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    if isinstance(value, dict):
        return {key: whole_numbers(item) for key, item in value.items()}
    if isinstance(value, list):
        return [whole_numbers(item) for item in value]
    return value


def flatten(values: dict[str, object]) -> dict[str, object]:
    """Nested maps and lists as one level of dotted keys; empty ones vanish.

    As github.com/jeremywohl/flatten in its dot style, which Argo CD uses for git files in fasttemplate
    mode and for post-generator selectors: it looks into values of JSON's types only, so that a `Slice` stays
    whole, and so does a `StringMap` unless only maps lie above it.
    """
    flat: dict[str, object] = {}
    _flatten_into(flat, values, "", in_list=False)
    return flat


def _flatten_into(flat: dict[str, object], value: object, prefix: str, *, in_list: bool) -> None:
    items: Iterable[tuple[object, object]] = (
        enumerate(value) if isinstance(value, list) else value.items() if isinstance(value, dict) else ()
    )
    for key, item in items:
        name = f"{prefix}.{key}" if prefix else str(key)
        if isinstance(item, Slice) or (in_list and isinstance(item, StringMap)):
            flat[name] = item
        elif isinstance(item, (dict, list)):
            _flatten_into(flat, item, name, in_list=in_list or isinstance(item, list))
        else:
            flat[name] = item


def go_text(value: object) -> str:
    """A scalar as Go's `%v` prints it: `true`, `<nil>`, floats by `strconv`'s shortest `g` form."""
    if isinstance(value, str):
        return value
    if value is None:
        return "<nil>"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return _go_float(value)
    if isinstance(value, dict):
        return "map[" + " ".join(f"{key}:{go_text(value[key])}" for key in sorted(value)) + "]"
    if isinstance(value, list):
        return "[" + " ".join(map(go_text, value)) + "]"
    if isinstance(value, GoObject):
        return value.go_string()
    return str(value)


def _go_float(number: float) -> str:
    # %v is %g with the shortest digits: strconv takes the exponent form below -4 and from 6 on.
    if number != number:
        return "NaN"
    if number in (float("inf"), float("-inf")):
        return "+Inf" if number > 0 else "-Inf"
    mantissa, _, exponent_text = f"{number!r}".partition("e")
    sign = "-" if mantissa.startswith("-") else ""
    whole, _, fraction = mantissa.removeprefix("-").partition(".")
    digits = (whole + ("" if fraction == "0" else fraction)).lstrip("0")
    if not digits:
        return sign + "0"
    leading_zeros = len(whole + fraction) - len((whole + fraction).lstrip("0"))
    exponent = int(exponent_text or 0) + len(whole) - 1 - leading_zeros
    digits = digits.rstrip("0") or "0"
    if -4 <= exponent < 6:
        if exponent < 0:
            return f"{sign}0.{'0' * (-exponent - 1)}{digits}"
        padded = digits.ljust(exponent + 1, "0")
        tail = padded[exponent + 1 :]
        return f"{sign}{padded[: exponent + 1]}" + (f".{tail}" if tail else "")
    tail = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{sign}{digits[0]}{tail}e{'-' if exponent < 0 else '+'}{abs(exponent):02d}"
