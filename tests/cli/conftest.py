"""Real Git repositories for the tests of commands: every commit has the same author and time."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from .clones import Clone

_ENVIRONMENT = {
    "GIT_AUTHOR_NAME": "case",
    "GIT_AUTHOR_EMAIL": "case@example.com",
    "GIT_AUTHOR_DATE": "2024-01-01T00:00:00Z",
    "GIT_COMMITTER_NAME": "case",
    "GIT_COMMITTER_EMAIL": "case@example.com",
    "GIT_COMMITTER_DATE": "2024-01-01T00:00:00Z",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
}


def git(repository: Path, *arguments: str) -> str:
    """Runs git in a repository and gives what it printed."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    done = subprocess.run(
        ["git", *arguments],
        cwd=repository,
        check=True,
        env={**inherited, **_ENVIRONMENT},
        capture_output=True,
        text=True,
    )
    return done.stdout


def make_repository(folder: Path, content: Path, url: str | None = None) -> Path:
    """A repository with one commit that holds a copy of a folder; `url` becomes its remote."""
    folder.mkdir(parents=True)
    git(folder, "init", "-q", "-b", "main")
    commit(folder, content, "start")
    if url:
        git(folder, "remote", "add", "origin", url)
    return folder


def commit(repository: Path, content: Path, message: str) -> None:
    """Commits a folder's content in place of all that the repository holds."""
    for each in repository.iterdir():
        if each.name != ".git":
            shutil.rmtree(each) if each.is_dir() and not each.is_symlink() else each.unlink()
    shutil.copytree(content, repository, dirs_exist_ok=True, symlinks=True)
    git(repository, "add", "-A", "-f")
    git(repository, "commit", "-q", "--allow-empty", "-m", message)


class Repositories:
    """Makes repositories; handed to tests as a fixture."""

    git = staticmethod(git)
    commit = staticmethod(commit)
    make = staticmethod(make_repository)


@pytest.fixture(scope="session")
def repositories() -> Repositories:
    """Real Git repositories."""
    return Repositories()


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Clone:
    place = tmp_path / "clone"
    place.mkdir()
    monkeypatch.chdir(place)
    return Clone(place)
