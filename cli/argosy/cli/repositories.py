"""Git trees for the command line: repositories given by `--repo`, and the one that one stands in.

Of the latter `HEAD`, the branch that is checked out and the remote's default branch mean the files as they
lie there (or the index, for a hook); any other revision is read from its commits.
"""

from collections.abc import Callable, Mapping
from enum import Enum
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from argosy.generators.world import Tree
from argosy.schemas.finding import ArgosyError
from argosy.schemas.knowledge import Answer, Known, Unknown

if TYPE_CHECKING:
    from argosy.sources.local_repository import LocalRepository

__all__ = ["KnownRepositories", "Standing", "Uncommitted"]


class Uncommitted(Enum):
    """Which uncommitted state stands for the tip of the branch one works on."""

    WORK_TREE = "work tree"
    INDEX = "index"


class Standing:
    """The repository that one stands in. Reads its configuration without starting git.

    `root` is the folder of the work tree, `None` outside of any repository.
    """

    def __init__(self, start: Path, uncommitted: Uncommitted = Uncommitted.WORK_TREE) -> None:
        self._uncommitted = uncommitted
        folders = (start, *start.parents)
        self.root = next((each for each in folders if (each / ".git").exists()), None)

    @cached_property
    def _repository(self) -> "LocalRepository | None":
        # Imported with the first question about Git: most validations have none.
        from argosy.sources.local_repository import LocalRepository

        return LocalRepository(self.root) if self.root else None

    def answers_for(self, url: str) -> bool:
        """Whether a URL means this repository."""
        return self._repository is not None and self._repository.answers_for(url)

    @cached_property
    def _tip_names(self) -> frozenset[str]:
        """The revisions that mean the uncommitted state."""
        from argosy.sources.git_command import GitFailure, closed_environment, run_git

        assert self.root is not None
        names = {"", "HEAD"}
        for reference in ("HEAD", "refs/remotes/origin/HEAD"):
            try:
                environment = {**closed_environment(self.root / ".git"), "GIT_DIR": None}
                asked = ["symbolic-ref", "--quiet", reference]
                full = run_git(asked, self.root, environment, deadline=10.0).decode().strip()
            except GitFailure:
                continue
            names |= {full.removeprefix("refs/heads/"), full.removeprefix("refs/remotes/origin/"), full}
        return frozenset(names)

    def tree(self, revision: str) -> Tree:
        """The files at a revision. Raises `SourceError`."""
        assert self._repository is not None
        if revision in self._tip_names:
            return self.uncommitted()
        return self._repository.commit_tree(revision)

    def uncommitted(self) -> Tree:
        """The files as the next commit would hold them, or as they lie there."""
        if self._repository is None:
            raise ArgosyError("this folder does not lie in a Git repository", code="no-repository")
        if self._uncommitted is Uncommitted.INDEX:
            return self._repository.index_tree()
        return self._repository.work_tree()


class KnownRepositories:
    """Trees of repositories by URL: what `--repo` gives comes first, then the one that one stands in."""

    def __init__(
        self,
        given: Mapping[str, Path],
        standing: Standing | None,
        fetch: Callable[[str, str], Tree] | None = None,
    ) -> None:
        self._given = given
        self._standing = standing
        self._fetch = fetch
        self._opened: dict[Path, "LocalRepository"] = {}

    def is_known(self, repo_url: str) -> bool:
        """Whether a tree of this repository can be read without the network."""
        return self._given_path(repo_url) is not None or self._stands_for(repo_url)

    def tree(self, repo_url: str, revision: str) -> Answer[Tree]:
        """The files of a repository at a revision; `Unknown` where it cannot be read, with the reason."""
        try:
            path = self._given_path(repo_url)
            if path is not None:
                return Known(self._open(path).commit_tree(revision), f"{path} at {revision or 'HEAD'}")
            if self._stands_for(repo_url):
                assert self._standing is not None
                return Known(self._standing.tree(revision), "the repository one stands in")
            if self._fetch is not None:
                return Known(self._fetch(repo_url, revision), f"{repo_url} at {revision or 'HEAD'}")
        except ArgosyError as error:
            return Unknown(error.message, hint=error.hint, code=error.code)
        hint = f"give a clone of it: --repo {repo_url}=PATH, or allow the network: --fetch"
        return Unknown(f"the repository {repo_url} is not known here", hint, "unknown-repository")

    def close(self) -> None:
        """Ends the processes that read repositories."""
        for repository in self._opened.values():
            repository.close()

    def _given_path(self, repo_url: str) -> Path | None:
        if not self._given:
            return None
        if repo_url in self._given:
            return self._given[repo_url]
        from argosy.sources.git_url import repository_identity

        identity = repository_identity(repo_url)
        same = (path for url, path in self._given.items() if repository_identity(url) == identity)
        return next(same, None)

    def _stands_for(self, repo_url: str) -> bool:
        standing = self._standing
        return standing is not None and standing.root is not None and standing.answers_for(repo_url)

    def _open(self, path: Path) -> "LocalRepository":
        from argosy.sources.local_repository import LocalRepository

        if path not in self._opened:
            self._opened[path] = LocalRepository(path)
        return self._opened[path]
