"""`argosy template`: recorded cases as a list, a single template by hand, and exit statuses."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
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


def test_template_and_data_cannot_both_be_standard_input() -> None:
    result = CliRunner().invoke(command, ["-", "--data", "-"], input="x: 1")
    assert (result.exit_code, "cannot both come from standard input" in result.stderr) == (2, True)


def test_a_file_that_is_no_text_is_said(tmp_path: Path) -> None:
    file = tmp_path / "template.txt"
    file.write_bytes(b"\xff\xfe")
    result = subprocess.run([ARGOSY, "template", str(file)], capture_output=True, text=True, check=False)
    assert (result.returncode, "Traceback" in result.stderr) == (3, False)
    assert "is not UTF-8 text" in result.stderr


def _jinja(folder: Path, template: str, data: str = "{}", *arguments: str) -> tuple[int, str, str]:
    (folder / "set").mkdir(exist_ok=True)
    (folder / "data.yaml").write_text(data)
    (folder / "set" / "name.j2").write_text(template)
    given = [str(folder / "set" / "name.j2"), "--data", str(folder / "data.yaml"), "--dialect", "jinja2"]
    result = CliRunner().invoke(command, [*given, *arguments])
    return result.exit_code, result.stdout, result.stderr


def test_jinja2_imports_macros_of_a_file_beside_the_template(tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "macros.j2").write_text("{% macro full(name) %}{{ name }}-x{% endmacro %}")
    template = "{% from 'macros.j2' import full %}{{ full(name) }}"
    assert _jinja(tmp_path, template, "name: web") == (0, "web-x", "")


def test_an_error_in_an_imported_macro_shows_both_lines(tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "macros.j2").write_text("\n{% macro full(name) %}{{ name.a.b }}{% endmacro %}")
    code, _, stderr = _jinja(tmp_path, "x\n{% import 'macros.j2' as m %}{{ m.full('web') }}")
    assert code == 1
    assert "name.j2:2:1: error: 'str object' has no attribute 'a' [template-error]" in stderr
    assert "macros.j2:2:1: in what is imported" in stderr


@pytest.mark.parametrize("name", ["../outside", "/etc/hostname", "link", "a/../macros.j2"])
def test_nothing_is_imported_from_outside_of_the_templates_folder(tmp_path: Path, name: str) -> None:
    (tmp_path / "outside").write_text("secret")
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "link").symlink_to("../outside")
    code, stdout, stderr = _jinja(tmp_path, "{% include '" + name + "' %}")
    assert (code, stdout) == (1, "")
    assert f"`{name}` cannot be imported: it leads out of the folder" in stderr


def test_a_file_that_includes_itself_is_an_error_in_words(tmp_path: Path) -> None:
    code, _, stderr = _jinja(tmp_path, "{% include 'name.j2' %}")
    assert code == 1
    assert "calls itself without end" in stderr


def test_a_jinja2_template_gives_what_a_set_would(tmp_path: Path) -> None:
    assert _jinja(tmp_path, "{{ size }}-{{ half }}", "{size: 2, half: 0.5}")[1] == "2-0.5"
    assert _jinja(tmp_path, "{{ hosts }}", "hosts: [a, b]")[1] == "- a\n- b\n"
    assert json.loads(_jinja(tmp_path, "{{ debug }}", "debug: true", "-o", "json")[1]) == {"output": True}


@pytest.mark.parametrize("dialect", ["jinja2", "fasttemplate"])
def test_data_that_is_no_map_is_said(tmp_path: Path, dialect: str) -> None:
    data = tmp_path / "data.yaml"
    data.write_text("[1]")
    arguments = ["-", "--data", str(data), "--dialect", dialect]
    result = CliRunner().invoke(command, arguments, input="{{ name }}")
    assert (result.exit_code, result.stderr) == (1, f"argosy: {data}: the data is no map of parameters\n")


@pytest.mark.parametrize(
    ("dialect", "template", "place"),
    [
        ("go", "a\n{{ .list.name }}", "<stdin>:2:9:"),
        ("jinja2", "a\n  {{ nam }}", "<stdin>:2:3:"),
        ("fasttemplate", "a {{ b }} {{ c", "<stdin>:1:11:"),
    ],
)
def test_what_fails_is_marked_in_every_dialect(
    tmp_path: Path, dialect: str, template: str, place: str
) -> None:
    data = tmp_path / "data.yaml"
    data.write_text("list: [1]")
    arguments = ["-", "--data", str(data), "--dialect", dialect]
    result = CliRunner().invoke(command, arguments, input=template)
    assert result.exit_code == 1
    first, line, mark, *_ = result.stderr.splitlines()
    assert first.startswith(place)
    assert line.endswith(template.splitlines()[-1])
    assert "^" in mark
