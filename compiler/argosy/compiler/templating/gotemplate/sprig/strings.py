"""Sprig's functions on strings. Lengths and offsets count bytes, as Go's do."""

import secrets
import string

from argosy.compiler.templating.gotemplate.format import show
from argosy.compiler.templating.gotemplate.functions import GoError, Table
from argosy.compiler.templating.gotemplate.sprig.runes import (
    lower,
    lower_char,
    slice_bounds,
    title_char,
    upper,
    upper_char,
)
from argosy.compiler.templating.gotemplate.values import Slice
from argosy.compiler.templating.limits import check_text
from argosy.compiler.templating.quoting import as_bytes, as_text, quote
from argosy.compiler.templating.spaces import is_space, trim_space
from argosy.generators.go_values import StringMap

__all__ = ["FUNCTIONS", "split_text", "string_list"]

# -- cutting ---------------------------------------------------------------------------------------


def _cut(text: str, start: int | None, end: int | None) -> str:
    data = as_bytes(text)
    problem = slice_bounds(start, end, len(data))
    if problem:
        raise GoError(problem)
    return as_text(data[start:end])


def _trunc(count: int, text: str) -> str:
    if text.isascii():
        return text[:count] if count >= 0 else text[count:] if -count < len(text) else text
    data = as_bytes(text)
    return as_text(data[:count] if count >= 0 else data[count:] if -count < len(data) else data)


def _substr(start: int, end: int, text: str) -> str:
    if start < 0:
        return _cut(text, None, end)
    if end < 0 or end > len(as_bytes(text)):
        return _cut(text, start, None)
    return _cut(text, start, end)


def _abbrev(width: int, text: str) -> str:
    return text if width < 4 else _abbreviate(text, 0, width)


def _abbrevboth(left: int, right: int, text: str) -> str:
    return text if right < 4 or (left > 0 and right < 7) else _abbreviate(text, left, right)


def _abbreviate(text: str, offset: int, width: int) -> str:
    data = as_bytes(text)
    if width < 4:
        return ""
    if len(data) <= width:
        return text
    offset = min(offset, len(data))
    if len(data) - offset < width - 3:
        offset = len(data) - (width - 3)
    if offset <= 4:
        return as_text(data[: width - 3]) + "..."
    if width < 7:
        return ""
    if offset + width - 3 < len(data):
        return "..." + _abbreviate(as_text(data[offset:]), 0, width - 3)
    return "..." + as_text(data[len(data) - (width - 3) :])


def _wrap(length: int, text: str) -> str:
    return _wrapped(text, length, "\n", False)


def _wrap_with(length: int, separator: str, text: str) -> str:
    return _wrapped(text, length, separator or "\n", True)


