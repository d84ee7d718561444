"""Findings as text for people and as data for machines. The last step of every command.

Knows no files: the caller says how a line is read, so that an index or a commit can be shown as well as a
work tree.
"""

import re
import unicodedata
from collections.abc import Callable
from typing import Any

from argosy.schemas.finding import Finding
from argosy.schemas.position import Position

__all__ = ["ReadLine", "finding_as_json", "print_finding"]

ReadLine = Callable[[str, int], str | None]
"""The text of a file's line, without its end; None where it cannot be read."""

# Longer source lines are shown in part, around the span.
_WIDEST = 140
# Control characters could move a terminal's cursor or colour what follows.
_CONTROL = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def print_finding(finding: Finding, read_line: ReadLine) -> str:
    """The finding in several lines, without an end of line at the end.

    First `file:line:column: severity: message [code]`, then the source line with the span marked, the hint,
    and each related place in the same way.
    """
    place = f"{finding.position}: " if finding.position is not None else ""
    lines = _lines(f"{place}{finding.severity.value}: {finding.message} [{finding.code}]")
    if not finding.confidential:
        lines += _source(finding.position, read_line)
    if finding.hint:
        lines += _lines(f"  hint: {finding.hint}")
    for related in finding.related:
        place = f"{related.position}: " if related.position is not None else ""
        lines += _lines(f"  {place}{related.message}")
        if not (finding.confidential or related.confidential):
            lines += _source(related.position, read_line)
    return "\n".join(lines)


def finding_as_json(finding: Finding) -> dict[str, Any]:
    """The finding as plain data; lines and columns count from 1, and fields without value are left out."""
    result: dict[str, Any] = {
        "code": finding.code,
        "severity": finding.severity.value,
        "message": finding.message,
    }
    if finding.position is not None:
        result.update(_place(finding.position))
    if finding.hint:
        result["hint"] = finding.hint
    if finding.related:
        result["related"] = [
            {"message": one.message, **(_place(one.position) if one.position is not None else {})}
            for one in finding.related
        ]
    if finding.applications:
        result["applications"] = list(finding.applications)
    if finding.fix is not None:
        edits = [{"text": edit.text, **_place(edit.span)} for edit in finding.fix.edits]
        result["fix"] = {"title": finding.fix.title, "edits": edits}
    return result


def _place(position: Position) -> dict[str, Any]:
    place: dict[str, Any] = {"file": position.file, "line": position.line, "column": position.column}
    if position.end_line:
        place |= {"endLine": position.end_line, "endColumn": position.end_column}
    return place


def _lines(text: str) -> list[str]:
    """A message, with its further lines indented."""
    first, *rest = text.splitlines() or [""]
    return [_clean(first), *(_clean(f"    {line}") for line in rest)]


def _source(position: Position | None, read_line: ReadLine) -> list[str]:
    """The line of a position and a line below that marks the span; nothing where the line cannot be read."""
    if position is None:
        return []
    line = read_line(position.file, position.line)
    if line is None:
        return []
    text = _clean(line.rstrip("\r\n"))
    start = min(position.column - 1, len(text))
    if position.end_line == position.line:
        end = min(max(position.end_column - 1, start + 1), len(text))
    else:
        # A span over several lines is marked to the end of the first, one without end at its first character.
        end = len(text.rstrip()) if position.end_line else start + 1
    text, start, end = _window(text, start, max(end, start + 1))
    number = str(position.line)
    margin = " " * len(number)
    before = "".join("\t" if one == "\t" else " " * _width(one) for one in text[:start])
    marked = max(sum(map(_width, text[start:end])), 1)
    return [f"  {number} | {text}".rstrip(), f"  {margin} | {before}^{'~' * (marked - 1)}"]


def _window(text: str, start: int, end: int) -> tuple[str, int, int]:
    """The part of a long line around a span, with the span's place in it."""
    if len(text) <= _WIDEST:
        return text, start, end
    first = max(0, min(start - 30, len(text) - _WIDEST))
    part = text[first : first + _WIDEST]
    lead = "…" if first else ""
    tail = "…" if first + _WIDEST < len(text) else ""
    shift = len(lead) - first
    return lead + part + tail, start + shift, min(end + shift, len(lead + part))


def _width(character: str) -> int:
    """Columns that a character takes on a terminal."""
    if unicodedata.combining(character) or unicodedata.category(character) in ("Cf", "Me", "Mn"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _clean(text: str) -> str:
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)
