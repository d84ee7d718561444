"""Plain data to YAML text, byte for byte as sigs.k8s.io/yaml marshals it (kubectl's and Argo CD's form).

Counterpart of the reader: what is written reads back equal. Two texts of goyaml.v2 that do not read back are
written in double quotes instead: the key `<<`, and Unicode's own line and paragraph separators.
"""

import functools
import re
from collections.abc import Iterable, Mapping, Sequence

from argosy.schemas.go_numbers import format_general, json_digits
from argosy.schemas.yaml_scalars import is_text

__all__ = ["quote_scalar", "write_documents", "write_yaml"]

# goyaml folds text at the first space behind this column.
_WIDTH = 80
# A longer key, in bytes, is written in the form `? key`.
_SIMPLE_KEY = 128
_ORDINARY = re.compile(r"[A-Za-z_/][A-Za-z0-9_./-]*", re.ASCII)
_PLAINLY_SORTED = re.compile(r"[A-Za-z./-]*", re.ASCII)
_BASE_60 = re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?", re.ASCII)
# What goyaml takes for printable; everything beyond the basic plane is escaped.
_UNPRINTABLE = re.compile("[^\n\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd]|[\u2028\u2029]")
_INDICATOR = re.compile(r"[#,\[\]{}&*!|>'\"%@`]|[?:](?= |$)|-(?= |$)|---|\.\.\.")
_INNER_INDICATOR = re.compile(r":(?= |$)|(?<= )#")
_ESCAPES = {
    "\0": "\\0",
    "\a": "\\a",
    "\b": "\\b",
    "\t": "\\t",
    "\n": "\\n",
    "\v": "\\v",
    "\f": "\\f",
    "\r": "\\r",
    "\x1b": "\\e",
    '"': '\\"',
    "\\": "\\\\",
    "\x85": "\\N",
    "\xa0": "\\_",
    "\u2028": "\\L",
    "\u2029": "\\P",
}


def write_yaml(value: object) -> str:
    """One document, ended by a line feed. Mappings' keys are sorted as goyaml sorts them (`a2` before `a10`).

    Takes what JSON can hold (mappings with text keys, sequences, text, numbers, booleans, None); raises
    TypeError for anything else and ValueError for numbers that JSON cannot hold.
    """
    out: list[str] = []
    if isinstance(value, Mapping) and value:
        _mapping(value, 0, out)
    elif _is_list(value) and value:
        _sequence(value, 0, out)
    else:
        _inline(value, 0, 0, out)
    return "".join(out)


def write_documents(values: Iterable[object]) -> str:
    """Several documents, parted by `---`."""
    return "---\n".join(write_yaml(value) for value in values)


def quote_scalar(text: str) -> str:
    """The text as it stands in one line of YAML: plain where that reads back equal, else quoted."""
    return _double_quoted(text, 0, None) if "\n" in text else _line(text, 0, None)


def _is_list(value: object) -> bool:
    return isinstance(value, (list, tuple)) or (
        isinstance(value, Sequence) and not isinstance(value, (str, bytes))
    )


def _mapping(mapping: Mapping[str, object], indent: int, out: list[str]) -> None:
    """Write the entries; the caller has already brought the first line to `indent`."""
    margin = " " * indent
    first = True
    for key in _sorted_keys(mapping):
        if not first:
            out.append(margin)
        first = False
        value = mapping[key]
        if "\n" in key or len(key.encode(errors="replace")) > _SIMPLE_KEY:
            out.append("? ")
            _inline(key, indent + 2, indent + 2, out)
            out.append(margin + ": ")
            _nested(value, indent + 2, out)
            continue
        text = '"<<"' if key == "<<" else _line(key, 0, None)
        if isinstance(value, Mapping) and value:
            out.append(f"{text}:\n{margin}  ")
            _mapping(value, indent + 2, out)
        elif value.__class__ is str or not (_is_list(value) and value):
            out.append(text + ": ")
            _inline(value, indent + 2, indent + len(text) + 2, out)
        else:
            out.append(f"{text}:\n{margin}")
            _sequence(value, indent, out)


def _sequence(items: object, indent: int, out: list[str]) -> None:
    margin = " " * indent
    first = True
    for item in items:  # type: ignore[attr-defined]  # only called with sequences
        out.append("- " if first else margin + "- ")
        first = False
        _nested(item, indent + 2, out)


def _nested(value: object, indent: int, out: list[str]) -> None:
    """A value that begins in the line of its dash or colon, at `indent`."""
    if isinstance(value, Mapping) and value:
        _mapping(value, indent, out)
    elif _is_list(value) and value:
        _sequence(value, indent, out)
    else:
        _inline(value, indent, indent, out)


def _inline(value: object, indent: int, column: int, out: list[str]) -> None:
    """A scalar or empty collection; `indent` is where its further lines would stand."""
    if isinstance(value, str):
        # Scalars at the root are continued at 2, too.
        _text(value, indent or 2, column, out)
    elif value is None:
        out.append("null\n")
    elif isinstance(value, bool):
        out.append("true\n" if value else "false\n")
    elif isinstance(value, (int, float)):
        out.append(_number(value) + "\n")
    elif isinstance(value, Mapping):
        out.append("{}\n")
    elif _is_list(value):
        out.append("[]\n")
    else:
        raise TypeError(f"YAML cannot hold a value of type {type(value).__name__}")


