"""`argosy schema` prints schemas that an editor's validator can work with."""

import json
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from argosy.cli.main import argosy

APPLICATION = """
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: a}
spec:
  project: default
  source: {repoURL: https://git.example.com/a.git, path: .}
  destination: {server: https://kubernetes.default.svc}
"""


def schema(*arguments: str) -> Any:
    result = CliRunner().invoke(argosy, ["schema", *arguments], catch_exceptions=False)
    assert result.exit_code == 0
    found = json.loads(result.stdout)
    Draft202012Validator.check_schema(found)
    return found


def errors(found: Any, text: str) -> list[str]:
    return [error.message for error in Draft202012Validator(found).iter_errors(yaml.safe_load(text))]


@pytest.mark.parametrize("arguments", [[], ["Application"], ["application"]])
def test_a_right_document_is_taken_and_a_misspelt_field_is_not(arguments: list[str]) -> None:
    found = schema(*arguments)
    assert errors(found, APPLICATION) == []
    assert any("projekt" in error for error in errors(found, APPLICATION.replace("project:", "projekt:")))


def test_the_schema_of_all_kinds_lets_other_documents_be() -> None:
    assert errors(schema(), "apiVersion: v1\nkind: ConfigMap\ndata: 3\n") == []
    assert errors(schema(), APPLICATION.replace("kind: Application", "kind: ApplicationSet"))


def test_an_unknown_kind_is_wrong_use() -> None:
    result = CliRunner().invoke(argosy, ["schema", "Deployment"])
    assert result.exit_code == 2
    assert "'Deployment' is not one of" in result.output
