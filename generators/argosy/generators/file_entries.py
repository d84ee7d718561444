"""Where a parameter is written in a file that the git generator has read. Looked up only for a finding."""

from collections.abc import Iterator
from dataclasses import dataclass

from argosy.generators.world import Tree
from argosy.schemas.finding import ArgosyError
from argosy.schemas.model.origin import Written
from argosy.schemas.position import Path, Position, value_at
from argosy.schemas.yaml_reader import Document, read_documents

__all__ = ["FileEntry", "existing"]


@dataclass(frozen=True, slots=True)
class FileEntry:
    """One parameter map of a file: the file itself, or an entry of the list that it holds."""

    tree: Tree
    file: str
    index: int

    def __str__(self) -> str:
        return f"{self.file}, entry {self.index}" if self.index else self.file

    @property
    def position(self) -> Position:
        """Where the map begins."""
        document = self._document() if self.index else None
        return document.position((self.index,)) if document else Position(self.file, 1, 1)

    def trace(self, path: Path) -> tuple[Written, ...]:
        """The line of a parameter, or of the nearest value around it; nothing if its first name is not there.

        Steps are names as templates write them: digits may mean an entry of a list.
        """
        document = self._document()
        if document is None:
            return ()
        base: Path = (self.index,) if isinstance(document.value, list) else ()
        found = base + tuple(existing(value_at(document.value, base), path))
        if len(found) == len(base):
            return ()
        return (Written(document.position(found, key=True), self.position, is_data=True),)

    def _document(self) -> Document | None:
        try:
            documents = read_documents(self.tree.read(self.file), self.file)
        except (ArgosyError, OSError):
            return None
        return next((each for each in documents if each.index == 0), None)


def existing(value: object, path: Path) -> Iterator[str | int]:
    """The steps of a path as far as they lead to something."""
    for step in path:
        if isinstance(value, dict) and step in value:
            value = value[step]
            yield step
        elif isinstance(value, list) and str(step).isdecimal() and int(step) < len(value):
            value = value[int(step)]
            yield int(step)
        else:
            return
