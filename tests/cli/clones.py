"""A repository to stand in, and what is written into it."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

URL = "https://git.example.com/org/repo.git"
FINALIZER = "resources-finalizer.argocd.argoproj.io"


def application(name: str, path: str, *, finalizer: bool = True, source: str = "", **more: str) -> str:
    marks = f"\n  finalizers: [{FINALIZER}]" if finalizer else ""
    return f"""apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: {name}
  namespace: argocd{marks}
spec:
  project: default
  source:
    repoURL: {more.get("url", URL)}
    targetRevision: {more.get("revision", "main")}
    path: {path}{source}
  destination:
    server: {more.get("server", "https://kubernetes.default.svc")}
    namespace: {more.get("namespace", "apps")}
"""


def config_map(name: str, value: str = "1") -> str:
    return f'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\ndata:\n  value: "{value}"\n'


class Clone:
    """A repository to stand in."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.git("init", "--quiet", "--initial-branch=main")
        self.git("remote", "add", "origin", URL)

    def git(self, *arguments: str) -> str:
        identity = ["-c", "user.name=test", "-c", "user.email=test@example.com"]
        command = ["git", "-C", str(self.path), *identity, *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def write(self, files: Mapping[str, str | None]) -> None:
        for name, text in files.items():
            place = self.path / name
            if text is None:
                place.unlink()
            else:
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_text(text)

    def link(self, name: str, target: str) -> None:
        place = self.path / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.unlink(missing_ok=True)
        place.symlink_to(target)

    def commit(self, files: Mapping[str, str | None]) -> str:
        self.write(files)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "a change")
        return self.git("rev-parse", "HEAD")
