"""What every kind of tree answers: a commit, a work tree, an index.

Reading follows symbolic links as long as they stay inside the tree.
"""

import hashlib
import itertools
import posixpath
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from pathlib import Path
from typing import Protocol

from argosy.sources.errors import MISSING_PATH, REFUSED_PATH, SourceError
from argosy.sources.git_url import clean_path

__all__ = ["Entry", "EntryKind", "EntryTree", "Tree"]

_LINKS = 40
_EXPORT_LIMIT = 512 * 1024 * 1024


class Tree(Protocol):
    """Files at one revision. Paths are relative to the root, with slashes; '' is the root."""

    @property
    def revision(self) -> str:
        """The commit id, or a name for what is not committed."""
        ...

    @property
    def name(self) -> str:
        """For people: repository and revision."""
        ...

    def files(self) -> Sequence[str]:
        """The paths of all files and symbolic links, sorted."""
        ...

    def directories(self) -> Sequence[str]:
        """The paths of all directories but the root, sorted."""
        ...

    def has_directory(self, path: str) -> bool: ...

    def has_file(self, path: str) -> bool: ...

    def read(self, path: str) -> bytes:
        """The content of a file. Raises `SourceError` (`missing-path`, `refused-path`)."""
        ...

    def read_many(self, paths: Sequence[str]) -> Sequence[bytes]:
        """The contents of several files at once, which is faster than one by one."""
        ...

    def files_under(self, path: str) -> Sequence[str]:
        """The files at any depth below a directory, as paths from the root, sorted; symbolic links to
        directories are followed. Raises `SourceError` (`missing-path`)."""
        ...

    def files_in(self, path: str) -> Sequence[str]:
        """The files right in a directory, as paths from the root, sorted."""
        ...

    def tree_id(self, path: str) -> str:
        """An id of everything below the path that changes exactly when its content does."""
        ...

    def places(self, path: str) -> frozenset[str]:
        """Where what is read at a path or below it lies: the path, and what symbolic links lead to from
        there, whether it exists or not. A link that leads out of the repository leads nowhere."""
        ...

    def export(self, path: str, destination: Path) -> None:
        """Writes everything below the path into an existing folder, links replaced by what they name."""
        ...


class EntryKind(Enum):
    """What stands at a path."""

    FILE = "file"
    LINK = "link"
    DIRECTORY = "directory"
    SUBMODULE = "submodule"


@dataclass(frozen=True, slots=True)
class Entry:
    """One path of a tree. `content_id` changes with the content; '' where that is not known beforehand."""

    kind: EntryKind
    content_id: str


