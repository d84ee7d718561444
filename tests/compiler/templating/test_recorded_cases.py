"""Every template recorded from Go gives what Go gave, errors to the letter.

A fixture is {about, data, cases}; a case may bring `data` or `dataYaml` of its own.
Adding cases adds no code.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from argosy.compiler.templating.dialects import DIALECTS
from argosy.compiler.templating.errors import TemplateError
from argosy.compiler.templating.gotemplate.functions import GoError
from argosy.compiler.templating.gotemplate.yaml_text import read_go_yaml
from argosy.generators.go_values import StringMap
from argosy.generators.parameters import floats

FIXTURES = Path(__file__).parents[2] / "fixtures" / "go-templates"


def recorded() -> list[Any]:
    cases = []
    for file in sorted(FIXTURES.glob("*.json")):
        fixture = json.loads(file.read_text("utf-8"))
        cases += [pytest.param(case, fixture["data"], id=case["id"]) for case in fixture["cases"]]
    return cases


def answer(case: dict[str, Any], shared: dict[str, Any]) -> dict[str, Any]:
    try:
        values: Any = (
            read_go_yaml(case["dataYaml"]) if "dataYaml" in case else floats(case.get("data", shared))
        )
    except GoError as error:
        return {"error": str(error), "errorStage": "data"}
    if isinstance(values, dict) and isinstance(values.get("sm"), dict):
        values["sm"] = StringMap(values["sm"])
    dialect = DIALECTS[case.get("dialect", "go")]
    try:
        return {"output": dialect.render_text(case["template"], values, case.get("options", ()))}
    except TemplateError as error:
        return {"error": error.go_text, "errorStage": error.stage}


@pytest.mark.parametrize(("case", "shared"), recorded())
def test_go_gave_the_same(case: dict[str, Any], shared: dict[str, Any]) -> None:
    expected = {key: case[key] for key in ("output", "error", "errorStage") if key in case}
    assert answer(case, shared) == expected


def test_there_are_cases_of_every_kind() -> None:
    assert len(recorded()) > 900
