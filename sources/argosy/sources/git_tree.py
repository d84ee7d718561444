"""The files of one commit, read from the object store without a work tree. Never touches the network."""

from collections.abc import Sequence

from argosy.sources.object_reader import ObjectReader
from argosy.sources.tree import Entry, EntryKind, EntryTree

__all__ = ["GitTree", "parse_tree_listing"]

_KINDS = {"040000": EntryKind.DIRECTORY, "120000": EntryKind.LINK, "160000": EntryKind.SUBMODULE}


class GitTree(EntryTree):
    """A commit of a repository. Immutable, so that it may be shared and kept."""

    def __init__(
        self, name: str, commit: str, root_id: str, entries: dict[str, Entry], reader: ObjectReader
    ) -> None:
        super().__init__(name, commit, entries)
        self._root_id = root_id
        self._reader = reader

    def _content(self, paths: Sequence[str]) -> list[bytes]:
        return self._reader.read_many([self._entries[path].content_id for path in paths])

    def _own_tree_id(self, path: str) -> str:
        return super()._own_tree_id(path) if path else self._root_id


def parse_tree_listing(listing: bytes) -> dict[str, Entry]:
    """The table of `git ls-tree -r -t -z --full-tree`."""
    entries: dict[str, Entry] = {}
    for line in listing.decode("utf-8", "surrogateescape").split("\0"):
        if line:
            described, _, path = line.partition("\t")
            mode, _, object_id = described.split(" ")
            entries[path] = Entry(_KINDS.get(mode, EntryKind.FILE), object_id)
    return entries
