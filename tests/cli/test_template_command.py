"""`argosy template`: recorded cases as a list, a single template by hand, and exit statuses."""

import json
import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner

from argosy.cli.template_command import command

ARGOSY = str(Path(sys.executable).with_name("argosy"))


def test_cases_are_answered_in_order_with_ids_and_stages(tmp_path: Path) -> None:
    cases = [
        {"id": "a", "template": "{{.n}}", "data": {"n": 1000000}},
        {"id": "b", "template": "{{.n}}", "dataYaml": "n: [1"},
        {"id": "c", "template": "{{"},
        {"id": "d", "template": "{{.a.b}}", "data": {"a": None}},
        {"id": "e", "template": "x", "options": ["bogus=1"]},
        {"id": "f", "template": "{{a}}", "data": {"a": "x"}, "dialect": "fasttemplate"},
    ]
    file = tmp_path / "cases.json"
    file.write_text(json.dumps(cases))
    result = CliRunner().invoke(command, ["--cases", str(file), "-o", "json"])
    assert result.exit_code == 0
    answers = json.loads(result.stdout)
    assert [each["id"] for each in answers] == list("abcdef")
    assert [each.get("output", each.get("errorStage")) for each in answers] == [
        "1e+06",
        "data",
        "parse",
        "execute",
        "panic",
        "x",
    ]


def test_a_template_from_standard_input_is_rendered(tmp_path: Path) -> None:
    data = tmp_path / "values.yaml"
    data.write_text("name: prod\n")
    result = CliRunner().invoke(command, ["-", "--data", str(data)], input="{{.name | upper}}")
    assert (result.exit_code, result.stdout) == (0, "PROD")


def test_a_template_that_fails_says_where_and_exits_with_1(tmp_path: Path) -> None:
    file = tmp_path / "name.tpl"
    file.write_text("{{.name}}")
    result = CliRunner().invoke(command, [str(file), "--option", "missingkey=error"])
    assert result.exit_code == 1
    assert "name.tpl" in result.stderr and "template: base:1:2" in result.stderr


def test_neither_file_nor_cases_is_wrong_use() -> None:
    assert CliRunner().invoke(command, []).exit_code == 2


def test_a_file_that_is_no_text_is_said(tmp_path: Path) -> None:
    file = tmp_path / "template.txt"
    file.write_bytes(b"\xff\xfe")
    result = subprocess.run([ARGOSY, "template", str(file)], capture_output=True, text=True, check=False)
    assert (result.returncode, "Traceback" in result.stderr) == (3, False)
    assert "is not UTF-8 text" in result.stderr
