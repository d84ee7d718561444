"""A repository to stand in, and what is written into it."""

from pathlib import Path

from git_repository import GitRepository

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


class Clone(GitRepository):
    """A repository to stand in."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.git("remote", "add", "origin", URL)
