"""Leads from the objects that a kustomization builds to the files that they were written in."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from argosy.schemas.finding import Related
from argosy.schemas.model.origin import Origin
from argosy.schemas.position import Path, Position, child, value_at
from argosy.sources.kustomize_patches import counterpart, set_by
from argosy.sources.kustomize_pieces import Piece, read_pieces
from argosy.sources.tree import Tree

__all__ = ["BuildOrigins"]

_Key = tuple[str, str]
_HASH = re.compile(r"-[a-z0-9]{10}")


class BuildOrigins:
    """The origins of what one build has made.

    Reads the kustomizations when it is asked for the first time.
    """

    def __init__(self, folder: str, file: str, content: Mapping[str, Any]) -> None:
        self._folder = folder
        self._file = file
        self._content = content
        self._read: tuple[Tree, Mapping[_Key, Sequence[Piece]]] | None = None

    def trace(self, value: Mapping[str, Any], inside: Path, tree: Tree) -> Origin:
        """Where an object comes from: the one document of its kind and name, else the kustomization."""
        del inside  # kustomize prints no lists of objects
        fitting = [each for each in self._like(value, tree) if _fits(each, value)]
        if len(fitting) > 1:
            fitting = [each for each in fitting if _namespace(each.value) == _namespace(value)]
        if len(fitting) != 1:
            return Origin(Position(self._file, 1, 1))
        piece = fitting[0]
        field, key = ("name", False) if piece.generated else ("kind", True)
        position = piece.document.position((*piece.inside, field), key)
        chain = tuple(Related("taken in here", entry) for entry in piece.taken_in)
        return Origin(position, chain, place=partial(_place, tree, piece, value))

    def _like(self, value: Mapping[str, Any], tree: Tree) -> Sequence[Piece]:
        """Those of an object's kind that have its name at the end, or get one from a generator."""
        if self._read is None or self._read[0] is not tree:
            found: dict[_Key, list[Piece]] = defaultdict(list)
            for piece in read_pieces(tree, self._folder, self._content):
                found[piece.kind, "" if piece.generated else piece.names[-1]].append(piece)
            self._read = tree, found
        kind, name = str(value.get("kind")), str(child(child(value, "metadata"), "name"))
        return [each for key in ((kind, name), (kind, "")) for each in self._read[1].get(key, ())]


def _fits(piece: Piece, value: Mapping[str, Any]) -> bool:
    name = str(child(child(value, "metadata"), "name"))
    if piece.generated and name.startswith(piece.names[-1]):
        rest = name.removeprefix(piece.names[-1])
        return piece.kind == value.get("kind") and (not rest or _HASH.fullmatch(rest) is not None)
    same_kind = all(piece.value.get(field) == value.get(field) for field in ("apiVersion", "kind"))
    return same_kind and name == piece.names[-1]


def _namespace(value: Mapping[str, Any]) -> object:
    return child(child(value, "metadata"), "namespace")


def _place(tree: Tree, piece: Piece, rendered: Mapping[str, Any], path: Path, key: bool) -> Position | None:
    """The line of a field, if it is certain."""
    if not path:
        return _span(piece)
    while path and value_at(rendered, path) is None:
        path, key = path[:-1], True
    if piece.generated:
        return _generated(piece, path)
    if path == ("metadata", "name"):
        return piece.document.position((*piece.inside, *path), key)
    there = counterpart(piece.value, rendered, path) if path else None
    if there is not None:
        return piece.document.position((*piece.inside, *there), key)
    return set_by(tree, piece, rendered, path, key) if path else None


def _generated(piece: Piece, path: Path) -> Position | None:
    """The literal that a key of generated data was written as."""
    literals = piece.value.get("literals")
    for index, literal in enumerate(literals if isinstance(literals, list) else ()):
        if len(path) == 2 and path[0] == "data" and str(literal).partition("=")[0] == path[1]:
            return piece.document.position((*piece.inside, "literals", index))
    return None


def _span(piece: Piece) -> Position:
    """All lines of the document that an object was written in; of a generator all of its field."""
    document = piece.document
    if piece.generated:
        start = document.position(piece.inside[:1], key=True)
        first, last = document.entry_lines(start) or (start.line, start.line)
        return Position(document.file, first, 1, last, 1)
    first = document.position().line
    lines = document.text.split("\n")
    ends = (number for number in range(first, len(lines)) if lines[number].startswith("---"))
    return Position(document.file, first, 1, next(ends, len(lines)), 1)
