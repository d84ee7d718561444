"""What `argosy.yaml` decides holds for every command that reports findings."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from argosy.cli.main import argosy

COMMANDS: Sequence[Sequence[str]] = (
    ("validate",),
    ("compile", "set.yaml", "--world", ".argosy/world.yaml"),
    ("compile", "root.yaml", "--recursive", "--world", ".argosy/world.yaml"),
    ("diff",),
    ("affected",),
)
WORLD = """apiVersion: argosy.dev/v1alpha1
kind: RecordedWorld
answers:
- kind: clusters
  asOf: "2020-01-01T00:00:00Z"
  provenance: the management cluster
  value:
  - {name: paris, server: https://paris.example.com}
"""
SET = """apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: web}
spec:
  goTemplate: true
  goTemplateOptions: [missingkey=error]
  generators:
  - clusters: {}
  template:
    metadata: {name: 'web-{{.name}}'}
    spec:
      project: default
      source: {repoURL: https://git.example.com/org/other.git, targetRevision: main, path: web}
      destination: {server: '{{.server}}', namespace: web}
"""
ROOT = """apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: root}
spec:
  project: default
  source: {repoURL: https://git.example.com/org/repo.git, targetRevision: main, path: sets}
  destination: {server: https://kubernetes.default.svc, namespace: argocd}
"""


@pytest.fixture
def clone(tmp_path: Path, repositories: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    source = tmp_path / "source"
    (source / ".argosy").mkdir(parents=True)
    (source / "sets").mkdir()
    (source / ".argosy" / "world.yaml").write_text(WORLD)
    (source / "set.yaml").write_text(SET)
    (source / "sets" / "set.yaml").write_text(SET.replace("web", "page"))
    (source / "root.yaml").write_text(ROOT)
    clone: Path = repositories.make(tmp_path / "repo", source, "https://git.example.com/org/repo.git")
    monkeypatch.chdir(clone)
    (clone / "set.yaml").write_text(SET.replace("namespace: web", "namespace: page"))
    return clone


def said(command: Sequence[str]) -> str:
    return CliRunner().invoke(argosy, command, catch_exceptions=False).output


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_an_old_world_is_as_bad_as_the_repository_says(command: Sequence[str], clone: Path) -> None:
    assert "note: answers were taken from this recorded world" in said(command)
    (clone / "argosy.yaml").write_text("worldMaxAge: 1d\n")
    assert "warning: answers were taken from this recorded world" in said(command)
    (clone / "argosy.yaml").write_text("worldMaxAge: 1d\nseverity: {old-world: {.argosy/**: error}}\n")
    assert "error: answers were taken from this recorded world" in said(command)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_an_excepted_finding_is_not_reported(command: Sequence[str], clone: Path) -> None:
    (clone / "argosy.yaml").write_text(
        "worldMaxAge: 1d\n"
        "exceptions: [{codes: [old-world], paths: [.argosy/world.yaml], reason: clusters come seldom}]\n"
    )
    assert "old-world" not in said(command)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_mistake_in_the_settings_is_reported_once(command: Sequence[str], clone: Path) -> None:
    (clone / "argosy.yaml").write_text("severity: {old-wrld: note}\n")
    assert said(command).count("argosy.yaml:1:12: error: no finding has the code `old-wrld`") == 1
