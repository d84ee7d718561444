"""The example of macros in files, as `docs/jinja2.md` has it, gives what the page says."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from argosy.cli import compile_command

PAGE = Path(__file__).parents[2] / "docs" / "jinja2.md"
URL = "https://git.example.com/org/repo.git"


def test_the_example_gives_the_applications_that_the_page_names(
    tmp_path: Path, repositories: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    section = PAGE.read_text().partition("## Macros in files\n")[2].partition("\n## ")[0]
    written, macros = re.findall(r"```(?:yaml|jinja)\n(.*?)```", section, re.DOTALL)
    value = {"apiVersion": "argoproj.io/v1alpha1", "kind": "ApplicationSet", **yaml.safe_load(written)}
    value["metadata"]["name"] = "example"
    content = tmp_path / "content"
    (content / "sets").mkdir(parents=True)
    (content / "sets" / "set.yaml").write_text(yaml.safe_dump(value))
    (content / "sets" / "macros.j2").write_text(macros)
    monkeypatch.chdir(repositories.make(tmp_path / "repo", content, URL))
    result = CliRunner().invoke(compile_command.command, ["sets/set.yaml"])
    found = list(yaml.safe_load_all(result.stdout))
    assert [each["metadata"]["name"] for each in found] == ["web-dev", "web"]
    assert [each["spec"]["destination"]["namespace"] for each in found] == ["web-dev", "web"]
    assert "`web-dev` and `web`" in section
