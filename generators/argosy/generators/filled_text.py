"""Which place of a template made a place of its filled text. Worked out only where a finding asks.

The template is filled once more, with a mark in front of each piece of its own text. A mark stands where
blanks that `-}}` and `{{-` take away end, so that it changes nothing else; where the text without marks is
not the same as before (a function has counted or cut it), nothing is said.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from argosy.schemas.position import Position

__all__ = ["FilledText", "trace_filling"]

_TAG = re.compile(
    r"""\{\{(?:"(?:\\.|[^"\\\n])*"|`[^`]*`|'(?:\\.|[^'\\\n])*'|/\*.*?\*/|(?!\}\}).)*?\}\}"""
    r"|\{%.*?%\}|\{\#.*?\#\}",
    re.DOTALL,
)
_PIECE = re.compile(r"\S(?:[^\n]*\S)?")
_OPEN, _CLOSE = "\ue000", "\ue001"
_MARK = re.compile(f"{_OPEN}([0-9]+){_CLOSE}")
_OPENING = re.compile(r"\{[{%][-+]?\s*(?:range|with|for)\b")
_CLOSING = re.compile(r"\{[{%][-+]?\s*(?:end|endfor|endwith)\s*[-+]?[}%]\}")


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part of one line of a template: it begins at `start`; what follows its text was made at `behind`."""

    start: int
    length: int
    behind: int


@dataclass(frozen=True, slots=True)
class FilledText:
    """A text with the way back to its template. Lines and columns count from 1."""

    text: str
    template: str
    _starts: tuple[int, ...]
    _pieces: tuple[_Piece, ...]

    def span(self, place: Position) -> tuple[int, int, int] | None:
        """What made a part of the text: line, column and length in the template. The length is 0 where the
        part has no end, or no end in the same line."""
        start = self._offset(place.line, place.column)
        if start is None:
            return None
        line = self.template.count("\n", 0, start) + 1
        column = start - (self.template.rfind("\n", 0, start) + 1) + 1
        if place.end_line != place.line or place.end_column <= place.column:
            return line, column, 0
        end = self._offset(place.line, place.end_column - 1)
        if end is None or end < start:
            return line, column, 0
        tag = _TAG.match(self.template, end)
        length = (tag.end() if tag else end + 1) - start
        return line, column, 0 if "\n" in self.template[start : start + length] else length

    def tags(self, place: Position) -> Iterator[str]:
        """The tags of the template that made a part of the text (without end: up to the end of the line),
        and those of the loops around it."""
        start = self._offset(place.line, place.column)
        if start is None:
            return
        last = self._offset(place.end_line, place.end_column - 1) if place.end_line else None
        if last is None or last < start:
            last = start + len(self.template[start:].partition("\n")[0]) - 1
        around: list[str] = []
        for tag in _TAG.finditer(self.template):
            if tag.start() > max(last, start):
                break
            if tag.end() > start:
                yield tag[0]
            elif _OPENING.match(tag[0]):
                around.append(tag[0])
            elif _CLOSING.match(tag[0]) and around:
                around.pop()
        yield from around

    def _offset(self, line: int, column: int) -> int | None:
        lines = self.text.split("\n")
        if not 1 <= line <= len(lines):
            line, column = len(lines), len(lines[-1]) + 1
        place = sum(len(each) + 1 for each in lines[: line - 1]) + column - 1
        index = bisect_right(self._starts, place) - 1
        if index < 0:
            return None
        piece, beyond = self._pieces[index], place - self._starts[index]
        return piece.start + beyond if beyond < piece.length else piece.behind


def trace_filling(template: str, fill: Callable[[str], object]) -> FilledText | None:
    """The filled text with the way back to its template; None where that cannot be told.

    `fill` fills a text with the values at hand, and may raise whatever it likes.
    """
    if _OPEN in template or _CLOSE in template:
        return None
    pieces = tuple(_pieces(template))
    try:
        plain, marked = fill(template), fill(_marked(template, pieces))
    except Exception:  # noqa: BLE001  # what cannot be filled has no origin
        return None
    if not isinstance(plain, str) or not isinstance(marked, str) or _MARK.sub("", marked) != plain:
        return None
    starts, found, marks = [], [], 0
    for mark in _MARK.finditer(marked):
        starts.append(mark.start() - marks)
        found.append(pieces[int(mark[1])])
        marks += len(mark[0])
    return FilledText(plain, template, tuple(starts), tuple(found))


def _pieces(template: str) -> Iterator[_Piece]:
    """The parts of the template's own text, and the tags that leave the blanks before them alone."""
    place = 0
    for tag in _TAG.finditer(template):
        trims = tag[0][2] == "-"
        yield from _text_pieces(template, place, tag.start(), tag.start() if trims else None)
        if not trims:
            yield _Piece(tag.start(), 0, tag.start())
        place = tag.end()
    yield from _text_pieces(template, place, len(template), None)


def _text_pieces(template: str, start: int, end: int, tag: int | None) -> Iterator[_Piece]:
    """`tag` is the place of one that follows without a mark of its own."""
    found = list(_PIECE.finditer(template, start, end))
    for number, piece in enumerate(found, 1):
        behind = tag if tag is not None and number == len(found) else piece.end()
        yield _Piece(piece.start(), len(piece[0]), behind)


def _marked(template: str, pieces: tuple[_Piece, ...]) -> str:
    parts, place = [], 0
    for index, piece in enumerate(pieces):
        parts += [template[place : piece.start], f"{_OPEN}{index}{_CLOSE}"]
        place = piece.start
    return "".join(parts) + template[place:]
