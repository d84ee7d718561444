"""How Argo CD is set up changes what is generated: options, `argosy.yaml`, manifests and records say it."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from argosy.cli.main import argosy

GLOBBING = "applicationsetcontroller.enable.new.git.file.globbing"
HIDDEN = "reposerver.include.hidden.directories"
URL = "https://git.example.com/org/repo.git"
SET = f"""apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {{name: found}}
spec:
  goTemplate: true
  goTemplateOptions: [missingkey=error]
  generators:
  - git: {{repoURL: {URL}, revision: main, files: [{{path: teams/*.json}}]}}
  - git: {{repoURL: {URL}, revision: main, directories: [{{path: apps/*}}]}}
  template:
    metadata: {{name: '{{{{.path.basenameNormalized}}}}'}}
    spec:
      project: default
      source: {{repoURL: {URL}, targetRevision: main, path: '{{{{.path.path}}}}'}}
      destination: {{server: https://kubernetes.default.svc, namespace: apps}}
"""
CONFIG_MAP = f"""apiVersion: v1
kind: ConfigMap
metadata: {{name: argocd-cmd-params-cm, namespace: argocd}}
data: {{{GLOBBING}: "true"}}
"""
RECORD = f"""apiVersion: argosy.dev/v1alpha1
kind: RecordedWorld
answers:
- kind: configMaps
  asked: {{name: argocd-cmd-params-cm}}
  asOf: "2026-01-01T00:00:00Z"
  value: {{{HIDDEN}: "true"}}
"""
USUAL = ["deep", "teams", "web"]


@pytest.fixture(autouse=True)
def repository(tmp_path: Path, repositories: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    content = tmp_path / "content"
    for name, text in {
        "set.yaml": SET,
        "teams/a.json": "{}",
        "teams/far/deep/b.json": "{}",
        "apps/web/notes": "",
        "apps/.old/notes": "",
    }.items():
        (content / name).parent.mkdir(parents=True, exist_ok=True)
        (content / name).write_text(text)
    made: Path = repositories.make(tmp_path / "repo", content, URL)
    monkeypatch.chdir(made)
    return made


def run(*arguments: str) -> str:
    return CliRunner().invoke(argosy, arguments, catch_exceptions=False).stdout


def compiled(*arguments: str) -> list[str]:
    names = run("compile", "set.yaml", "-o", "name", *arguments).splitlines()
    return sorted(name.rpartition("/")[2] for name in names)


def decide(repository: Path, **values: str) -> None:
    lines = [f"  {key}: {value}\n" for key, value in values.items()]
    (repository / "argosy.yaml").write_text("argocd-cmd-params-cm:\n" + "".join(lines))


def test_argosy_yaml_says_it_for_every_command(repository: Path) -> None:
    assert compiled() == USUAL
    decide(repository, **{GLOBBING: "true", HIDDEN: '"true"'})
    assert compiled() == ["old", "teams", "web"]
    assert json.loads(run("validate", "-o", "json"))["applications"] == 3
    told = json.loads(run("diff", "-o", "json"))["applications"]
    assert {each["name"]: each["change"] for each in told} == {"deep": "removed", "old": "added"}


def test_an_option_is_stronger_than_argosy_yaml_and_that_than_the_config_map(
    repository: Path, tmp_path: Path
) -> None:
    (tmp_path / "clusters.yaml").write_text(CONFIG_MAP)
    clusters = ("--clusters", str(tmp_path / "clusters.yaml"))
    assert compiled(*clusters) == ["teams", "web"]
    decide(repository, **{GLOBBING: "false"})
    assert compiled(*clusters) == USUAL
    assert compiled("--new-git-file-globbing=true", *clusters) == ["teams", "web"]


def test_a_recorded_world_tells_it_and_affects_sets_by_it(repository: Path) -> None:
    (repository / ".argosy").mkdir()
    (repository / ".argosy" / "world.yaml").write_text(RECORD)
    assert json.loads(run("validate", "-o", "json"))["applications"] == 4
    assert run("affected", "-o", "name").splitlines() == [
        "application.argoproj.io/old",
        "applicationset.argoproj.io/found",
    ]


def test_what_argosy_yaml_cannot_mean_is_said_at_its_line(repository: Path) -> None:
    decide(repository, **{GLOBBING[:-1]: "true", HIDDEN: "maybe"})
    found = json.loads(run("validate", "-o", "json"))["findings"]
    told = [(each["code"], each["line"]) for each in found if each.get("file") == "argosy.yaml"]
    assert told == [("unknown-field", 2), ("invalid-value", 3)]
