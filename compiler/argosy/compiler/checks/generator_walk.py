"""Every generator of a set with its place, those inside of matrix and merge included."""

from collections.abc import Iterator, Mapping
from typing import Any

from argosy.generators.registry import GENERATORS
from argosy.schemas.model.applicationset import ApplicationSet
from argosy.schemas.position import Path

__all__ = ["generators_of"]


def generators_of(applicationset: ApplicationSet) -> Iterator[tuple[str, Mapping[str, Any], Path]]:
    """Name, spec and place of each, in the order of the text."""
    yield from _entries(applicationset.spec.get("generators"), ("spec", "generators"))


def _entries(entries: object, path: Path) -> Iterator[tuple[str, Mapping[str, Any], Path]]:
    for index, entry in enumerate(entries if isinstance(entries, list) else ()):
        for name, spec in entry.items() if isinstance(entry, Mapping) else ():
            if name in GENERATORS and isinstance(spec, Mapping):
                place = (*path, index, name)
                yield name, spec, place
                yield from _entries(spec.get("generators"), (*place, "generators"))
