"""`validate --staged --render`: mistakes of Applications that a change can affect, wherever they stand."""

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from argosy.cli.validate_command import command

APPLICATION = """apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: NAME, namespace: argocd}
spec:
  project: default
  source: {repoURL: https://git.example.com/org/repo.git, targetRevision: main, path: overlays/NAME}
  destination: {server: https://kubernetes.default.svc, namespace: NAME}
  syncPolicy: {syncOptions: [CreateNamespace=true]}
"""
PATCH = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata:\n  size: 1\n"


@pytest.fixture
def repository(tmp_path: Path, repositories: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two overlays of one base, with a mistake in the patch of each."""
    files = {
        "base/kustomization.yaml": "resources: [settings.yaml]\n",
        "base/settings.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n",
    }
    for name in ("dev", "prod"):
        files |= {
            f"apps/{name}.yaml": APPLICATION.replace("NAME", name),
            f"overlays/{name}/kustomization.yaml": "resources: [../../base]\npatches: [{path: patch.yaml}]\n",
            f"overlays/{name}/patch.yaml": PATCH,
        }
    for name, text in files.items():
        file = tmp_path / "content" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    made: Path = repositories.make(
        tmp_path / "repo", tmp_path / "content", "https://git.example.com/org/repo.git"
    )
    monkeypatch.chdir(made)
    return made


def test_a_change_of_an_overlay_shows_the_mistakes_of_its_own_patch_only(
    repository: Path, repositories: Any
) -> None:
    (repository / "overlays/dev/kustomization.yaml").write_text(
        "namePrefix: dev-\nresources: [../../base]\npatches: [{path: patch.yaml}]\n"
    )
    repositories.git(repository, "add", "--all")
    result = CliRunner().invoke(command, ["--staged", "--render"])
    assert "overlays/dev/patch.yaml:5:9: error: ConfigMap dev-settings (Application `dev`)" in result.stdout
    assert "overlays/prod" not in result.stdout