class EntryTree:
    """A `Tree` over a flat table of entries; what differs is where the bytes come from (`_content`)."""

    def __init__(self, name: str, revision: str, entries: Mapping[str, Entry]) -> None:
        self.name = name
        self.revision = revision
        self._entries = entries
        self._children: dict[str, list[str]] = {"": []}
        for path, entry in entries.items():
            if entry.kind is EntryKind.DIRECTORY:
                self._children.setdefault(path, [])
            self._children.setdefault(posixpath.dirname(path), []).append(path)

    def _content(self, paths: Sequence[str]) -> list[bytes]:
        """The bytes of files or links, none of which is resolved any more."""
        raise NotImplementedError

    def files(self) -> Sequence[str]:
        return self._files

    @cached_property
    def _files(self) -> Sequence[str]:
        return tuple(
            sorted(p for p, e in self._entries.items() if e.kind in (EntryKind.FILE, EntryKind.LINK))
        )

    def directories(self) -> Sequence[str]:
        return tuple(sorted(p for p, e in self._entries.items() if e.kind is EntryKind.DIRECTORY))

    def has_directory(self, path: str) -> bool:
        resolved = self._resolved(path)
        return resolved == "" or self._kind(resolved) is EntryKind.DIRECTORY

    def has_file(self, path: str) -> bool:
        return self._kind(self._resolved(path)) is EntryKind.FILE

    def read(self, path: str) -> bytes:
        return self.read_many([path])[0]

    def read_many(self, paths: Sequence[str]) -> list[bytes]:
        """The contents of several files at once, which is faster than one by one."""
        return self._content([self._file(path) for path in paths])

    def files_under(self, path: str) -> Sequence[str]:
        return tuple(sorted(name for name, _ in self._walk(path)))

    def files_in(self, path: str) -> Sequence[str]:
        base = clean_path(path)
        names = (posixpath.basename(child) for child in self._children.get(self._resolved(base), ()))
        return tuple(
            sorted(name for name in (f"{base}/{each}".lstrip("/") for each in names) if self.has_file(name))
        )

    def tree_id(self, path: str) -> str:
        resolved = self._resolved(path)
        kind = self._kind(resolved)
        if kind is EntryKind.FILE:
            return self._content_id(resolved)
        own = self._own_tree_id(resolved)
        links = any(self._entries[name].kind is EntryKind.LINK for name in self._below(resolved))
        if own and not links:
            return own
        digest = hashlib.sha256()
        for name, target in sorted(self._walk(path)):
            shown = name[len(clean_path(path)) :]
            digest.update(f"{shown}\0{self._content_id(target)}\0".encode())
        return digest.hexdigest()

    def places(self, path: str) -> frozenset[str]:
        found: set[str] = set()
        on_the_way: set[str] = set()
        waiting = [clean_path(path)]
        while waiting:
            place = waiting.pop()
            if place not in found:
                found.add(place)
                if self._links:
                    passed, further = self._led_to(place)
                    on_the_way.update(passed)
                    waiting += further
        return frozenset(found | on_the_way)

    def _led_to(self, place: str) -> tuple[Sequence[str], Sequence[str]]:
        """The links on the way to a place; where they lead, and the links below it."""
        try:
            resolved, passed = self._followed(place)
        except SourceError:
            return (), ()
        prefix = f"{resolved}/" if resolved else ""
        start = bisect_left(self._links, prefix)
        below = itertools.takewhile(lambda each: each.startswith(prefix), self._links[start:])
        return passed, [resolved, *below]

    @cached_property
    def _links(self) -> Sequence[str]:
        return sorted(path for path, entry in self._entries.items() if entry.kind is EntryKind.LINK)

    def _content_id(self, path: str) -> str:
        """An id of a file's content."""
        return self._entries[path].content_id

    def _own_tree_id(self, path: str) -> str:
        """The id that the store itself has for a directory, or ''."""
        entry = self._entries.get(path)
        return entry.content_id if entry is not None else ""

    def export(self, path: str, destination: Path) -> None:
        base = clean_path(path)
        pairs = sorted(self._walk(path))
        written = 0
        for directory in self._empty_directories(base):
            (destination / directory).mkdir(parents=True, exist_ok=True)
        for start in range(0, len(pairs), 256):
            chunk = pairs[start : start + 256]
            for (name, _), content in zip(chunk, self._content([target for _, target in chunk]), strict=True):
                written += len(content)
                if written > _EXPORT_LIMIT:
                    raise SourceError(f"{self.name}: {path!r} is too large to be exported", code=REFUSED_PATH)
                target = destination / name.removeprefix(base).lstrip("/")
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)

    def _empty_directories(self, base: str) -> list[str]:
        resolved = self._resolved(base)
        prefix = f"{resolved}/" if resolved else ""
        return [
            name.removeprefix(prefix)
            for name in self._below(resolved)
            if self._entries[name].kind is EntryKind.DIRECTORY
        ]

    def _below(self, directory: str) -> list[str]:
        names, waiting = [], [directory]
        while waiting:
            for child in self._children.get(waiting.pop(), ()):
                names.append(child)
                if self._entries[child].kind is EntryKind.DIRECTORY:
                    waiting.append(child)
        return names

    def _walk(self, path: str) -> list[tuple[str, str]]:
        """Each file below a directory: the path by which it is reached, and the entry it stands for."""
        start = self._resolved(path)
        if start != "" and self._kind(start) is not EntryKind.DIRECTORY:
            if self._kind(start) is EntryKind.SUBMODULE:
                return []
            raise self._missing(path, "directory")
        found: list[tuple[str, str]] = []
        waiting = [(clean_path(path), start, 0)]
        while waiting:
            shown, real, links = waiting.pop()
            for child in self._children.get(real, ()):
                name = f"{shown}/{posixpath.basename(child)}".lstrip("/")
                followed = self._entries[child].kind is EntryKind.LINK
                target = self._link_target(child) if followed else child
                kind = EntryKind.DIRECTORY if target == "" else self._kind(target)
                if kind is EntryKind.FILE:
                    found.append((name, target))
                elif kind is EntryKind.DIRECTORY:
                    if links + followed > 8:
                        raise SourceError(
                            f"{self.name}: too many nested symbolic links at {name!r}", code=REFUSED_PATH
                        )
                    waiting.append((name, target, links + followed))
                elif followed:
                    raise SourceError(
                        f"{self.name}: the symbolic link {name!r} names nothing in the repository",
                        code=MISSING_PATH,
                    )
        return found

    def _file(self, path: str) -> str:
        resolved = self._resolved(path)
        if self._kind(resolved) is not EntryKind.FILE:
            raise self._missing(path, "file")
        return resolved

    def _kind(self, path: str) -> EntryKind | None:
        entry = self._entries.get(path)
        return entry.kind if entry is not None else None

    def _link_target(self, path: str) -> str:
        return self._resolved(path)

    def _resolved(self, path: str) -> str:
        """The path with every symbolic link in it followed; what does not exist stays as it is."""
        clean = clean_path(path)
        if clean in self._entries and self._entries[clean].kind is not EntryKind.LINK:
            return clean
        return self._followed(clean)[0]

    def _followed(self, path: str) -> tuple[str, Sequence[str]]:
        """The same, and the links that were followed."""
        waiting, done, followed = path.split("/")[::-1] if path else [], "", []
        while waiting:
            part = waiting.pop()
            if part in ("", "."):
                continue
            if part == "..":
                if not done:
                    raise SourceError(
                        f"{self.name}: {path!r} leads out of the repository through a symbolic link",
                        code=REFUSED_PATH,
                        hint="let the link end inside of the repository",
                    )
                done = posixpath.dirname(done)
                continue
            done = f"{done}/{part}" if done else part
            entry = self._entries.get(done)
            if entry is not None and entry.kind is EntryKind.LINK:
                followed.append(done)
                target = self._content([done])[0].decode("utf-8", "surrogateescape")
                if len(followed) > _LINKS or target.startswith("/"):
                    raise SourceError(
                        f"{self.name}: the symbolic link {done!r} runs in a circle "
                        "or leads out of the repository",
                        code=REFUSED_PATH,
                        hint="let the link end inside of the repository",
                    )
                waiting.extend(target.split("/")[::-1])
                done = posixpath.dirname(done)
        return done, followed

    def _missing(self, path: str, what: str) -> SourceError:
        return SourceError(f"{self.name} has no {what} {path!r}", code=MISSING_PATH)
