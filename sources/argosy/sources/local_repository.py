"""The repository that one stands in: its work tree, index and commits as trees, the URLs it answers for.

Never writes to it and never asks a remote.
"""

import hashlib
import os
import posixpath
import stat
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from enum import StrEnum
from pathlib import Path

from argosy.sources.errors import MISSING_PATH, UNKNOWN_REVISION, UNREACHABLE_REPOSITORY, SourceError
from argosy.sources.git import read_references, read_tree
from argosy.sources.git_command import GitFailure, closed_environment, run_git
from argosy.sources.git_tree import GitTree
from argosy.sources.git_url import check_revision, repository_identity
from argosy.sources.object_reader import ObjectReader
from argosy.sources.revisions import is_commit_id, may_be_commit_id
from argosy.sources.tree import Entry, EntryKind, EntryTree
from argosy.sources.uncommitted import Uncommitted

__all__ = ["IndexTree", "LocalRepository", "PathChange", "WorkTree"]

_DEADLINE = 30.0


class PathChange(StrEnum):
    """What became of a file."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"


_STATUS = {"A": PathChange.ADDED, "D": PathChange.REMOVED}

_KEPT = 32 * 1024 * 1024
"""Bytes of staged files that are kept after they were read."""


class LocalRepository:
    """A clone on this machine. Raises `SourceError` (`unreachable-repository`) where there is none."""

    def __init__(self, path: Path, *, deadline: float = _DEADLINE) -> None:
        self._deadline = deadline
        asked = ["rev-parse", "--path-format=absolute", "--git-common-dir", "--git-dir"]
        try:
            # One call for all, for starting git takes longer than its answer; a bare one has no top folder.
            common, git_dir, top = self._ask(path, [*asked, "--show-toplevel"]).splitlines()[:3]
        except SourceError:
            common, git_dir = self._ask(path, asked).splitlines()[:2]
            top = common
        self._git_dir, self._common_dir = Path(git_dir), Path(common)
        self.root = Path(top)
        """The top folder of the work tree (of the repository itself, where it is bare)."""
        self._reader = ObjectReader(self._common_dir, closed_environment(self._common_dir), deadline=deadline)

    def remote_urls(self) -> tuple[str, ...]:
        """The URLs of all remotes, as configured."""
        with suppress(GitFailure):
            pattern = r"^remote\..*\.(url|pushurl)$"
            lines = (
                self._git(["config", "--get-regexp", "-z", pattern]).decode("utf-8", "replace").split("\0")
            )
            return tuple(dict.fromkeys(line.partition("\n")[2] for line in lines if line))
        return ()

    def answers_for(self, url: str) -> bool:
        """Whether a repository URL means this repository: a remote of it, by any protocol, or its path."""
        identity = repository_identity(url)
        places = {str(self.root), str(self._common_dir), str(self._git_dir)}
        return identity in {repository_identity(known) for known in (*self.remote_urls(), *places)}

    def has_commits(self) -> bool:
        """Whether HEAD names a commit; in a new repository it does not."""
        with suppress(GitFailure):
            self._git(["rev-parse", "--verify", "--quiet", "HEAD^{commit}"])
            return True
        return False

    def resolve(self, revision: str) -> str:
        """The commit of a branch (local first, then of any remote), tag, range of versions, id, or HEAD.

        Raises `SourceError` (`unknown-revision`).
        """
        references = read_references(self._common_dir, self._deadline)
        if check_revision(revision) in ("", "HEAD"):
            with suppress(GitFailure):
                return self._git(["rev-parse", "--verify", "--quiet", "HEAD^{commit}"]).decode().strip()
        commit = references.resolve(revision)
        if commit is None and may_be_commit_id(revision):
            commit = self._reader.commit_id(revision)
        if commit is None:
            commit = self._remote_branch(revision)
        if commit is None:
            raise SourceError(
                f"the repository {self.root.name} has no branch, tag or commit {revision or 'HEAD'!r}",
                code=UNKNOWN_REVISION,
                hint="check the revision, or get it first: git fetch --tags",
            )
        return commit

    def commit_of(self, expression: str) -> str:
        """The commit that git itself understands by an expression such as `HEAD~2` or `main@{yesterday}`.

        Else what `resolve` finds. Raises `SourceError` (`unknown-revision`).
        """
        if not expression.startswith("-"):
            with suppress(GitFailure):
                asked = ["rev-parse", "--verify", "--quiet", "--end-of-options", f"{expression}^{{commit}}"]
                return self._git(asked).decode().strip()
        return self.resolve(expression)

    def commit_tree(self, revision: str) -> GitTree:
        """The files at a revision."""
        commit = revision if is_commit_id(revision) else self.resolve(revision)
        return read_tree(self._common_dir, commit, self.root.name, self._reader, self._deadline)

    def index_tree(self) -> "IndexTree":
        """The files as the next commit would hold them. Inside a hook that is git's own temporary index."""
        listing = self._git(["ls-files", "--stage", "-z"], {"GIT_INDEX_FILE": self._hooks_index()})
        return IndexTree(f"{self.root.name} (index)", _parse_index(listing), self._reader)

    def work_tree(self) -> "WorkTree":
        """The files as they lie there: tracked ones and new ones, without the ignored."""
        asked = ["ls-files", "--cached", "--others", "--exclude-standard", "-z"]
        names = self._git(asked, {"GIT_WORK_TREE": str(self.root)}).decode("utf-8", "surrogateescape")
        return WorkTree(self.root, [name for name in names.split("\0") if name])

    def changed_paths(self, old: str, new: str | Uncommitted) -> Mapping[str, PathChange]:
        """The files that differ between a commit and another one (or what is not committed), by path.

        A moved file is one that is gone and one that is new.
        """
        asked = ["diff", "--name-status", "--no-renames", "-z"]
        environment: dict[str, str | None] = {"GIT_WORK_TREE": str(self.root)}
        untracked: list[str] = []
        if new is Uncommitted.INDEX:
            asked, environment = [*asked, "--cached", old], {"GIT_INDEX_FILE": self._hooks_index()}
        elif new is Uncommitted.WORK_TREE:
            asked = [*asked, old]
            untracked = self._names(["ls-files", "--others", "--exclude-standard", "-z"], environment)
        else:
            asked = [*asked, old, str(new)]
        words = self._names([*asked, "--"], environment)
        found = {name: _STATUS.get(status[:1], PathChange.CHANGED) for status, name in _pairs(words)}
        return {**found, **dict.fromkeys(untracked, PathChange.ADDED)}

    def files_containing(
        self, text: str, where: str | Uncommitted, endings: Sequence[str]
    ) -> tuple[str, ...]:
        """The files with such endings (`.yaml`) at a commit, or not committed, that hold a text, sorted."""
        asked = ["grep", "--files-with-matches", "-z", "--full-name", "--fixed-strings", "-I", "-e", text]
        environment: dict[str, str | None] = {"GIT_WORK_TREE": str(self.root)}
        if where is Uncommitted.INDEX:
            asked, environment = [*asked, "--cached"], {"GIT_INDEX_FILE": self._hooks_index()}
        elif where is Uncommitted.WORK_TREE:
            asked = [*asked, "--untracked"]
        else:
            asked = [*asked, str(where)]
        try:
            names = self._names([*asked, "--", *(f"*{ending}" for ending in endings)], environment)
        except GitFailure as failure:
            if failure.status == 1:
                return ()  # no file holds it
            raise SourceError(
                f"the repository {self.root} could not be searched: {failure.stderr.strip()}",
                code=UNREACHABLE_REPOSITORY,
            ) from failure
        prefix = "" if isinstance(where, Uncommitted) else f"{where}:"
        return tuple(sorted(name.removeprefix(prefix) for name in names))

    def close(self) -> None:
        """Ends the reading process."""
        self._reader.close()

    def _names(self, arguments: Sequence[str], environment: Mapping[str, str | None]) -> list[str]:
        output = self._git(arguments, environment).decode("utf-8", "surrogateescape")
        return [word for word in output.split("\0") if word]

    def _remote_branch(self, revision: str) -> str | None:
        asked = ["for-each-ref", "--format=%(objectname)%00%(refname)", "refs/remotes"]
        for line in self._git(asked).decode("utf-8", "surrogateescape").splitlines():
            commit, _, name = line.partition("\0")
            _, _, branch = name.removeprefix("refs/remotes/").partition("/")
            if revision in (branch, name, name.removeprefix("refs/remotes/")):
                return commit
        return None

    def _hooks_index(self) -> str | None:
        """`git commit FILE` hands its hooks an index of its own by GIT_INDEX_FILE."""
        index, git_dir = os.environ.get("GIT_INDEX_FILE"), os.environ.get("GIT_DIR")
        if index is None or (git_dir is not None and not self._is_own(git_dir)):
            return None
        return str(self.root / index)

    def _is_own(self, git_dir: str) -> bool:
        return (self.root / git_dir).resolve() in (self._git_dir.resolve(), self._common_dir.resolve())

    def _git(self, arguments: Sequence[str], extra: Mapping[str, str | None] | None = None) -> bytes:
        environment = closed_environment(self._git_dir, extra)
        return run_git(arguments, self.root, environment, deadline=self._deadline)

    def _ask(self, path: Path, arguments: Sequence[str]) -> str:
        folder = path if path.is_dir() else path.parent
        try:
            output = run_git(
                arguments, folder, {**closed_environment(path), "GIT_DIR": None}, deadline=self._deadline
            )
        except GitFailure as failure:
            raise SourceError(
                f"{path} does not lie in a Git repository: {failure.stderr.strip()}",
                code=UNREACHABLE_REPOSITORY,
            ) from failure
        return output.decode("utf-8", "surrogateescape")


