"""Repositories from the network, for commands that were told to use it."""

import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argosy.sources.git import Repositories
    from argosy.sources.tree import Tree

__all__ = ["cache_folder", "fetch_tree"]


def cache_folder() -> Path:
    """Where mirrors are kept between runs: `$XDG_CACHE_HOME/argosy`, else `~/.cache/argosy`."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "argosy"


@cache
def _repositories() -> "Repositories":
    from argosy.sources.git import Repositories

    return Repositories(cache_folder() / "git")


@cache
def _fetched(repo_url: str) -> None:
    _repositories().fetch(repo_url)


def fetch_tree(repo_url: str, revision: str) -> "Tree":
    """The files at a revision; each repository is fetched once a run. Raises `SourceError`."""
    _fetched(repo_url)
    repositories = _repositories()
    return repositories.tree(repo_url, repositories.resolve(repo_url, revision))
