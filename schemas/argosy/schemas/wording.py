"""The words for what is wrong in a manifest: what was found, what was expected, and what to do about it.

Each function gives a message and a hint. One place, so that `compile` and `validate` speak alike.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from argosy.schemas.position import Path

__all__ = [
    "clearly_nearest",
    "dotted",
    "missing_field",
    "nearest",
    "no_match",
    "no_value",
    "not_one_of",
    "too_large",
    "unknown_field",
    "wrong_length",
    "wrong_type",
]

Words = tuple[str, str]

_EXPECTED = {
    "object": "a mapping",
    "array": "a list",
    "string": "text",
    "boolean": "true or false",
    "integer": "a whole number",
}
_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*", re.ASCII)
_NAME_PATTERN_START = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\."
_LONGEST = 60
_LEAD = 0.15


def dotted(path: Path) -> str:
    """A path as people write it: `spec.generators[0].list`; keys with other characters stand in brackets."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        elif _PLAIN_KEY.fullmatch(step):
            text += f".{step}" if text else step
        else:
            text += f'["{step}"]'
    return text


def _named(path: Path) -> str:
    return f"`{dotted(path)}`" if path else "the document"


def wrong_type(path: Path, value: object, expected: str | Sequence[str]) -> Words:
    """A value of another type than the field has."""
    types = [expected] if isinstance(expected, str) else [one for one in expected if one != "null"]
    wanted = " or ".join(_EXPECTED[one] for one in types)
    return f"{_named(path)} must be {wanted}; found {_found(value)}", _how_to_write(value, types)


def _how_to_write(value: object, types: Sequence[str]) -> str:
    if "string" in types and isinstance(value, (bool, int, float)):
        return "put it in quotes"
    if isinstance(value, str):
        if types == ["boolean"] and value.lower() in ("true", "false", "yes", "no"):
            return "write it without quotes"
        if types == ["integer"] and value.lstrip("-").isdecimal():
            return "write it without quotes"
        if "{{" in value:
            return "a template gives text; set the field in `templatePatch`"
    if types == ["array"] and isinstance(value, dict):
        return "begin each entry with `- `"
    if types == ["object"] and isinstance(value, list):
        return "write it without the `- `"
    return ""


def _found(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return f"the number {value}"
    if isinstance(value, str):
        return f'the text "{value}"' if len(value) <= _LONGEST and "\n" not in value else "a text"
    return "a list" if isinstance(value, list) else "a mapping"


def missing_field(path: Path, name: str) -> Words:
    """A field that must be there."""
    return f"{_named(path)} needs a field `{name}`", ""


def no_value(path: Path) -> Words:
    """A field that is written without a value."""
    return (
        f"{_named(path)} has no value, so it is dropped",
        "write a value, such as {} or [], or remove the field",
    )


def unknown_field(path: Path, name: str, known: Iterable[str]) -> Words:
    """A field that does not exist; the API server would drop it without a word."""
    fields = sorted(known)
    message = f"unknown field `{name}` in {_named(path)}"
    close = nearest(name, fields)
    if close:
        return message, f"did you mean `{close}`?"
    if 0 < len(fields) <= 10:
        return message, "known fields: " + ", ".join(f"`{one}`" for one in fields)
    return message, ""


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name that was most probably meant, empty where none is near."""
    candidates = {one.lower(): one for one in known}
    # Imported only to word a finding.
    import difflib

    close = difflib.get_close_matches(name.lower(), candidates, n=1, cutoff=0.7)
    return candidates[close[0]] if close else ""


def clearly_nearest(name: str, known: Iterable[str]) -> str:
    """The nearest known name if no other is nearly as near, else empty: it may be taken without asking."""
    candidates = list(known)
    best = nearest(name, candidates)
    rivals = [one for one in candidates if one != best]
    if best and all(_likeness(name, one) < _likeness(name, best) - _LEAD for one in rivals):
        return best
    return ""


def _likeness(one: str, other: str) -> float:
    import difflib

    return difflib.SequenceMatcher(None, other.lower(), one.lower()).ratio()


def not_one_of(path: Path, value: object, allowed: Sequence[object]) -> Words:
    """A value outside a fixed set."""
    wanted = ", ".join(f"`{one}`" for one in allowed)
    close = nearest(value, map(str, allowed)) if isinstance(value, str) and len(allowed) > 1 else ""
    choice = wanted if len(allowed) == 1 else f"one of {wanted}"
    return (
        f"{_named(path)} must be {choice}; found {_found(value)}",
        f"did you mean `{close}`?" if close else "",
    )


def no_match(path: Path, value: str, pattern: str) -> Words:
    """A text that does not have the form of its field."""
    if pattern.startswith(_NAME_PATTERN_START):
        return (
            f"{_named(path)} is no valid name: {_found(value)}",
            "use lower-case letters, digits, `-` and `.`, and begin and end with a letter or digit",
        )
    return f"{_named(path)} must match {pattern}; found {_found(value)}", ""


def wrong_length(path: Path, value: str, schema: Mapping[str, Any]) -> Words:
    """A text that is too long or too short."""
    least, most = schema.get("minLength", 0), schema.get("maxLength")
    wanted = f"at most {most}" if most is not None and len(value) > most else f"at least {least}"
    return f"{_named(path)} must have {wanted} characters; found {len(value)}", ""


def too_large(path: Path, value: object) -> Words:
    """A number that does not fit into 64 bits."""
    return f"{_named(path)} must fit into 64 bits; found {_found(value)}", ""
