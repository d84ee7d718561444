"""Leads from a field of a rendered object to its line in the Helm template that rendered it.

Only what is certain is told: where several lines may have printed a field, the nearest field around it of
which that is not so, and at last nothing. Pure.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from argosy.schemas.position import Path, Position, child
from argosy.sources.template_text import (
    Block,
    Branch,
    Entry,
    Line,
    TemplateDocument,
    excludes,
    has_template,
    split_documents,
)

__all__ = ["ObjectPlaces", "TemplatePlaces", "template_places"]

_Found = Entry | Line
"""An entry, or the line that puts text of unknown content in its place."""


@lru_cache(maxsize=64)
def template_places(text: str, file: str) -> "TemplatePlaces":
    """Those of a text; each is read once, however many Applications it is rendered for."""
    return TemplatePlaces(text, file)


class TemplatePlaces:
    """The places of one template."""

    def __init__(self, text: str, file: str) -> None:
        self._file = file
        self._documents = split_documents(text)
        self._last = text.count("\n") + 1

    def of(self, value: Mapping[str, Any]) -> "ObjectPlaces":
        """The places of an object: in the only document that can have printed it, if there is one."""
        fitting = [each for each in self._documents if _fits(each.block, value)]
        document = fitting[0] if len(fitting) == 1 else TemplateDocument(Block((), ()), 1, self._last)
        return ObjectPlaces(self._file, document, value)


@dataclass(frozen=True, slots=True)
class ObjectPlaces:
    """The places of one object. `document` is empty and as long as the file where none is known to be its."""

    file: str
    document: TemplateDocument
    value: Mapping[str, Any]

    @property
    def span(self) -> Position:
        """All lines that it can come from."""
        return Position(self.file, self.document.first, 1, self.document.last, 1)

    def field(self, path: Path, key: bool = False) -> Position | None:
        """The place of a field, or of its key, or of the nearest around it that is certain."""
        start = _step(self.document.block, "kind", self.value, ())
        if not isinstance(start, Entry):
            return None
        found, left = _walk(self.document.block, path, self.value, start.line.branch)
        if found is None:
            return None
        if isinstance(found, Entry) and found.value[:1] in ("{", "["):
            return self._in_flow(found, left, key)
        return self._position(found, key or bool(left))

    def _position(self, found: _Found, key: bool) -> Position:
        if isinstance(found, Line):
            return self._at(found.number, found.indent, found.written)
        if key and found.key is None:
            return self._at(found.line.number, found.line.indent, "-")
        written = found.written
        if key or not written:
            name = found.line.written[: len(found.key)] if found.key and not has_template(found.key) else ""
            return self._at(found.line.number, found.line.indent, name or found.line.written)
        return self._at(found.line.number, found.column, written)

    def _in_flow(self, entry: Entry, path: Path, key: bool) -> Position:
        """In `{a: 1, b: [2]}` on one line: the last key, if it stands there once."""
        names = [step for step in path if isinstance(step, str)]
        is_clear = len(path) == 1 or not has_template(entry.value)
        if names and is_clear and entry.value.rstrip()[-1] in "}]":
            pattern = rf"""[{{,]\s*(["']?)(?P<key>{re.escape(names[-1])})\1\s*:\s*(?P<value>[^,\]}}]*)"""
            matches = list(re.finditer(pattern, entry.value))
            if len(matches) == 1:
                match = matches[0]
                part = "key" if key or names[-1] != path[-1] or not match["value"].strip() else "value"
                column = entry.column + match.start(part)
                start = column - entry.line.indent
                written = entry.line.written[start : start + len(match[part].rstrip())]
                return self._at(entry.line.number, column, written)
        return self._position(entry, key=key or bool(path))

    def _at(self, line: int, column: int, written: str) -> Position:
        return Position(self.file, line, column + 1, line, column + 1 + len(written))


def _walk(block: Block, path: Path, value: object, branch: Branch) -> tuple[_Found | None, Path]:
    """The last step of a path that is certain, and the steps behind it."""
    found: _Found | None = None
    for number, step in enumerate(path):
        below = _step(block, step, value, branch)
        if below is None:
            return found, path[number:]
        found = below
        if isinstance(below, Line) or below.is_text or (below.key is not None and below.value):
            return found, path[number + 1 :]
        block, value, branch = below.block, child(value, step), below.line.branch
    return found, ()


def _fits(block: Block, value: Mapping[str, Any]) -> bool:
    """Whether a document may have printed an object."""
    return all(_may_print(block, path, value) for path in (("metadata", "name"), ("kind",), ("apiVersion",)))


def _may_print(block: Block, path: Path, value: object) -> bool:
    """Whether a field may have been printed by some of the lines."""
    step, rest = path[0], path[1:]
    below = child(value, step)
    named = [*block.named(step), *block.templated]
    for each in named:
        if rest and not each.value:
            if _may_print(each.block, rest, below):
                return True
        elif rest or _agrees(each, below):
            return True
    if not named and below is None:
        return True
    return bool(block.inserted) and not any(_is_always(each, block.entries[0].line.branch) for each in named)


@dataclass(frozen=True, slots=True)
class _Candidates:
    """What certainly says what is looked for, and what may say it, too."""

    certain: list[Entry]
    possible: list[_Found]

    def choose(self, branch: Branch) -> _Found | None:
        """The only one that can be meant, as seen from a place with its conditions around it."""
        if len(self.certain) == 1:
            only = self.certain[0]
            return only if _is_always(only, branch) or not self.possible else None
        return self.possible[0] if not self.certain and len(self.possible) == 1 else None


def _step(block: Block, step: str | int, value: object, branch: Branch) -> _Found | None:
    """What has printed a field or an item of a value, `None` where that is not certain."""
    if child(value, step) is None and not (isinstance(value, Mapping) and step in value):
        return None
    if isinstance(value, list) and isinstance(step, int) and _is_whole(block, len(value), branch):
        return block.entries[step]
    inserted = [line for line in block.inserted if not excludes(line.branch, branch)]
    wanted = child(value, step)
    if isinstance(step, int):
        return _item(_beside(block.entries, branch), inserted, wanted, branch)
    named = _beside(block.named(step), branch)
    certain = [each for each in named if _agrees(each, wanted)]
    if not certain and any(_is_always(each, branch) for each in named):
        return None
    return _Candidates(certain, [*_beside(block.templated, branch), *inserted]).choose(branch)


def _beside(entries: Iterable[Entry], branch: Branch) -> list[Entry]:
    """Those that can be printed together with something below some conditions."""
    return [each for each in entries if not excludes(each.line.branch, branch)]


def _is_whole(block: Block, length: int, branch: Branch) -> bool:
    """Whether a list was printed as it was written, item by item."""
    always = all(_is_prefix(each, branch) for each in block.branches)
    return always and not block.inserted and len(block.entries) == length


def _item(
    entries: Iterable[Entry], inserted: Iterable[Line], wanted: object, branch: Branch
) -> _Found | None:
    certain, possible = [], []
    for each in entries:
        said = _says(each, wanted)
        if said:
            certain.append(each)
        elif said is None:
            possible.append(each)
    return _Candidates(certain, [*possible, *inserted]).choose(branch)


def _is_always(entry: Entry, branch: Branch) -> bool:
    """Whether an entry is printed wherever a place with these conditions around it is."""
    return _is_prefix(entry.line.branch, branch)


def _is_prefix(one: Branch, other: Branch) -> bool:
    return one == other[: len(one)]


def _says(item: Entry, wanted: object) -> bool | None:
    """Whether an item of a list is one that was printed: by its name, or as a whole; `None` if it may be."""
    if not isinstance(wanted, Mapping):
        return None if has_template(item.value) else _may_be(item, wanted)
    names = [each for each in item.block.entries if each.key == "name"]
    if not names or "name" not in wanted:
        return None
    if len(names) > 1 or item.block.inserted or has_template(names[0].value):
        return None if any(_may_be(each, wanted["name"]) for each in names) else False
    return _may_be(names[0], wanted["name"])


def _agrees(entry: Entry, wanted: object) -> bool:
    """Whether what stands behind a key can be what was printed."""
    if isinstance(wanted, (Mapping, list)) or not entry.value:
        return True
    continued = any(line.inserts is None for line in entry.body)
    return entry.is_text or continued or _may_be(entry, wanted)


def _may_be(entry: Entry, wanted: object) -> bool:
    """Whether the scalar of an entry can have been printed so."""
    written = entry.value
    if not has_template(written):
        read = entry.scalar
        return read is None or (read == wanted and isinstance(read, bool) == isinstance(wanted, bool))
    if not isinstance(wanted, str) or written[:1] in "|>{[&*!" or "\\" in written:
        return True
    return _matches(entry.bare.strip("\"'"), wanted)


def _matches(masked: str, text: str) -> bool:
    """Whether a text has all parts that are not templated, in their order."""
    if not has_template(masked):
        return masked == text
    first, *between, last = re.split("\0+", masked)
    if not text.startswith(first) or not text.endswith(last) or len(text) < len(first) + len(last):
        return False
    at, end = len(first), len(text) - len(last)
    for part in between:
        at = text.find(part, at, end)
        if at < 0:
            return False
        at += len(part)
    return True
