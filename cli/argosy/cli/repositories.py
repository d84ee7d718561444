"""Git for the command line: repositories given by `--repo`, and the one that one stands in.

Of the latter `HEAD`, the branch that is checked out and the remote's default branch mean the files as they
lie there (or the index, for a hook); any other revision is read from its commits.
"""

import re
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from argosy.compiler.checks.subject import PathState
from argosy.schemas.finding import ArgosyError
from argosy.schemas.knowledge import Answer, Known, Unknown
from argosy.schemas.user_info import without_user_info
from argosy.sources.git_url import Protocol, clean_path, parse_git_url, repository_identity, source_path
from argosy.sources.uncommitted import Uncommitted

if TYPE_CHECKING:
    from argosy.sources.local_repository import LocalRepository
    from argosy.sources.tree import Tree

__all__ = ["KnownRepositories", "Standing", "Uncommitted"]

_URL = re.compile(r"^\s*(?:push)?url\s*=\s*(.+?)\s*$", re.MULTILINE | re.IGNORECASE)


class Standing:
    """The repository that one stands in.

    What a short validation needs (remotes, the branch's name) is read from git's own files, because starting
    git takes longer than all the rest. `root` is the folder of the work tree, `None` outside of any
    repository. `state` is what stands for the tip of the branch one works on: something uncommitted, or a
    commit, to look at the past as if it were now. `repository` is the same one, where somebody has opened it
    already.
    """

    def __init__(
        self,
        start: Path,
        state: Uncommitted | str = Uncommitted.WORK_TREE,
        repository: "LocalRepository | None" = None,
    ) -> None:
        self.state = state
        self._opened = repository
        folders = (start, *start.parents)
        self.root = next((each for each in folders if (each / ".git").exists()), None)

    def answers_for(self, url: str) -> bool:
        """Whether a URL means this repository: one of its remotes, or its folder."""
        return self.root is not None and repository_identity(url) in self._identities

    def is_tip(self, revision: str) -> bool:
        """Whether a revision means the state that stands for the tip."""
        return revision in self._tip_names

    def tree(self, revision: str) -> "Tree":
        """The files at a revision. Raises `SourceError`."""
        if self.is_tip(revision):
            return self._tip_tree
        return self._repository.commit_tree(revision)

    def has_directory(self, revision: str, path: str) -> bool:
        """Whether a folder exists at a revision. Raises `SourceError`."""
        if self.is_tip(revision) and self.state is Uncommitted.WORK_TREE:
            assert self.root is not None
            return (self.root / path).is_dir()
        return self.tree(revision).has_directory(path)

    def read(self, revision: str, path: str) -> bytes | None:
        """The content of a file, None where there is none. Raises `SourceError` or `OSError`."""
        if self.is_tip(revision) and self.state is Uncommitted.WORK_TREE:
            assert self.root is not None
            file = self.root / path
            return file.read_bytes() if file.is_file() else None
        tree = self.tree(revision)
        return tree.read(path) if tree.has_file(path) else None

    def close(self) -> None:
        """Ends the process that reads commits, if there is one."""
        if "_repository" in self.__dict__ and self._opened is None:
            self._repository.close()

    @cached_property
    def _repository(self) -> "LocalRepository":
        # Imported with the first question about commits: most validations have none.
        from argosy.sources.local_repository import LocalRepository

        if self._opened is not None:
            return self._opened
        if self.root is None:
            raise ArgosyError("this folder does not lie in a Git repository", code="no-repository")
        return LocalRepository(self.root)

    @cached_property
    def _tip_tree(self) -> "Tree":
        if isinstance(self.state, str):
            return self._repository.commit_tree(self.state)
        if self.state is Uncommitted.INDEX:
            return self._repository.index_tree()
        return self._repository.work_tree()

    @cached_property
    def _identities(self) -> frozenset[str]:
        assert self.root is not None
        urls = _URL.findall(_text(self._common_folder / "config"))
        return frozenset(map(repository_identity, [*urls, str(self.root)]))

    @cached_property
    def _tip_names(self) -> frozenset[str]:
        names = {"", "HEAD"}
        remote_head = self._common_folder / "refs" / "remotes" / "origin" / "HEAD"
        for file, prefix in (
            (self._git_folder / "HEAD", "refs/heads/"),
            (remote_head, "refs/remotes/origin/"),
        ):
            symbolic = _text(file).strip().removeprefix("ref: ")
            if symbolic.startswith(prefix):
                names |= {symbolic.removeprefix(prefix), symbolic}
        return frozenset(names)

    @cached_property
    def _git_folder(self) -> Path:
        """The repository's own folder; a linked work tree has a file that names it."""
        assert self.root is not None
        place = self.root / ".git"
        if place.is_file():
            return (self.root / _text(place).strip().removeprefix("gitdir: ")).resolve()
        return place

    @cached_property
    def _common_folder(self) -> Path:
        common = _text(self._git_folder / "commondir").strip()
        return (self._git_folder / common).resolve() if common else self._git_folder


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8", errors="replace")
    except OSError:
        return ""


