"""What `argosy validate` prints for other programs, and colours only where somebody sees them."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from argosy.cli.main import argosy

WRONG = """apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web}
spec:
  project: default
  source:
    repoURL: https://git.example.com/org/repo.git
    targetRevison: main
    path: apps/50%,web
  destination: {server: https://kubernetes.default.svc, name: in-cluster, namespace: web}
"""

REGION = {
    "type": "object",
    "required": ["startLine", "startColumn"],
    "properties": {
        name: {"type": "integer", "minimum": 1}
        for name in ("startLine", "startColumn", "endLine", "endColumn")
    },
    "additionalProperties": False,
}
PHYSICAL = {
    "type": "object",
    "required": ["artifactLocation", "region"],
    "properties": {
        "artifactLocation": {
            "type": "object",
            "properties": {"uri": {"type": "string", "pattern": "^[^ \\\\]+$"}},
            "required": ["uri"],
            "additionalProperties": False,
        },
        "region": REGION,
    },
    "additionalProperties": False,
}
MESSAGE = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string", "minLength": 1}}}
LEVEL = {"enum": ["none", "note", "warning", "error"]}
SARIF = {
    "type": "object",
    "required": ["version", "runs", "$schema"],
    "additionalProperties": False,
    "properties": {
        "$schema": {"type": "string"},
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["tool", "results"],
                "additionalProperties": False,
                "properties": {
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                    "tool": {
                        "type": "object",
                        "properties": {
                            "driver": {
                                "type": "object",
                                "required": ["name"],
                                "additionalProperties": False,
                                "properties": {
                                    "name": {"type": "string"},
                                    "version": {"type": "string"},
                                    "rules": {
                                        "type": "array",
                                        "uniqueItems": True,
                                        "items": {
                                            "type": "object",
                                            "required": ["id"],
                                            "additionalProperties": False,
                                            "properties": {
                                                "id": {"type": "string"},
                                                "shortDescription": MESSAGE,
                                                "help": MESSAGE,
                                                "defaultConfiguration": {
                                                    "type": "object",
                                                    "properties": {"level": LEVEL},
                                                },
                                            },
                                        },
                                    },
                                },
                            }
                        },
                    },
                    "results": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["message"],
                            "additionalProperties": False,
                            "properties": {
                                "ruleId": {"type": "string"},
                                "ruleIndex": {"type": "integer", "minimum": 0},
                                "level": LEVEL,
                                "message": MESSAGE,
                                "properties": {"type": "object"},
                                "partialFingerprints": {
                                    "type": "object",
                                    "additionalProperties": {"type": "string"},
                                },
                                "locations": {
                                    "type": "array",
                                    "items": {"type": "object", "properties": {"physicalLocation": PHYSICAL}},
                                },
                                "relatedLocations": {
                                    "type": "array",
                                    "uniqueItems": True,
                                    "items": {
                                        "type": "object",
                                        "additionalProperties": False,
                                        "properties": {
                                            "id": {"type": "integer", "minimum": 0},
                                            "physicalLocation": PHYSICAL,
                                            "message": MESSAGE,
                                        },
                                    },
                                },
                            },
                        },
                    },
                },
            },
        },
    },
}
"""The parts of SARIF 2.1.0 that are used, by the standard's text."""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "web.yaml").write_text(WRONG)
    return tmp_path


def validate(*arguments: str) -> str:
    result = CliRunner().invoke(argosy, ["validate", *arguments], catch_exceptions=False)
    assert result.exit_code == 1
    return result.stdout


def test_sarif_fits_its_standard_and_leads_to_the_lines(folder: Path) -> None:
    log = json.loads(validate("-o", "sarif"))
    Draft202012Validator(SARIF).validate(log)
    run = log["runs"][0]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    places = {}
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        place = result["locations"][0]["physicalLocation"]
        assert place["artifactLocation"]["uri"] == "web.yaml"
        places[result["ruleId"]] = place["region"]["startLine"]
    assert places["unknown-field"] == 8
    assert places["invalid-destination"] == 10


def test_all_applications_that_share_a_mistake_are_listed(folder: Path) -> None:
    (folder / ".git").mkdir()
    (folder / ".git" / "config").write_text("[remote]\nurl = https://git.example.com/org/repo.git\n")
    (folder / "base").mkdir()
    (folder / "base" / "map.yaml").write_text("apiVersion: v1\nkind: ConfigMap\ndata: {a: 1}\n")
    applications = [
        WRONG.replace("apps/50%,web", "base").replace("name: web}", f"name: {n}}}") for n in "abcde"
    ]
    (folder / "web.yaml").write_text("---\n".join(applications))
    (found,) = (
        each for each in json.loads(validate("-o", "json"))["findings"] if each["code"] == "not-a-string"
    )
    assert (found["file"], found["line"], found["applications"]) == ("base/map.yaml", 3, list("abcde"))
    log = json.loads(validate("-o", "sarif"))
    Draft202012Validator(SARIF).validate(log)
    (result,) = (each for each in log["runs"][0]["results"] if each["ruleId"] == "not-a-string")
    assert result["properties"] == {"applications": list("abcde")}


def fingerprints(folder: Path, text: str) -> list[str]:
    (folder / "web.yaml").write_text(text)
    log: dict[str, Any] = json.loads(validate("-o", "sarif"))
    return [each["partialFingerprints"]["argosy/v1"] for each in log["runs"][0]["results"]]


def test_fingerprints_stay_when_lines_are_added_above(folder: Path) -> None:
    before = fingerprints(folder, WRONG)
    assert len(set(before)) == len(before)
    assert fingerprints(folder, "# one\n# two\n" + WRONG) == before
    assert fingerprints(folder, WRONG.replace("targetRevison", "targetRevsion")) != before


def test_annotations_of_github_stand_on_a_line_each(folder: Path) -> None:
    lines = validate("-o", "github").splitlines()
    assert all(
        line.startswith(("::error file=web.yaml,line=", "::notice file=", "::warning file="))
        for line in lines
    )
    field = next(line for line in lines if "title=argosy unknown-field" in line)
    assert field.startswith("::error file=web.yaml,line=8,col=5,endLine=8,endColumn=18,")
    assert field.endswith("%0Ahint: did you mean `targetRevision`?")


def test_the_report_of_gitlab_has_a_place_and_a_name_for_each_finding(folder: Path) -> None:
    report = json.loads(validate("-o", "gitlab"))
    assert {each["check_name"] for each in report} >= {"unknown-field", "invalid-destination"}
    assert all(each["location"]["lines"]["begin"] >= 1 for each in report)
    assert len({each["fingerprint"] for each in report}) == len(report)


def test_colours_are_for_terminals(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = validate()
    assert "\x1b" not in plain
    coloured = CliRunner().invoke(argosy, ["validate"], color=True).stdout
    assert "\x1b[31m" in coloured
    assert click_unstyled(coloured) == plain
    monkeypatch.setenv("NO_COLOR", "1")
    assert CliRunner().invoke(argosy, ["validate"], color=True).stdout == plain


def click_unstyled(text: str) -> str:
    import click

    return click.unstyle(text)
