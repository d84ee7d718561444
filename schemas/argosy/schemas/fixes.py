"""The safe answers to findings, as edits of the document's text. None where there is no single safe one."""

import re
from collections.abc import Iterable

from argosy.schemas.finding import Edit, Fix
from argosy.schemas.position import Path, Position
from argosy.schemas.wording import clearly_nearest
from argosy.schemas.yaml_reader import Document

__all__ = ["add_behind", "quote", "remove_entry", "rename_key", "unquote"]

# What stands between `:` and the end without quotes, anchor, tag or inner space.
_BARE = re.compile(r"[A-Za-z0-9_.+~:-]+")
_QUOTED = re.compile(r"""(["'])(true|false|-?[0-9]+)\1""", re.IGNORECASE)


def rename_key(document: Document, path: Path, known: Iterable[str]) -> Fix | None:
    """Another name for the key at `path`, if one of the known ones is clearly nearest."""
    name = str(path[-1])
    better = clearly_nearest(name, known)
    span = document.position(path, key=True)
    if not better or _text(document, span) != name:
        return None
    touches = ((document.index, path), (document.index, (*path[:-1], better)))
    return Fix(f"`{name}` is `{better}` now", (Edit(span, better),), touches, must_help=True)


def quote(document: Document, path: Path) -> Fix | None:
    """Quotes around a bare value, so that it stays the text that is written."""
    span = document.position(path)
    written = _text(document, span)
    if not _BARE.fullmatch(written):
        return None
    edit = Edit(span, f'"{written}"')
    return Fix(f"`{written}` stands in quotes", (edit,), ((document.index, path),), must_help=True)


def unquote(document: Document, path: Path) -> Fix | None:
    """A boolean or a whole number without its quotes."""
    span = document.position(path)
    quoted = _QUOTED.fullmatch(_text(document, span))
    if quoted is None:
        return None
    value = quoted[2].lower()
    touches = ((document.index, path),)
    return Fix(f"`{value}` stands without quotes", (Edit(span, value),), touches, must_help=True)


def remove_entry(document: Document, key: Position, *touched: Path, must_help: bool = False) -> Fix | None:
    """Removes the entry of a block mapping whose key stands at a place, unless a comment would go with it."""
    lines = document.entry_lines(key)
    if lines is None:
        return None
    first, last = lines
    span = Position(key.file, first, 1, last + 1, 1)
    removed = _text(document, span)
    if not removed or "#" in removed or removed[: key.column - 1].strip():
        return None
    title = f"`{_text(document, key)}` is removed"
    touches = tuple((document.index, path) for path in touched)
    return Fix(title, (Edit(span, ""),), touches, must_help)


def add_behind(document: Document, key: Position, line: str, touched: Path) -> Fix | None:
    """A new entry in the line behind an entry of a block mapping."""
    lines = document.entry_lines(key)
    if lines is None:
        return None
    place = Position(key.file, lines[1] + 1, 1, lines[1] + 1, 1)
    text = " " * (key.column - 1) + line + ("\r\n" if "\r\n" in document.text else "\n")
    return Fix(f"`{line}` is added", (Edit(place, text),), ((document.index, touched),))


def _text(document: Document, span: Position) -> str:
    """What is written in a span; empty where its end is not known."""
    lines = document.text.split("\n")
    if not span.end_line or span.line > len(lines):
        return ""
    if span.line == span.end_line:
        return lines[span.line - 1][span.column - 1 : span.end_column - 1]
    taken = [*lines[span.line - 1 : span.end_line - 1]]
    taken[0] = taken[0][span.column - 1 :]
    rest = lines[span.end_line - 1][: span.end_column - 1] if span.end_line <= len(lines) else ""
    return "\n".join([*taken, rest])