def _number(value: int | float) -> str:
    if isinstance(value, float):
        if value - value != 0:
            raise ValueError(f"JSON, and so Kubernetes, cannot hold the number {value}")
        value = json_digits(value) if value.is_integer() and abs(value) < 1e21 else value
        if isinstance(value, float):
            return format_general(value)
    return str(value) if -(2**63) <= value < 2**64 else format_general(float(value))


def _text(text: str, indent: int, column: int, out: list[str]) -> None:
    if "\n" not in text:
        out.append(_line(text, column, indent) + "\n")
    elif _UNPRINTABLE.search(text) or " \n" in text or text[-1] == " ":
        out.append(_double_quoted(text, column, indent) + "\n")
    else:
        _literal(text, indent, out)


def _literal(text: str, indent: int, out: list[str]) -> None:
    hint = "2" if text[0] in " \n" else ""
    if text[-1] != "\n":
        chomp = "-"
    elif len(text) == 1 or text[-2] == "\n":
        chomp = "+"
    else:
        chomp = ""
    margin = " " * indent
    body = text.removesuffix("\n").split("\n")
    out.append(f"|{hint}{chomp}\n")
    out.extend(f"{margin}{line}\n" if line else "\n" for line in body)


def _line(text: str, column: int, indent: int | None) -> str:
    """Text without line feeds; `indent` None forbids to fold it, as in keys."""
    if _ORDINARY.fullmatch(text) and (len(text) > 5 or is_text(text)):
        return text
    if not is_text(text) or _BASE_60.fullmatch(text) or _UNPRINTABLE.search(text):
        return _double_quoted(text, column, indent)
    if text[0] == " " or text[-1] == " " or _INDICATOR.match(text) or _INNER_INDICATOR.search(text, 1):
        quoted = text.replace("'", "''")
        return f"'{_folded(quoted, column + 1, indent, 1)}'"
    return _folded(text, column, indent, 0)


def _folded(text: str, column: int, indent: int | None, margin: int) -> str:
    """Break before words that begin behind the width. A break stands for one space, so runs of spaces stay.

    `margin` is 1 for quoted text, whose first and last characters are never breaks.
    """
    if indent is None or column + len(text) <= _WIDTH:
        return text
    lines: list[str] = []
    start = 0
    for match in _LONE_SPACE.finditer(text):
        at = match.start()
        if column + at - start > _WIDTH and margin <= at < len(text) - margin:
            lines.append(text[start:at])
            start, column = at + 1, indent
    lines.append(text[start:])
    return ("\n" + " " * indent).join(lines)


_LONE_SPACE = re.compile(r"(?<! ) (?! )")


def _double_quoted(text: str, column: int, indent: int | None) -> str:
    parts = ['"']
    column += 1
    spaces = False
    last = len(text) - 1
    # goyaml looks for a byte order mark at the start of the text only, and then escapes every character.
    everything = text.startswith("\ufeff")
    for index, character in enumerate(text):
        if character == " " and not everything:
            if indent is not None and not spaces and column > _WIDTH and 0 < index < last:
                parts.append("\n" + " " * indent)
                column = indent
                if text[index + 1] == " ":
                    parts.append("\\")
                    column += 1
            else:
                parts.append(character)
                column += 1
            spaces = True
            continue
        spaces = False
        written = _escaped(character, everything)
        parts.append(written)
        column += len(written)
    parts.append('"')
    return "".join(parts)


def _escaped(character: str, everything: bool) -> str:
    plain = not everything and not _UNPRINTABLE.match(character) and character not in '"\\\n'
    if plain:
        return character
    if character in _ESCAPES:
        return _ESCAPES[character]
    code = ord(character)
    if 0xD800 <= code < 0xE000:
        # Half a surrogate pair is no character; Go's JSON gives the replacement character for it.
        return "\ufffd"
    if code <= 0xFF:
        return f"\\x{code:02X}"
    return f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"


def _sorted_keys(mapping: Mapping[str, object]) -> list[str]:
    keys = list(mapping)
    if all(map(_PLAINLY_SORTED.fullmatch, keys)):
        return sorted(keys)
    return sorted(keys, key=functools.cmp_to_key(_compare))


def _compare(left: str, right: str) -> int:
    """goyaml.v2's order of keys: letters after everything else, runs of digits by their number."""
    for index, (a, b) in enumerate(zip(left, right, strict=False)):
        if a == b:
            continue
        if a.isalpha() or b.isalpha():
            if a.isalpha() and b.isalpha():
                return -1 if a < b else 1
            return -1 if b.isalpha() else 1
        zero_follows_digits = (a == "0" or b == "0") and _after_nonzero(left, index)
        number_a, end_a = _digits(left, index, zero_follows_digits)
        number_b, end_b = _digits(right, index, zero_follows_digits)
        if number_a != number_b:
            return -1 if number_a < number_b else 1
        if end_a != end_b:
            return -1 if end_a < end_b else 1
        return -1 if a < b else 1
    return len(left) - len(right)


def _after_nonzero(text: str, index: int) -> bool:
    """Whether the digits just before `index` hold one that is not zero."""
    while index > 0 and text[index - 1].isdecimal():
        index -= 1
        if text[index] != "0":
            return True
    return False


def _digits(text: str, index: int, leading_one: bool) -> tuple[int, int]:
    number = 1 if leading_one else 0
    while index < len(text) and text[index].isdecimal():
        number = number * 10 + ord(text[index]) - ord("0")
        index += 1
    return number, index
