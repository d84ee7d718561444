"""Repositories from the network, for commands that were told to use it."""

import os
from collections.abc import Callable, Iterable, Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from argosy.schemas.finding import ArgosyError

if TYPE_CHECKING:
    from argosy.sources.git import Repositories
    from argosy.sources.tree import Tree

__all__ = ["CachedTrees", "cache_folder", "fetcher"]


def cache_folder() -> Path:
    """Where mirrors are kept between runs: `$XDG_CACHE_HOME/argosy`, else `~/.cache/argosy`."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "argosy"


def fetcher(secrets: Iterable[Mapping[str, object]]) -> "Callable[[str, str], Tree]":
    """What gives the files of a repository at a revision, and fetches each repository once. It raises
    `SourceError`. `secrets` are manifests, of which Argo CD's repository Secrets count.
    """
    from argosy.sources.credentials import CredentialStore
    from argosy.sources.git import Repositories

    repositories = Repositories(cache_folder() / "git")
    repositories.use_credentials(CredentialStore(secrets))
    fetch = cache(repositories.fetch)

    def tree(repo_url: str, revision: str) -> "Tree":
        fetch(repo_url)
        return repositories.tree(repo_url, repositories.resolve(repo_url, revision))

    return tree


class CachedTrees:
    """Repositories as they were last fetched, by whatever command. Never uses the network."""

    def tree(self, repo_url: str, revision: str) -> "Tree | None":
        """The files at a revision, `None` where the repository was never fetched.

        Raises `SourceError` for a revision that it did not have then.
        """
        try:
            is_fetched = self._repositories.is_fetched(repo_url)
        except ArgosyError:
            return None  # no URL of Git
        if not is_fetched:
            return None
        return self._repositories.tree(repo_url, self._repositories.resolve(repo_url, revision))

    def close(self) -> None:
        """Ends the processes that read."""
        if "_repositories" in self.__dict__:
            self._repositories.close()

    @cached_property
    def _repositories(self) -> "Repositories":
        from argosy.sources.git import Repositories
        from argosy.sources.git_url import Protocol

        return Repositories(cache_folder() / "git", protocols=frozenset(Protocol))
