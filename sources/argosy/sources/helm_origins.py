"""Leads from the objects that a chart renders to the templates that they come from.

Those may lie in a chart that it needs. Reads the tree that the chart lies in.
"""

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from argosy.schemas.finding import Related
from argosy.schemas.model.origin import Origin
from argosy.schemas.position import Path, Position
from argosy.sources.chart_metadata import read_metadata
from argosy.sources.errors import SourceError
from argosy.sources.git_url import clean_path
from argosy.sources.template_places import ObjectPlaces, template_places
from argosy.sources.tree import Tree

__all__ = ["template_origin"]


def template_origin(chart: str, name: str, value: Mapping[str, Any], inside: Path, tree: Tree) -> Origin:
    """Where the object at the path `inside` of a rendered document comes from.

    `name` is the template's, below the folder of the chart.
    """
    try:
        found = _find(tree, chart, name)
        if not tree.has_file(found.file):
            return Origin(found.needed or Position(posixpath.join(chart, "Chart.yaml"), 1, 1), found.chain)
        text = tree.read(found.file).decode("utf-8", "replace")
    except SourceError:
        return Origin(Position(posixpath.join(chart, name), 1, 1))
    places = template_places(text, found.file).of(value)
    position = places.field((*inside, "kind"), key=True) or Position(found.file, 1, 1)
    return Origin(position, found.chain, place=partial(_place, places, inside))


def _place(places: ObjectPlaces, inside: Path, path: Path, key: bool) -> Position | None:
    return places.field((*inside, *path), key) if path else places.span


@dataclass(frozen=True, slots=True)
class _Found:
    """A template's file, and the lines that name the charts on the way to it. Of a packed chart there is no
    such file; `needed` is the line that names it."""

    file: str
    chain: tuple[Related, ...] = ()
    needed: Position | None = None


def _find(tree: Tree, chart: str, name: str) -> _Found:
    head, _, rest = name.partition("/")
    if head != "charts" or "/" not in rest:
        return _Found(posixpath.join(chart, name))
    called, _, below = rest.partition("/")
    entry, needed = _dependency(tree, chart, called)
    folder = _folder(tree, chart, called, entry)
    if folder is None:
        what = Related(f"rendered by `{below}` of the packed chart `{called}`")
        return _Found(posixpath.join(chart, name), (what,), needed)
    found = _find(tree, folder, below)
    here = Related(f"of the chart `{called}`, which is needed here", needed)
    return _Found(found.file, (*found.chain, *([here] if needed else ())), found.needed)


def _dependency(tree: Tree, chart: str, called: str) -> tuple[Mapping[str, Any], Position | None]:
    """What a Chart.yaml says of the chart that it needs by a name, and where; nothing if it says nothing."""
    metadata = read_metadata(tree, chart)
    fields = metadata.value if metadata is not None else None
    declared = fields.get("dependencies") if isinstance(fields, Mapping) else None
    for index, each in enumerate(declared if isinstance(declared, list) else ()):
        if isinstance(each, Mapping) and (each.get("alias") or each.get("name")) == called:
            assert metadata is not None
            return each, metadata.position(("dependencies", index, "name"))
    return {}, None


def _folder(tree: Tree, chart: str, called: str, entry: Mapping[str, Any]) -> str | None:
    """The folder of a chart that another one needs, `None` where it is packed."""
    for name in (called, str(entry.get("name", called))):
        folder = posixpath.join(chart, "charts", name)
        if tree.has_directory(folder):
            return folder
    repository = str(entry.get("repository") or "")
    if not repository.startswith("file://"):
        return None
    folder = clean_path(posixpath.join(chart, repository.removeprefix("file://")))
    return folder if tree.has_directory(folder) else None
