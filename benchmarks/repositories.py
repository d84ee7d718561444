"""Repositories of a given size for the benchmarks, made anew each time."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

__all__ = ["URL", "many_applications", "many_sets", "teams"]

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


def teams(folder: Path, count: int) -> Path:
    """A repository of so many teams: each with a set in a file of its own, and two Applications of it.

    An Application is a data file for the set's generator and a plain manifest: five files a team in all.
    """
    content = {}
    for number in range(count):
        team = f"team-{number:03}"
        content[f"sets/{team}.yaml"] = _team_set(team)
        for application in (f"{team}-api", f"{team}-web"):
            below = f"teams/{team}/{application}"
            content[f"{below}/config.yaml"] = f"name: {application}\nreplicas: 2\n"
            content[f"{below}/manifests/deployment.yaml"] = _deployment(application)
    return _repository(folder, content)


def _team_set(team: str) -> str:
    return f"""apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {{name: {team}, namespace: argocd}}
spec:
  goTemplate: true
  goTemplateOptions: [missingkey=error]
  generators:
  - matrix:
      generators:
      - git:
          repoURL: {URL}
          revision: main
          files: [{{path: 'teams/{team}/*/config.yaml'}}]
      - list:
          elements: [{{namespace: {team}}}]
  template:
    metadata:
      name: '{{{{.name}}}}'
      labels: {{replicas: '{{{{.replicas}}}}'}}
    spec:
      project: default
      source: {{repoURL: {URL}, targetRevision: main, path: '{{{{.path.path}}}}/manifests'}}
      destination: {{server: https://kubernetes.default.svc, namespace: '{{{{.namespace}}}}'}}
      syncPolicy: {{automated: {{}}, syncOptions: [CreateNamespace=true]}}
"""


def _deployment(name: str) -> str:
    return f"""apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}}}
spec:
  selector: {{matchLabels: {{app: {name}}}}}
  template:
    metadata: {{labels: {{app: {name}}}}}
    spec: {{containers: [{{name: main, image: 'registry.example.com/{name}:1.0.0'}}]}}
"""


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
