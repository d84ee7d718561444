"""What a kustomization is built from: every document that it takes in, through its bases, with the way there.

Reads the tree; what is remote, or made by plugins and charts, is left out.
"""

import posixpath
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from argosy.schemas.position import Path, Position
from argosy.schemas.yaml_errors import YamlError
from argosy.schemas.yaml_reader import Document, read_documents
from argosy.sources.errors import SourceError
from argosy.sources.git_url import clean_path
from argosy.sources.kustomization import read_kustomization
from argosy.sources.tree import Tree

__all__ = ["GENERATORS", "Layer", "Piece", "read_pieces"]

GENERATORS: Mapping[str, str] = {"configMapGenerator": "ConfigMap", "secretGenerator": "Secret"}
"""The kind of what each field of a kustomization generates."""

_KEEP_THEIR_NAMES = frozenset(("APIService", "CustomResourceDefinition", "Namespace"))

_DEEPEST = 100
"""Bases of bases that are looked into."""


@dataclass(frozen=True, slots=True)
class Layer:
    """A kustomization that changes what it takes in; `content` has the options of the source, too."""

    folder: str
    document: Document
    content: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Piece:
    """An object as it was written, at the path `inside` of a document, or the entry of a generator.

    `layers` are the kustomizations that it goes through and their components, nearest first; `taken_in` the
    entries that name it and them. `names` are those that it bears on the way, the last one at the end.
    """

    document: Document
    inside: Path
    value: Mapping[str, Any]
    kind: str
    names: tuple[str, ...]
    layers: tuple[Layer, ...] = ()
    taken_in: tuple[Position, ...] = ()
    generated: bool = False

    def within(self, layer: Layer, components: Sequence[Layer], entry: Position | None) -> "Piece":
        """The same one, taken in by a kustomization."""
        prefix, suffix = (str(layer.content.get(field) or "") for field in ("namePrefix", "nameSuffix"))
        name = self.names[-1]
        if self.kind not in _KEEP_THEIR_NAMES:
            name = f"{prefix}{name}{suffix}"
        return replace(
            self,
            names=(*self.names, name),
            layers=(*self.layers, layer, *components),
            taken_in=(*self.taken_in, *([entry] if entry is not None else ())),
        )


def read_pieces(tree: Tree, folder: str, content: Mapping[str, Any]) -> list[Piece]:
    """All of them; `content` is the kustomization of the folder with the options of the source."""
    try:
        return list(_pieces(tree, folder, content, frozenset()))
    except (SourceError, YamlError):
        return []


def _pieces(
    tree: Tree, folder: str, content: Mapping[str, Any] | None, above: frozenset[str]
) -> Iterator[Piece]:
    layer = _layer(tree, folder, content)
    if layer is None or folder in above or len(above) > _DEEPEST:
        return
    above |= {folder}
    components = _list(layer.content.get("components"))
    folders = [clean_path(posixpath.join(folder, str(each))) for each in components]
    layers = [found for each in folders if (found := _layer(tree, each, None)) is not None]
    for field in ("resources", "bases"):
        for index, name in enumerate(_list(layer.content.get(field))):
            place = clean_path(posixpath.join(folder, str(name)))
            entry = layer.document.position((field, index))
            for piece in _taken_in(tree, place, above):
                yield piece.within(layer, layers, entry)
    for place in folders:
        for piece in _pieces(tree, place, None, above):
            yield piece.within(layer, layers, None)
    for piece in _generated(layer):
        yield piece.within(layer, layers, None)


def _layer(tree: Tree, folder: str, content: Mapping[str, Any] | None) -> Layer | None:
    if not tree.has_directory(folder):
        return None
    _, document = read_kustomization(tree, folder)
    value = document.value if document is not None else None
    if document is None or not isinstance(value, Mapping):
        return None
    return Layer(folder, document, value if content is None else content)


def _taken_in(tree: Tree, place: str, above: frozenset[str]) -> Iterator[Piece]:
    if tree.has_directory(place):
        yield from _pieces(tree, place, None, above)
    elif tree.has_file(place):
        for document in read_documents(tree.read(place), place):
            yield from _written(document)


def _written(document: Document) -> Iterator[Piece]:
    value = document.value
    if not isinstance(value, Mapping):
        return
    items = value.get("items")
    if str(value.get("kind", "")).endswith("List") and isinstance(items, list):
        paths: list[tuple[Path, Any]] = [(("items", index), item) for index, item in enumerate(items)]
    else:
        paths = [((), value)]
    for inside, item in paths:
        metadata = item.get("metadata") if isinstance(item, Mapping) else None
        if isinstance(metadata, Mapping):
            names = (str(metadata.get("name", "")),)
            yield Piece(document, inside, item, str(item.get("kind", "")), names)


def _generated(layer: Layer) -> Iterator[Piece]:
    """The entries of generators that begin an object; others are merged into it."""
    written = layer.document.value
    assert isinstance(written, Mapping)
    for field, kind in GENERATORS.items():
        for index, entry in enumerate(_list(written.get(field))):
            if isinstance(entry, Mapping) and entry.get("behavior") in (None, "", "create", "unspecified"):
                names = (str(entry.get("name", "")),)
                yield Piece(layer.document, (field, index), entry, kind, names, generated=True)


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
