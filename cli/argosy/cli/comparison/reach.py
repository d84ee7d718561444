"""Which places of a repository a source can read, told from a few files' text: quick, and never too few.

An exact answer needs the renderer; it is asked only where a changed file lies in one of these places.
"""

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from argosy.schemas.finding import ArgosyError
from argosy.sources.git_url import clean_path
from argosy.sources.kustomization import KUSTOMIZATION_FILES
from argosy.sources.tree import Tree
from argosy.sources.values_patterns import is_pattern, literal_folder

__all__ = ["Reach", "lent_files"]

_UPWARDS = re.compile(rb"""(?:file://)?(\.\.[^\s"',\]})#]*)""")


class Reach:
    """Answers for one tree; each folder is looked at once."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._beside: dict[str, tuple[str, ...]] = {}

    def places(self, source: Mapping[str, Any]) -> set[str]:
        """Folders and files that the source can read in this tree; none where its path is refused."""
        try:
            folder = clean_path(str(source.get("path") or ""))
        except ArgosyError:
            return set()
        found: set[str] = set()
        waiting = [folder]
        while waiting:
            place = waiting.pop()
            if place not in found:
                found.add(place)
                waiting += [*self._tree.places(place), *self._upwards(place)]
        for written in _named_files(source):
            found |= self._tree.places(self._inside(folder, written))
        return found

    def _upwards(self, folder: str) -> tuple[str, ...]:
        """Places outside a folder that its kustomization or chart names."""
        if folder not in self._beside:
            found: list[str] = []
            for name in (*KUSTOMIZATION_FILES, "Chart.yaml"):
                for written in _UPWARDS.findall(self._text(posixpath.join(folder, name))):
                    found.append(self._inside(folder, written.decode("utf-8", "replace")))
            self._beside[folder] = tuple(found)
        return self._beside[folder]

    def _text(self, file: str) -> bytes:
        try:
            return self._tree.read(file) if self._tree.has_file(file) else b""
        except ArgosyError:
            return b""  # behind a link that leads nowhere: rendering says so

    def _inside(self, folder: str, written: str) -> str:
        """A path as seen from a folder; one from the root on begins with a slash."""
        try:
            return clean_path(written if written.startswith("/") else posixpath.join(folder, written))
        except ArgosyError:
            return folder  # leads out of the repository: rendering says so


def _named_files(source: Mapping[str, Any]) -> Iterator[str]:
    """Files that the options of a source name, those of other sources (`$values/…`) left out."""
    kustomize = source.get("kustomize")
    components = kustomize.get("components") if isinstance(kustomize, Mapping) else None
    for written in [*_helm_files(source), *map(str, components or ())]:
        if "$" in written and not written.startswith("$"):
            yield "/"  # a variable in the middle of a path: it may name anything
        elif not written.startswith("$") and "://" not in written:
            yield written


def lent_files(sources: Sequence[Mapping[str, Any]], reference: str) -> Iterator[str]:
    """Files of the source called `reference` that the other sources read as values."""
    prefix = f"${reference}/"
    for source in sources:
        for name in _helm_files(source):
            if name.startswith(prefix):
                rest = name.removeprefix(prefix)
                yield "" if "$" in rest else rest


def _helm_files(source: Mapping[str, Any]) -> list[str]:
    helm = source.get("helm")
    if not isinstance(helm, Mapping):
        return []
    parameters = [each.get("path") for each in helm.get("fileParameters") or () if isinstance(each, Mapping)]
    return [*map(_place, helm.get("valueFiles") or ()), *(str(each) for each in parameters if each)]


def _place(written: object) -> str:
    """A values file, or the folder below which a pattern can match."""
    text = str(written)
    if not is_pattern(text):
        return text
    folder = literal_folder(text)
    return f"{folder}/" if folder or text.startswith("/") else "./"
