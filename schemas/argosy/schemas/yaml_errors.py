"""What is wrong with a YAML text, in words for its author. Serves the reader; knows no values."""

import codecs
import re
from typing import Any

import yaml
from yaml.error import MarkedYAMLError
from yaml.reader import ReaderError

from argosy.schemas.finding import ArgosyError
from argosy.schemas.position import Position

__all__ = ["YamlError", "at_mark", "decode", "from_parser", "no_anchor"]


class YamlError(ArgosyError):
    """The text is not YAML, or is YAML that Go's reader refuses."""

    code = "invalid-yaml"


_SURROGATE = re.compile("[\ud800-\udfff]")
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def decode(text: str | bytes, file: str) -> str:
    """The text without byte order mark. Raises YamlError at the first byte that is not of its encoding."""
    if isinstance(text, bytes):
        mark, encoding = next(
            ((mark, encoding) for mark, encoding in _BYTE_ORDER_MARKS if text.startswith(mark)),
            (b"", "utf-8"),
        )
        content = text[len(mark) :]
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError as error:
            before = content[: error.start].decode(encoding)
            raise YamlError(
                f"byte 0x{content[error.start]:02x} is not valid {encoding.upper()}",
                position=_at_offset(before, len(before), file),
                hint="save the file as UTF-8",
            ) from error
    text = text.removeprefix("\ufeff")
    surrogate = _SURROGATE.search(text)
    if surrogate is not None:
        raise YamlError(
            f"character U+{ord(surrogate[0]):04X} is half of a surrogate pair",
            position=_at_offset(text, surrogate.start(), file),
            hint="save the file as UTF-8",
        )
    return text


def at_mark(message: str, event: Any, file: str, hint: str = "") -> YamlError:
    """An error that spans an event or node of the parser."""
    start, end = event.start_mark, event.end_mark
    position = Position(file, start.line + 1, start.column + 1, end.line + 1, end.column + 1)
    return YamlError(message, position=position, hint=hint)


def no_anchor(alias: Any, file: str) -> YamlError:
    """An alias, an event of the parser, whose anchor does not stand before it."""
    name = alias.anchor
    return at_mark(f"no anchor `&{name}` stands before the alias `*{name}`", alias, file)


def from_parser(error: yaml.YAMLError, source: str, file: str) -> YamlError:
    """The parser's own error, with its place and, for the commonest mistakes, what to do."""
    if isinstance(error, ReaderError):
        return _unreadable(error, source, file)
    if not isinstance(error, MarkedYAMLError) or error.problem_mark is None:
        return YamlError(str(error) or "cannot be read", position=Position(file, 1, 1))
    line, column = error.problem_mark.line, error.problem_mark.column
    lines = source.split("\n")
    found = lines[line][column : column + 1] if line < len(lines) else ""
    message, hint = _explain(error, lines[line] if line < len(lines) else "", found)
    return YamlError(message, position=Position(file, line + 1, column + 1), hint=hint)


def _unreadable(error: ReaderError, source: str, file: str) -> YamlError:
    offset = error.position if isinstance(error.position, int) else 0
    # libyaml counts bytes, PyYAML's own reader (which names the encoding "unicode") characters.
    counts_characters = error.encoding == "unicode"
    before = source[:offset] if counts_characters else source.encode()[:offset].decode("utf-8", "ignore")
    character = error.character if isinstance(error.character, int) else ord(str(error.character)[:1] or "\0")
    return YamlError(
        f"character U+{character:04X} may not stand in YAML",
        position=_at_offset(before, len(before), file),
        hint='remove it, or write it in double quotes with an escape such as "\\u0007"',
    )


def _explain(error: MarkedYAMLError, line: str, found: str) -> tuple[str, str]:
    problem = (error.problem or "cannot be read").strip()
    context = (error.context or "").strip()
    if found == "\t" and "cannot start any token" in problem:
        return "a tab stands where only spaces may", "indent with spaces"
    if "cannot start any token" in problem:
        if found == "%" or found in "@`":
            return f'a value may not begin with "{found}"', "put the value in quotes"
        return f"found {found!r}, which cannot start a value", "put the value in quotes"
    if "mapping values are not allowed" in problem:
        return (
            "found `:` where no key can stand",
            "put a value that contains `: ` in quotes; check the indentation",
        )
    if "end of stream" in problem and "quoted scalar" in context:
        return (
            "a quoted text is not closed before the end",
            f"add the closing quote to the text {_begun(error)}",
        )
    message = problem if not context else f"{problem} {context}"
    if "{{" in line:
        return message, "a template that begins a value must stand in quotes: '{{ … }}'"
    begun = _begun(error)
    return message, f"look at what was {begun}" if begun else ""


def _begun(error: MarkedYAMLError) -> str:
    mark = error.context_mark
    return f"begun in line {mark.line + 1}, column {mark.column + 1}" if mark is not None else ""


def _at_offset(text: str, offset: int, file: str) -> Position:
    line = text.count("\n", 0, offset)
    return Position(file, line + 1, offset - (text.rfind("\n", 0, offset) + 1) + 1)
