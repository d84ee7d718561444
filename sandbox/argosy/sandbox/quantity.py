"""Resource quantities in their canonical form (`k8s.io/apimachinery/pkg/api/resource`)."""

import re
from decimal import Context, Decimal

__all__ = ["canonical_quantity", "quantity_value"]

_PATTERN = re.compile(
    r"(?P<number>[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+))(?P<suffix>Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE]|[eE][+-]?[0-9]+)?"
)
_DECIMAL = {"E": 18, "P": 15, "T": 12, "G": 9, "M": 6, "k": 3, "": 0, "m": -3, "u": -6, "n": -9}
_EXACT = Context(prec=1000)
"""More digits than any body can hold a number for in good faith; the default context stops at 28."""
_BINARY = {"Ei": 60, "Pi": 50, "Ti": 40, "Gi": 30, "Mi": 20, "Ki": 10}


def _parse(text: object) -> tuple[Decimal, str] | None:
    if isinstance(text, bool) or not isinstance(text, str | int | float):
        return None
    match = _PATTERN.fullmatch(str(text))
    if match is None:
        return None
    number, suffix = Decimal(match["number"]), match["suffix"] or ""
    if suffix in _BINARY:
        return number * (1 << _BINARY[suffix]), "binary"
    if suffix in _DECIMAL:
        return number.scaleb(_DECIMAL[suffix]), "decimal"
    return number.scaleb(int(suffix[1:])), "exponent"


def quantity_value(text: object) -> Decimal | None:
    """The amount; None when the text is no quantity."""
    parsed = _parse(text)
    return parsed[0] if parsed is not None else None


def canonical_quantity(text: object) -> object:
    """The form that the API answers with (`1000m` is `1`, `1024Mi` is `1Gi`); what is no quantity is
    returned as is.

    The largest suffix without a fraction is taken; amounts finer than a nano are rounded up.
    """
    parsed = _parse(text)
    if parsed is None:
        return text
    amount, form = parsed
    if amount == 0:
        return "0"
    if form == "binary" and amount == amount.to_integral_value() and abs(amount) >= 1024:
        whole = int(amount)
        for suffix, bits in _BINARY.items():
            if whole % (1 << bits) == 0:
                return f"{whole >> bits}{suffix}"
        return str(whole)
    step = Decimal("1e-9")
    if amount != amount.quantize(step, context=_EXACT):
        amount = amount.quantize(step, rounding="ROUND_UP", context=_EXACT)
    for suffix, exponent in _DECIMAL.items():
        scaled = amount.scaleb(-exponent)
        if scaled == scaled.to_integral_value():
            if form == "exponent":
                return f"{int(scaled)}e{exponent}" if exponent else str(int(scaled))
            return f"{int(scaled)}{suffix}"
    return text
