"""Repositories from the network, for commands that were told to use it."""

import os
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argosy.sources.tree import Tree

__all__ = ["cache_folder", "fetcher"]


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
