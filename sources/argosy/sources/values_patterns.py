"""Patterns in `helm.valueFiles`, matched as bmatcuk/doublestar walks: first files, then folders."""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from functools import cache

from argosy.sources.errors import INVALID_SOURCE, RENDER_FAILED, SourceError
from argosy.sources.tree import Tree

__all__ = ["is_pattern", "literal_folder", "matching_files"]

_META = re.compile(r"[*?\[]")
_PIECE = re.compile(
    r"(?P<any>\*+)|(?P<one>\?)|\[(?P<none>[!^]?)(?P<class>(?:\\.|[^\]\\])+)\]|\{(?P<either>[^{}]*)\}|\\(?P<escaped>.)"
    r"|(?P<bad>[\[{\\])|(?P<plain>.)",
    re.DOTALL,
)


def is_pattern(path: str) -> bool:
    """Whether Argo CD takes a path for a pattern."""
    return _META.search(path) is not None


def literal_folder(pattern: str) -> str:
    """The folder below which everything lies that a pattern can match; empty for the root."""
    segments = pattern.split("/")
    plain = [is_pattern(each) or "{" in each or "\\" in each for each in segments].index(True)
    return "/".join(segments[:plain])


def matching_files(tree: Tree, pattern: str) -> list[str]:
    """The files of a tree that a pattern matches, in the order in which Argo CD hands them to Helm.

    Raises `SourceError`: `invalid-source` for a pattern that cannot be read, `render-failed` where it matches
    a folder, which Helm then cannot read.
    """
    folder = literal_folder(pattern)
    if not tree.has_directory(folder):
        return []
    walk = _Walk(sorted(tuple(name.split("/")) for name in tree.files_under(folder)), pattern)
    above = tuple(folder.split("/")) if folder else ()
    found = walk.matches(above, pattern.split("/")[len(above) :])
    return list(dict.fromkeys("/".join(each) for each in found))


class _Walk:
    """Goes through the folders of sorted paths."""

    def __init__(self, files: Sequence[tuple[str, ...]], pattern: str) -> None:
        self._files = files
        self._pattern = pattern

    def matches(self, folder: tuple[str, ...], segments: Sequence[str]) -> Iterator[tuple[str, ...]]:
        head, *rest = segments
        if head == "**":
            if not rest:
                self._refuse(folder)
            yield from self.matches(folder, rest)
            for name in self._names(folder, folders=True):
                yield from self.matches((*folder, name), segments)
            return
        fits = _matcher(head)
        for name in filter(fits, self._names(folder, folders=True)):
            if not rest:
                self._refuse((*folder, name))
            yield from self.matches((*folder, name), rest)
        if not rest:
            yield from ((*folder, name) for name in filter(fits, self._names(folder, folders=False)))

    def _names(self, folder: tuple[str, ...], *, folders: bool) -> list[str]:
        """The folders, or the files, right in a folder."""
        depth = len(folder)
        found: dict[str, None] = {}
        for index in range(bisect_left(self._files, folder), len(self._files)):
            file = self._files[index]
            if file[:depth] != folder:
                break
            if (len(file) > depth + 1) is folders:
                found[file[depth]] = None
        return list(found)

    def _refuse(self, folder: tuple[str, ...]) -> None:
        name = "/".join(folder)
        raise SourceError(
            f"the values files {self._pattern!r} match the folder {name!r}, which Helm cannot read",
            code=RENDER_FAILED,
            hint="match files only, such as by `*.yaml`",
        )


@cache
def _matcher(segment: str) -> Callable[[str], object]:
    return re.compile("".join(_translated(segment)), re.DOTALL).fullmatch


def _translated(segment: str) -> Iterator[str]:
    for piece in _PIECE.finditer(segment):
        if piece["any"]:
            yield ".*"
        elif piece["one"]:
            yield "."
        elif piece["class"]:
            inner = re.sub(
                r"\\(.)|([\[\]^&~|])", lambda found: re.escape(found[1] or found[2]), piece["class"]
            )
            yield f"[{'^' if piece['none'] else ''}{inner}]"
        elif piece["either"] is not None:
            yield "(?:" + "|".join("".join(_translated(each)) for each in piece["either"].split(",")) + ")"
        elif piece["bad"]:
            raise SourceError(f"the pattern {segment!r} cannot be read", code=INVALID_SOURCE)
        else:
            yield re.escape(piece["escaped"] or piece["plain"])
