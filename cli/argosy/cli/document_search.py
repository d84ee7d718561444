"""Finds the documents to validate: below folders of the work tree, or in the index."""

import errno
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from argosy.cli.kustomize_patches import patch_files
from argosy.cli.reading import unreadable
from argosy.schemas.finding import ArgosyError, Finding
from argosy.schemas.secret_text import may_hold_secrets
from argosy.schemas.yaml_reader import Document, read_documents

if TYPE_CHECKING:
    from argosy.sources.tree import Tree

__all__ = ["Search", "declares_ours", "manifest_names", "search_paths", "search_tree"]

_KUSTOMIZATIONS = frozenset({"kustomization.yaml", "kustomization.yml", "Kustomization"})
_SUFFIXES = frozenset({".yaml", ".yml", ".json"})
_AT_ONCE = 256
"""Files that are read at once: one by one, each would wait for git."""
_OURS = b"argoproj.io/"
_DECLARES = re.compile(rb"""^\s*["']?apiVersion["']?\s*:\s*["']?argoproj\.io/""", re.MULTILINE)


def declares_ours(content: bytes) -> bool:
    """Whether a line of a file names our API group: such a file should parse."""
    return _DECLARES.search(content) is not None


@dataclass(slots=True)
class Search:
    """What a search came to: documents, files that do not parse, and how many files were looked at."""

    documents: list[Document] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    files: int = 0

    _found: dict[str, bytes] = field(default_factory=dict)
    _kustomizations: dict[str, bytes] = field(default_factory=dict)

    def take(self, content: bytes, name: str) -> None:
        """Takes a file that was found: it counts only if it speaks of our API group."""
        if PurePosixPath(name).name in _KUSTOMIZATIONS:
            self._kustomizations[name] = content
        if _OURS in content:
            self._found[name] = content

    def read(self, content: bytes, name: str, *, named: bool = False) -> None:
        """Reads a file, `named` if somebody asked for it."""
        self.files += 1
        try:
            self.documents += read_documents(content, name)
        except ArgosyError as error:
            # A chart's template, say, is no YAML; what declares our API group should be.
            if named or declares_ours(content):
                finding = error.finding()
                self.findings.append(replace(finding, confidential=may_hold_secrets(content)))

    def finish(self) -> None:
        """Reads what was taken, except for patches, which only a file found later may tell of."""
        patches = patch_files(self._kustomizations, self._found)
        for name, content in self._found.items():
            if name not in patches:
                self.read(content, name)
        self._found, self._kustomizations = {}, {}


def search_paths(paths: Sequence[Path]) -> Search:
    """Searches folders and takes named files. Raises `ArgosyError` for what cannot be read."""
    search = Search()
    seen: set[Path] = set()
    for path in paths:
        named = not path.is_dir()
        for file in (path,) if named else _below(path):
            if file in seen:
                continue
            seen.add(file)
            try:
                if file.is_char_device():
                    raise OSError(errno.EINVAL, "a device, and no file")
                content = file.read_bytes()
            except OSError as error:
                raise unreadable(file, error) from error
            if named:
                search.read(content, str(file), named=True)
            else:
                search.take(content, str(file))
    search.finish()
    return search


def _below(folder: Path) -> Iterator[Path]:
    """Files that may hold manifests, sorted; no hidden folders, no templates of charts, no links."""
    is_chart = (folder / "Chart.yaml").is_file()
    for path in sorted(folder.iterdir()):
        if path.is_symlink():
            continue
        if path.is_dir():
            if not path.name.startswith(".") and not (is_chart and path.name == "templates"):
                yield from _below(path)
        elif path.suffix in _SUFFIXES or path.name in _KUSTOMIZATIONS:
            yield path


def search_tree(tree: "Tree") -> Search:
    """Searches the files of a Git tree by the same rules; names are paths in the repository."""
    search = Search()
    wanted = manifest_names(tree)
    for start in range(0, len(wanted), _AT_ONCE):
        some = wanted[start : start + _AT_ONCE]
        for name, content in zip(some, tree.read_many(some), strict=True):
            search.take(content, name)
    search.finish()
    return search


def manifest_names(tree: "Tree") -> Sequence[str]:
    """Files that may hold manifests, sorted; none in hidden folders, no templates of charts."""
    names = tree.files()
    charts = {str(PurePosixPath(name).parent) for name in names if name.endswith("Chart.yaml")}
    wanted = []
    for name in names:
        path = PurePosixPath(name)
        hidden = any(part.startswith(".") for part in path.parts[:-1])
        in_chart = any(parent.name == "templates" and str(parent.parent) in charts for parent in path.parents)
        named_so = path.suffix in _SUFFIXES or path.name in _KUSTOMIZATIONS
        if named_so and not hidden and not in_chart:
            wanted.append(name)
    return wanted
