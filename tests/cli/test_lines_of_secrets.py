"""A line of a Secret is named and never shown, though all of the Secret stands in it."""

import json
from pathlib import Path

from click.testing import CliRunner

from argosy.cli.main import argosy

SET = """\
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: set}
spec:
  generators:
  - clusters:
      selector: {matchLabels: {argocd.argoproj.io/secret-type: cluster}}
  template:
    metadata: {name: '{{name}}'}
    spec:
      project: default
      source: {repoURL: https://git.example.com/org/repo.git, targetRevision: main, path: a}
      destination: {server: '{{server}}', namespace: a}
"""
SECRET = {
    "stringData": {"config": '{"bearerToken": "hidden-token"}', "name": "Bad_1", "server": "https://b"},
    "apiVersion": "v1",
    "kind": "Secret",
    "metadata": {"name": "b", "labels": {"argocd.argoproj.io/secret-type": "cluster"}},
}


MATRIX = """\
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: set}
spec:
  generators:
  - matrix:
      generators:
      - clusters:
          selector: {matchLabels: {argocd.argoproj.io/secret-type: cluster}}
      - list:
          elementsYaml: |
            - '{{name}}'
  template:
    metadata: {name: '{{name}}'}
    spec:
      project: default
      source: {repoURL: https://git.example.com/org/repo.git, targetRevision: main, path: a}
      destination: {server: '{{server}}', namespace: a}
"""


def said(folder: Path, secret: object, specification: str = SET) -> str:
    (folder / "set.yaml").write_text(specification)
    (folder / "secret.json").write_text(json.dumps(secret))
    arguments = ["compile", str(folder / "set.yaml"), "--clusters", str(folder / "secret.json")]
    result = CliRunner().invoke(argosy, arguments)
    assert result.exit_code == 1, result.output
    return result.output


def test_a_finding_leads_to_a_secret_and_does_not_show_it(tmp_path: Path) -> None:
    found = said(tmp_path, SECRET)
    assert f"{tmp_path / 'secret.json'}:1:" in found
    assert "hidden-token" not in found


def test_an_error_in_what_a_secret_has_filled_does_not_show_it(tmp_path: Path) -> None:
    found = said(tmp_path, SECRET, MATRIX)
    assert "must be a map" in found
    assert f"{tmp_path / 'secret.json'}:1:" in found
    assert "hidden-token" not in found


def test_an_error_in_a_secret_does_not_show_it(tmp_path: Path) -> None:
    value = {**SECRET, "data": {"name": "hidden-token!"}, "stringData": {}}
    found = said(tmp_path, value)
    assert "is not base64" in found
    assert "hidden-token" not in found