class IndexTree(EntryTree):
    """What is staged."""

    def __init__(self, name: str, entries: Mapping[str, Entry], reader: ObjectReader) -> None:
        super().__init__(name, "index", entries)
        self._reader = reader
        self._kept: dict[str, bytes] = {}
        self._room = _KEPT

    def _content(self, paths: Sequence[str]) -> list[bytes]:
        ids = [self._entries[path].content_id for path in paths]
        missing = list(dict.fromkeys(each for each in ids if each not in self._kept))
        fresh = dict(zip(missing, self._reader.read_many(missing), strict=True)) if missing else {}
        self._keep(fresh)
        return [self._kept[each] if each in self._kept else fresh[each] for each in ids]

    def _keep(self, contents: Mapping[str, bytes]) -> None:
        """Search, generators and checks read the same files, and each time git is a process away."""
        for content_id, content in contents.items():
            if len(content) <= self._room:
                self._kept[content_id] = content
                self._room -= len(content)


class WorkTree(EntryTree):
    """What lies in the folder now, uncommitted changes included."""

    def __init__(self, root: Path, names: Sequence[str]) -> None:
        entries: dict[str, Entry] = {}
        # Plain text: for ten thousand names pathlib takes longer than the file system.
        prefix = f"{root}/"
        for name in names:
            kind = _kind_on_disk(prefix + name)
            if kind is not None:
                entries[name.rstrip("/")] = Entry(kind, "")
        super().__init__(f"{root.name} (work tree)", "work tree", _with_directories(entries))
        self._root = root

    def _content(self, paths: Sequence[str]) -> list[bytes]:
        return [self._bytes(path) for path in paths]

    def _bytes(self, path: str) -> bytes:
        place = self._root / path
        try:
            if self._entries[path].kind is EntryKind.LINK:
                return os.fsencode(place.readlink())
            return place.read_bytes()
        except OSError as error:
            raise SourceError(f"{place} cannot be read: {error.strerror}", code=MISSING_PATH) from error

    def _content_id(self, path: str) -> str:
        return hashlib.sha256(self._bytes(path)).hexdigest()


