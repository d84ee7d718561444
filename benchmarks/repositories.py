"""Repositories of a given size for the benchmarks, made anew each time."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

__all__ = ["URL", "many_applications", "many_sets"]

URL = "https://git.example.com/org/repo.git"


def many_sets(folder: Path, sets: int, files: int) -> Path:
    """A repository with so many files, and a file with so many sets that generate from its folders."""
    content = {
        f"apps/team-{each // 100:03}/app-{each:05}/config.yaml": f"name: app-{each}\n"
        for each in range(files)
    }
    content["sets.yaml"] = "---\n".join(_set(number, max(files // 100, 1)) for number in range(sets))
    return _repository(folder, content)


def many_applications(folder: Path, count: int) -> Path:
    """A repository with a root and so many Applications of two objects each, in plain files."""
    content = {"root.yaml": _application("root", "root", "argocd")}
    for number in range(count):
        name = f"app-{number:05}"
        content[f"root/{name}.yaml"] = _application(name, f"apps/{name}", f"team-{number % 50}")
        content[f"apps/{name}/config.yaml"] = (
            f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\ndata: {{value: '1'}}\n"
        )
        content[f"apps/{name}/service.yaml"] = (
            f"apiVersion: v1\nkind: Service\nmetadata: {{name: {name}}}\nspec: {{ports: [{{port: 80}}]}}\n"
        )
    return _repository(folder, content)


def _set(number: int, teams: int) -> str:
    return f"""apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {{name: set-{number}, namespace: argocd}}
spec:
  goTemplate: true
  goTemplateOptions: [missingkey=error]
  generators:
  - git:
      repoURL: {URL}
      revision: main
      directories: [{{path: 'apps/team-{number % teams:03}/*{number % 10}'}}]
  template:
    metadata: {{name: 's{number}-{{{{.path.basename}}}}'}}
    spec:
      project: default
      source: {{repoURL: {URL}, targetRevision: main, path: '{{{{.path.path}}}}'}}
      destination: {{server: https://kubernetes.default.svc, namespace: apps}}
"""


def _application(name: str, path: str, namespace: str) -> str:
    return f"""apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: {name}
  namespace: argocd
  finalizers: [resources-finalizer.argocd.argoproj.io]
spec:
  project: default
  source: {{repoURL: {URL}, targetRevision: main, path: {path}}}
  destination: {{server: https://kubernetes.default.svc, namespace: {namespace}}}
  syncPolicy: {{automated: {{prune: true, selfHeal: true}}}}
"""


def _repository(folder: Path, content: Mapping[str, str]) -> Path:
    for name, text in content.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    for arguments in (
        ["init", "--quiet", "--initial-branch=main"],
        ["remote", "add", "origin", URL],
        ["add", "--all"],
        ["-c", "user.name=bench", "-c", "user.email=bench@example.com", "commit", "--quiet", "--message=all"],
    ):
        subprocess.run(["git", "-C", str(folder), *arguments], check=True)
    return folder
