"""The paths of a tree, worked out once for all generators that look for some of them.

A thousand sets that each ask for a few folders of one repository must not each go through all of its files:
what a pattern can match begins with the pattern's literal part, and lies together in the sorted list.
"""

import posixpath
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from functools import cached_property

from argosy.generators.world import Tree

__all__ = ["Listing", "listing_of"]

_KEPT = 8
_LAST = "\U0010ffff"
_listings: "OrderedDict[int, Listing]" = OrderedDict()


def listing_of(tree: Tree) -> "Listing":
    """The listing of a tree; the last few are kept, for as long as the tree gives the same list of files."""
    files = tree.files()
    known = _listings.get(id(files))
    if known is None:
        # The listing holds the list, so that its identity cannot become another one's.
        known = _listings[id(files)] = Listing(files)
        while len(_listings) > _KEPT:
            _listings.popitem(last=False)
    return known


class Listing:
    """Files and directories of one tree."""

    def __init__(self, files: Sequence[str]) -> None:
        self._given = files

    def files(self, prefixes: Iterable[str]) -> Sequence[str]:
        """The files that begin with one of the prefixes, in the order of code points, as Go sorts them."""
        return _below(self._files, prefixes)

    def directories(self, prefixes: Iterable[str], *, include_hidden: bool) -> Sequence[str]:
        """The directories (the root is none) that begin with one of the prefixes, parents first.

        Hidden ones and what lies below them only with `include_hidden`.
        """
        found = _below(self._directories, prefixes)
        visible = (name for name in found if include_hidden or not ("/" + name).count("/."))
        return sorted(visible, key=lambda name: name.split("/"))

    @cached_property
    def _files(self) -> Sequence[str]:
        return sorted(self._given)

    @cached_property
    def _directories(self) -> Sequence[str]:
        found: set[str] = set()
        for file in self._given:
            directory = posixpath.dirname(file)
            while directory and directory not in found:
                found.add(directory)
                directory = posixpath.dirname(directory)
        return sorted(found)


def _below(names: Sequence[str], prefixes: Iterable[str]) -> Sequence[str]:
    ranges = []
    for prefix in set(prefixes):
        if not prefix:
            return names
        start = bisect_left(names, prefix)
        ranges.append((start, bisect_left(names, prefix + _LAST, start)))
    if len(ranges) == 1:
        return names[slice(*ranges[0])]
    return [names[index] for index in sorted({index for start, end in ranges for index in range(start, end)})]
