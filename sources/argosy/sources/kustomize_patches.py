"""Which line of a kustomization, or of a patch that it names, gave a field its value. Reads the tree.

Only what is certain is told: the only line that says so.
"""

import posixpath
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from argosy.schemas.position import Path, Position, child, value_at
from argosy.schemas.yaml_errors import YamlError
from argosy.schemas.yaml_reader import Document, read_documents
from argosy.sources.errors import SourceError
from argosy.sources.git_url import clean_path
from argosy.sources.kustomize_pieces import Layer, Piece
from argosy.sources.tree import Tree

__all__ = ["counterpart", "is_same", "set_by"]

_Locate = Callable[[Path, bool], Position]


def set_by(tree: Tree, piece: Piece, rendered: object, path: Path, key: bool) -> Position | None:
    """The only line of a patch or of a kustomization that gives a field its value."""
    found = {
        position
        for layer in piece.layers
        for position in (
            *_by_patches(tree, layer, piece, rendered, path, key),
            *_by_fields(layer, rendered, path, key),
        )
    }
    return found.pop() if len(found) == 1 else None


def counterpart(written: object, rendered: object, path: Path) -> Path | None:
    """The path in what was written of a field that was rendered with the same value.

    Items of lists are told apart by their names, or else by all that they hold.
    """
    found: list[str | int] = []
    for step in path:
        if isinstance(step, int):
            wanted, items = child(rendered, step), written if isinstance(written, list) else []
            at = step if items == rendered else _only([_is_item(item, wanted) for item in items])
            if at < 0:
                return None
            found.append(at)
        elif isinstance(written, Mapping) and step in written:
            found.append(step)
        else:
            return None
        written, rendered = child(written, found[-1]), child(rendered, step)
    both_hold_more = any(isinstance(written, kind) and isinstance(rendered, kind) for kind in (dict, list))
    return tuple(found) if both_hold_more or is_same(written, rendered) else None


def _only(fitting: list[bool]) -> int:
    return fitting.index(True) if fitting.count(True) == 1 else -1


def is_same(one: object, other: object) -> bool:
    """Whether two values are equal; `true` is not 1."""
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def _is_item(item: object, wanted: object) -> bool:
    if isinstance(item, Mapping) and isinstance(wanted, Mapping) and "name" in wanted:
        return bool(item.get("name") == wanted["name"])
    return is_same(item, wanted)


@dataclass(frozen=True, slots=True)
class _Patch:
    """One document of a patch; `locate` finds its nodes in the file that it was written in."""

    value: object
    target: Mapping[str, Any] | None
    locate: _Locate


def _by_patches(
    tree: Tree, layer: Layer, piece: Piece, rendered: object, path: Path, key: bool
) -> Iterator[Position]:
    for patch in _patches(tree, layer):
        if isinstance(patch.value, list):
            if patch.target is not None and _selects(patch.target, piece):
                yield from _by_operations(patch, rendered, path, key)
        elif _selects(patch.target if patch.target is not None else _own_target(patch.value), piece):
            there = counterpart(patch.value, rendered, path)
            if there is not None:
                yield patch.locate(there, key)


def _by_operations(patch: _Patch, rendered: object, path: Path, key: bool) -> Iterator[Position]:
    """JSON 6902: the operation that adds or replaces the field or what it lies in."""
    assert isinstance(patch.value, list)
    for index, operation in enumerate(patch.value):
        if not isinstance(operation, Mapping) or operation.get("op") not in ("add", "replace"):
            continue
        steps = [
            step.replace("~1", "/").replace("~0", "~") for step in str(operation.get("path")).split("/")[1:]
        ]
        depth = len(steps)
        if [str(step) for step in path[:depth]] != steps:
            continue
        there = counterpart(operation.get("value"), value_at(rendered, path[:depth]), path[depth:])
        if there is not None:
            yield patch.locate((index, "value", *there), key and bool(there))


def _own_target(value: object) -> Mapping[str, Any] | None:
    """What a strategic merge patch is for."""
    metadata = child(value, "metadata")
    if not isinstance(metadata, Mapping):
        return None
    return {"kind": re.escape(str(child(value, "kind"))), "name": re.escape(str(metadata.get("name")))}


def _selects(target: Mapping[str, Any] | None, piece: Piece) -> bool:
    """Whether a target may mean an object; selectors by label are not looked at."""
    if target is None:
        return False
    import re2  # only patches need it

    name, kind = (str(target.get(field) or ".*") for field in ("name", "kind"))
    try:
        fits = any(re2.fullmatch(name, each) for each in piece.names)
        return fits and re2.fullmatch(kind, piece.kind) is not None
    except re2.error:
        return False


def _patches(tree: Tree, layer: Layer) -> Iterator[_Patch]:
    written = layer.document.value
    for field in ("patchesStrategicMerge", "patches", "patchesJson6902"):
        entries = child(written, field)
        for index, entry in enumerate(entries if isinstance(entries, list) else ()):
            try:
                yield from _documents(tree, layer, (field, index), entry)
            except (SourceError, YamlError):
                continue


def _documents(tree: Tree, layer: Layer, place: Path, entry: object) -> Iterator[_Patch]:
    target = child(entry, "target")
    target = target if isinstance(target, Mapping) else None
    if isinstance(entry, str):
        is_text = "\n" in entry or entry.lstrip().startswith("{")
        text, file = (entry, None) if is_text else (None, entry)
    else:
        text, file = child(entry, "patch"), child(entry, "path")
        place = (*place, "patch")
    if isinstance(file, str):
        name = clean_path(posixpath.join(layer.folder, file))
        for document in _read(tree.read(name), name):
            yield _Patch(document.value, target, document.position)
    elif isinstance(text, str):
        for document in _read(text, layer.document.file):
            yield _Patch(document.value, target, _in_text(layer.document, place, document))


@lru_cache(maxsize=1024)
def _read(text: str | bytes, file: str) -> Sequence[Document]:
    """Patches are asked for every field; each is read once."""
    return tuple(read_documents(text, file))


def _in_text(whole: Document, place: Path, part: Document) -> _Locate:
    def locate(path: Path, key: bool) -> Position:
        at = part.position(path, key)
        length = at.end_column - at.column if at.end_line == at.line else 0
        return whole.position_in_text(place, at.line, at.column, length)

    return locate


def _by_fields(layer: Layer, rendered: object, path: Path, key: bool) -> Iterator[Position]:
    """Labels, annotations and the namespace that a kustomization writes into everything."""
    written = layer.document.value
    value = rendered
    for step in path:
        value = child(value, step)
    places: list[Path] = []
    if path == ("metadata", "namespace"):
        places = [("namespace",)]
    elif path[-2:-1] == ("annotations",):
        places = [("commonAnnotations", path[-1])]
    elif path[-2:-1] and path[-2] in ("labels", "matchLabels", "selector"):
        entries = child(written, "labels")
        pairs = [("labels", index, "pairs", path[-1]) for index in range(len(entries or ()))]
        places = [("commonLabels", path[-1]), *pairs]
    for place in places:
        there = written
        for step in place:
            there = child(there, step)
        if there is not None and str(there) == str(value):
            yield layer.document.position(place, key)