class KnownRepositories:
    """Trees of repositories by URL: what `--repo` gives comes first, then the one that one stands in, then
    what may be fetched, or was fetched once (`cached`)."""

    def __init__(
        self,
        given: Mapping[str, Path],
        standing: Standing,
        fetch: Callable[[str, str], "Tree"] | None = None,
        cached: Callable[[str, str], "Tree | None"] | None = None,
    ) -> None:
        self._given = given
        self.standing = standing
        self._fetch = fetch
        self._cached = cached
        self._opened: dict[Path, LocalRepository] = {}
        self._shown: dict[tuple[str, str], str] = {}

    def tree(self, repo_url: str, revision: str) -> "Answer[Tree]":
        """The files of a repository at a revision; `Unknown` where it cannot be read, with the reason."""
        try:
            path = self._given_path(repo_url)
            if path is not None:
                return Known(self._open(path).commit_tree(revision), f"{path} at {revision or 'HEAD'}")
            if self.standing.answers_for(repo_url):
                return Known(self.standing.tree(revision), "the repository one stands in")
            if self._fetch is not None:
                return Known(self._fetch(repo_url, revision), f"{repo_url} at {revision or 'HEAD'}")
            if self._cached is not None and (kept := self._cached(repo_url, revision)) is not None:
                return Known(kept, f"{repo_url} at {revision or 'HEAD'}, as it was last fetched")
        except ArgosyError as error:
            return Unknown(error.message, hint=error.hint, code=error.code)
        return _unknown(repo_url)

    def standing_answers_for(self, repo_url: str) -> bool:
        """Whether it is the repository that one stands in, and no clone was given for it."""
        return self._given_path(repo_url) is None and self.standing.answers_for(repo_url)

    def knows(self, repo_url: str) -> bool:
        """Whether a repository can be read: given, the one that one stands in, or any where it is fetched."""
        given = self._given_path(repo_url) is not None
        return given or self.standing.answers_for(repo_url) or self._fetch is not None

    def path_state(self, repo_url: str, revision: str, path: str) -> Answer[PathState]:
        """Whether a folder exists at a revision of a repository."""
        try:
            path = source_path(path) or "."
        except ArgosyError as error:
            return _not_found(error)
        if self._given_path(repo_url) is None and self.standing.answers_for(repo_url):
            try:
                found = path == "." or self.standing.has_directory(revision, path)
            except ArgosyError as error:
                return _not_found(error)
            return Known(PathState.FOUND if found else PathState.NO_PATH, "the repository one stands in")
        answer = self.tree(repo_url, revision)
        if isinstance(answer, Unknown):
            if answer.code == "unknown-revision":
                return Known(PathState.NO_REVISION, repo_url)
            return answer
        found = path == "." or answer.value.has_directory(path)
        return Known(PathState.FOUND if found else PathState.NO_PATH, answer.provenance)

    def read(self, repo_url: str, revision: str, path: str) -> Answer[bytes | None]:
        """The content of a file at a revision of a repository."""
        try:
            path = clean_path(path)
            if self._given_path(repo_url) is None and self.standing.answers_for(repo_url):
                return Known(self.standing.read(revision, path), "the repository one stands in")
            answer = self.tree(repo_url, revision)
            if isinstance(answer, Unknown):
                return answer
            found = answer.value.read(path) if answer.value.has_file(path) else None
            return Known(found, answer.provenance)
        except ArgosyError as error:
            return Unknown(error.message, hint=error.hint, code=error.code)
        except OSError as error:
            return Unknown(f"cannot read {path}: {error.strerror}", code="unreadable-file")

    def shown(self, repo_url: str, path: str) -> str:
        """A file's path from the folder that one stands in; of the index, its path in the repository; of a
        repository that was fetched, its path behind the URL."""
        asked = repo_url, path
        if asked not in self._shown:
            self._shown[asked] = self._name(repo_url, path)
        return self._shown[asked]

    def _name(self, repo_url: str, path: str) -> str:
        given = self._given_path(repo_url)
        if given is None and not self.standing.answers_for(repo_url):
            return f"{without_user_info(repo_url)}/{path}"
        root = given or self.standing.root
        if root is None or (given is None and self.standing.state is not Uncommitted.WORK_TREE):
            return path
        file = (root / path).absolute()
        return str(file.relative_to(Path.cwd())) if file.is_relative_to(Path.cwd()) else str(file)

    def close(self) -> None:
        """Ends the processes that read repositories."""
        self.standing.close()
        for repository in self._opened.values():
            repository.close()

    def _given_path(self, repo_url: str) -> Path | None:
        if repo_url in self._given:
            return self._given[repo_url]
        identity = repository_identity(repo_url)
        same = (path for url, path in self._given.items() if repository_identity(url) == identity)
        return next(same, None)

    def _open(self, path: Path) -> "LocalRepository":
        from argosy.sources.local_repository import LocalRepository

        if path not in self._opened:
            self._opened[path] = LocalRepository(path)
        return self._opened[path]


def _not_found(error: ArgosyError) -> Answer[PathState]:
    if error.code == "unknown-revision":
        return Known(PathState.NO_REVISION, "the repository one stands in")
    return Unknown(error.message, hint=error.hint, code=error.code)


def _unknown(repo_url: str) -> Unknown:
    """Not known here, or never to be asked for: nobody should be told to allow the network for that."""
    try:
        parse_git_url(repo_url, frozenset(Protocol))
    except ArgosyError as error:
        return Unknown(error.message, error.hint, error.code)
    hint = f"give a clone of it: --repo {repo_url}=PATH, or allow the network: --fetch"
    return Unknown(f"the repository {repo_url} is not known here", hint, "unknown-repository")
