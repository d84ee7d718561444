"""The few functions that nearly every template uses, as Python expressions in place of calls.

Each takes the code of its checked arguments; where it gives None, the function is called as any other.
Only names and constants come in, so that using one twice is safe.
"""

from collections.abc import Callable, Mapping, Sequence

__all__ = ["INLINE"]


def _default(codes: Sequence[str]) -> str | None:
    return f"{codes[1]} or {codes[0]}" if len(codes) == 2 else None


def _lower(codes: Sequence[str]) -> str | None:
    if not _may_be_text(codes[0]):
        return None
    return f"{codes[0]}.lower() if {codes[0]}.isascii() else f_lower({codes[0]})"


def _upper(codes: Sequence[str]) -> str | None:
    if not _may_be_text(codes[0]):
        return None
    return f"{codes[0]}.upper() if {codes[0]}.isascii() else f_upper({codes[0]})"


def _trunc(codes: Sequence[str]) -> str | None:
    count, text = codes
    if not (count.isdigit() and _may_be_text(text)):
        return None
    return f"{text}[:{count}] if {text}.isascii() else f_trunc({count}, {text})"


def _may_be_text(code: str) -> bool:
    """Whether the code is not a number's, which has no methods; it was found to be of the wrong type."""
    return code.isidentifier() or code[:1] in "\"'"


def _not(codes: Sequence[str]) -> str:
    return f"not {codes[0]}"


def _ternary(codes: Sequence[str]) -> str:
    return f"{codes[0]} if {codes[2]} else {codes[1]}"


INLINE: Mapping[str, Callable[[Sequence[str]], str | None]] = {
    "default": _default,
    "lower": _lower,
    "not": _not,
    "ternary": _ternary,
    "trunc": _trunc,
    "upper": _upper,
}
