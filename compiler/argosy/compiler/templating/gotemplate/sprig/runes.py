"""Go's Unicode classes and case mappings, one character at a time."""

from unicodedata import category

__all__ = [
    "is_punctuation",
    "lower",
    "lower_char",
    "slice_bounds",
    "title_char",
    "upper",
    "upper_char",
]


def upper_char(char: str) -> str:
    """`unicode.ToUpper`: never more than one character."""
    mapped = char.upper()
    return mapped if len(mapped) == 1 else char


def lower_char(char: str) -> str:
    """`unicode.ToLower`."""
    return char.lower()[0]


def title_char(char: str) -> str:
    """`unicode.ToTitle`."""
    mapped = char.title()
    return mapped if len(mapped) == 1 else char


def upper(text: str) -> str:
    """`strings.ToUpper`."""
    return text.upper() if text.isascii() else "".join(map(upper_char, text))


def lower(text: str) -> str:
    """`strings.ToLower`."""
    return text.lower() if text.isascii() else "".join(map(lower_char, text))


def is_punctuation(char: str) -> bool:
    """`unicode.IsPunct`."""
    return category(char)[0] == "P"


def slice_bounds(start: int | None, end: int | None, length: int) -> str | None:
    """What Go says when `text[start:end]` cannot be; None where it can."""
    prefix = "runtime error: slice bounds out of range "
    if end is not None and (end < 0 or end > length):
        return f"{prefix}[:{end}]" + (f" with length {length}" if end >= 0 else "")
    if start is not None and start < 0:
        return f"{prefix}[{start}:]"
    last = length if end is None else end
    if start is not None and start > last:
        return f"{prefix}[{start}:{last}]"
    return None