def _pairs(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    return zip(words[::2], words[1::2], strict=True)


def _kind_on_disk(place: str) -> EntryKind | None:
    try:
        mode = os.lstat(place).st_mode
    except OSError:
        return None  # deleted, and the deletion not yet staged
    if stat.S_ISLNK(mode):
        return EntryKind.LINK
    if stat.S_ISDIR(mode):
        return EntryKind.SUBMODULE
    return EntryKind.FILE if stat.S_ISREG(mode) else None


def _parse_index(listing: bytes) -> dict[str, Entry]:
    """The table of `git ls-files --stage -z`. An unmerged path has no content that could be committed."""
    kinds = {"120000": EntryKind.LINK, "160000": EntryKind.SUBMODULE}
    entries: dict[str, Entry] = {}
    for line in listing.decode("utf-8", "surrogateescape").split("\0"):
        if not line:
            continue
        described, _, path = line.partition("\t")
        mode, object_id, stage = described.split(" ")
        if stage != "0":
            raise SourceError(
                f"{path} is not merged yet", code=MISSING_PATH, hint="resolve the conflict, git add"
            )
        entries[path] = Entry(kinds.get(mode, EntryKind.FILE), object_id)
    return _with_directories(entries)


def _with_directories(entries: dict[str, Entry]) -> dict[str, Entry]:
    for path in list(entries):
        parent = posixpath.dirname(path)
        while parent and parent not in entries:
            entries[parent] = Entry(EntryKind.DIRECTORY, "")
            parent = posixpath.dirname(parent)
    return entries