def _wrapped(text: str, length: int, separator: str, cut_words: bool) -> str:
    data, length, offset = as_bytes(text), max(length, 1), 0
    check_text(len(data) // length * len(separator))
    lines: list[bytes] = []
    while len(data) - offset > length:
        if data[offset] == 0x20:
            offset += 1
            continue
        space = data.rfind(b" ", offset, length + offset + 1)
        if space < 0 and cut_words:
            lines.append(data[offset : offset + length])
            offset += length
            continue
        if space < 0:
            space = data.find(b" ", offset + length)
        if space < 0:
            break
        lines.append(data[offset:space])
        offset = space + 1
    return as_text(as_bytes(separator).join((*lines, data[offset:])))


# -- case ------------------------------------------------------------------------------------------


def _is_separator(char: str) -> bool:
    if char.isascii():
        return not (char.isalnum() or char == "_")
    return not (char.isalpha() or char.isdecimal()) and is_space(char)


def _title(text: str) -> str:
    out, before = [], " "
    for char in text:
        out.append(title_char(char) if _is_separator(before) else char)
        before = char
    return "".join(out)


def _untitle(text: str) -> str:
    out, at_start = [], True
    for char in text:
        if is_space(char):
            at_start = True
        elif at_start:
            char, at_start = lower_char(char), False
        out.append(char)
    return "".join(out)


def _swapcase(text: str) -> str:
    out, after_space = [], True
    for char in text:
        if char.isupper() or char.istitle():
            out.append(lower_char(char))
            after_space = False
        elif char.islower():
            out.append(title_char(char) if after_space else upper_char(char))
            after_space = False
        else:
            after_space = is_space(char)
            out.append(char)
    return "".join(out)


def _initials(text: str) -> str:
    # The original looks at bytes and writes them as characters.
    out, after_gap = [], True
    for byte in as_bytes(text):
        if is_space(chr(byte)):
            after_gap = True
        elif after_gap:
            out.append(chr(byte))
            after_gap = False
    return "".join(out)


def _nospace(text: str) -> str:
    data = as_bytes(text)
    kept = [chr(byte) for byte in data if not is_space(chr(byte))]
    return text if len(kept) == len(data) else "".join(kept)


# -- putting together ------------------------------------------------------------------------------


def _repeat(count: int, text: str) -> str:
    if count < 0:
        raise GoError("strings: negative Repeat count")
    check_text(count * len(text))
    return text * count


def _indent(spaces: int, text: str) -> str:
    pad = _repeat(spaces, " ")
    check_text((text.count("\n") + 1) * spaces + len(text))
    return pad + text.replace("\n", "\n" + pad)


def _nindent(spaces: int, text: str) -> str:
    return "\n" + _indent(spaces, text)


def _replace(old: str, new: str, text: str) -> str:
    check_text(len(text) + max(0, len(new) - len(old)) * (text.count(old) if old else len(text) + 1))
    return text.replace(old, new)


def _quote(*values: object) -> str:
    return " ".join(quote(show(value)) for value in values if value is not None)


def _squote(*values: object) -> str:
    return " ".join(f"'{show(value)}'" for value in values if value is not None)


def _cat(*values: object) -> str:
    shown = [show(value) for value in values if value is not None]
    check_text(sum(map(len, shown)))
    return " ".join(shown)


def _plural(one: str, many: str, count: int) -> str:
    return one if count == 1 else many


# -- lists of strings ------------------------------------------------------------------------------


def string_list(value: object) -> Slice:
    """Sprig's `strslice`: the texts of a list's elements without nil, or of the one value."""
    if isinstance(value, list):
        return Slice(show(item) for item in value if item is not None)
    return Slice() if value is None else Slice((show(value),))


def _join(separator: str, value: object) -> str:
    texts = [str(item) for item in string_list(value)]
    check_text(sum(map(len, texts)) + len(separator) * len(texts))
    return separator.join(texts)


def split_text(text: str, separator: str, limit: int = -1) -> list[str]:
    """`strings.SplitN`."""
    if limit == 0:
        return []
    if separator:
        return text.split(separator, limit - 1 if limit > 0 else -1)
    if 0 < limit < len(text):
        return [*text[: limit - 1], text[limit - 1 :]]
    return list(text)


def _numbered(parts: list[str]) -> StringMap:
    return StringMap((f"_{index}", part) for index, part in enumerate(parts))


def _split(separator: str, text: str) -> StringMap:
    return _numbered(split_text(text, separator))


def _splitn(separator: str, limit: int, text: str) -> StringMap:
    return _numbered(split_text(text, separator, limit))


def _split_list(separator: str, text: str) -> Slice:
    return Slice(split_text(text, separator))


def _to_string(value: object) -> str:
    is_bytes = isinstance(value, Slice) and value.element == "uint8"
    return bytes(value).decode(errors="replace") if is_bytes else show(value)  # type: ignore[call-overload]


def _sort_alpha(value: object) -> Slice:
    return Slice(sorted(map(str, string_list(value)))) if isinstance(value, list) else Slice((show(value),))


# -- chance ----------------------------------------------------------------------------------------


def _random(count: int, alphabet: str) -> str:
    check_text(count)
    return "".join(secrets.choice(alphabet) for _ in range(count))


def _shuffle(text: str) -> str:
    characters = list(text)
    secrets.SystemRandom().shuffle(characters)
    return "".join(characters)


_LETTERS, _DIGITS = string.ascii_letters, string.digits
_ASCII = "".join(map(chr, range(32, 127)))

FUNCTIONS: Table = {
    "abbrev": (_abbrev, "int, string", "string"),
    "abbrevboth": (_abbrevboth, "int, int, string", "string"),
    "cat": (_cat, "any...", "string"),
    "contains": (lambda part, text: part in text, "string, string", "bool"),
    "hasPrefix": (lambda part, text: text.startswith(part), "string, string", "bool"),
    "hasSuffix": (lambda part, text: text.endswith(part), "string, string", "bool"),
    "indent": (_indent, "int, string", "string"),
    "initials": (_initials, "string", "string"),
    "join": (_join, "string, any", "string"),
    "lower": (lower, "string", "string"),
    "nindent": (_nindent, "int, string", "string"),
    "nospace": (_nospace, "string", "string"),
    "plural": (_plural, "string, string, int", "string"),
    "quote": (_quote, "any...", "string"),
    "randAlpha": (lambda count: _random(count, _LETTERS), "int", "string"),
    "randAlphaNum": (lambda count: _random(count, _LETTERS + _DIGITS), "int", "string"),
    "randAscii": (lambda count: _random(count, _ASCII), "int", "string"),
    "randNumeric": (lambda count: _random(count, _DIGITS), "int", "string"),
    "repeat": (_repeat, "int, string", "string"),
    "replace": (_replace, "string, string, string", "string"),
    "shuffle": (_shuffle, "string", "string"),
    "sortAlpha": (_sort_alpha, "any", "[]string"),
    "split": (_split, "string, string", "map[string]string"),
    "splitList": (_split_list, "string, string", "[]string"),
    "splitn": (_splitn, "string, int, string", "map[string]string"),
    "squote": (_squote, "any...", "string"),
    "substr": (_substr, "int, int, string", "string"),
    "swapcase": (_swapcase, "string", "string"),
    "title": (_title, "string", "string"),
    "toString": (_to_string, "any", "string"),
    "toStrings": (string_list, "any", "[]string"),
    "trim": (trim_space, "string", "string"),
    "trimAll": (lambda cut, text: text.strip(cut) if cut else text, "string, string", "string"),
    "trimPrefix": (lambda part, text: text.removeprefix(part), "string, string", "string"),
    "trimSuffix": (lambda part, text: text.removesuffix(part), "string, string", "string"),
    "trimall": (lambda cut, text: text.strip(cut) if cut else text, "string, string", "string"),
    "trunc": (_trunc, "int, string", "string"),
    "untitle": (_untitle, "string", "string"),
    "upper": (upper, "string", "string"),
    "wrap": (_wrap, "int, string", "string"),
    "wrapWith": (_wrap_with, "int, string, string", "string"),
}
