"""The demo's Git repository: a bare origin and a work tree, made of the shop in `examples/`."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from argosy.schemas.finding import ArgosyError

__all__ = ["PUBLISHED_URL", "DemoRepository", "create_repository"]

PUBLISHED_URL = "https://git.example.com/shop/deploy.git"
"""The address that the example's manifests name; in the demo the origin's own address takes its place."""


class DemoError(ArgosyError):
    """The demo could not set its stage, or did not see what it promises."""

    code = "sandbox-failed"


@dataclass(frozen=True, slots=True)
class DemoRepository:
    """A work tree whose `origin` is a bare repository beside it, reached by a `file://` URL."""

    work_tree: Path
    url: str

    def git(self, *arguments: str) -> str:
        """Runs git in the work tree and returns what it printed; raises `DemoError` where git fails."""
        return _git(self.work_tree, *arguments)

    def replace(self, file: str, old: str, new: str) -> None:
        """Edits a file as a person would: one text in place of another, which must be there."""
        path = self.work_tree / file
        text = path.read_text(encoding="utf-8")
        if old not in text:
            raise DemoError(f"{file} does not name {old!r}")
        path.write_text(text.replace(old, new), encoding="utf-8")

    def commit_and_push(self, message: str) -> str:
        """Commits all edits, pushes them, and returns the commit's id."""
        self.git("commit", "--quiet", "--all", "--message", message)
        return self._push()

    def revert_and_push(self) -> str:
        """`git revert` of the newest commit, pushed; returns the new commit's id."""
        self.git("revert", "--no-edit", "HEAD")
        return self._push()

    def _push(self) -> str:
        self.git("push", "--quiet", "origin", "HEAD")
        return self.git("rev-parse", "HEAD")


def create_repository(example: Path, folder: Path) -> DemoRepository:
    """The example on `main`, tagged `v1.0.0`, in `folder`/shop, and pushed to `folder`/shop.git."""
    origin, work_tree = folder / "shop.git", folder / "shop"
    url = origin.as_uri()
    shutil.copytree(example, work_tree)
    for file in work_tree.rglob("*.yaml"):
        text = file.read_text(encoding="utf-8")
        if PUBLISHED_URL in text:
            file.write_text(text.replace(PUBLISHED_URL, url), encoding="utf-8")
    _git(folder, "init", "--quiet", "--bare", "--initial-branch=main", str(origin))
    _git(folder, "init", "--quiet", "--initial-branch=main", str(work_tree))
    repository = DemoRepository(work_tree, url)
    repository.git("remote", "add", "origin", url)
    repository.git("add", "--all")
    repository.git("commit", "--quiet", "--message", "Describe the shop")
    repository.git("tag", "v1.0.0")
    repository.git("push", "--quiet", "--set-upstream", "origin", "main", "v1.0.0")
    return repository


def _git(folder: Path, *arguments: str) -> str:
    identity = {
        "GIT_AUTHOR_NAME": "Argosy demo",
        "GIT_AUTHOR_EMAIL": "demo@example.com",
        "GIT_COMMITTER_NAME": "Argosy demo",
        "GIT_COMMITTER_EMAIL": "demo@example.com",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
    }
    done = subprocess.run(
        ["git", *arguments],
        cwd=folder,
        env={**os.environ, **identity},
        capture_output=True,
        text=True,
        timeout=60,
    )
    if done.returncode:
        raise DemoError(f"git {arguments[0]} failed: {done.stderr.strip()}")
    return done.stdout.strip()
