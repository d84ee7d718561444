"""`validate` and `compile` in whole repositories: a folder a case in `fixtures/{validate,compile}`.

    repo/           where one stands, committed; its remote is https://git.example.com/org/repo.git
    arguments       the command's arguments (none, if the file is missing)
    expected.txt    stdout, stderr and the exit status

`pytest --rewrite-golden` writes `expected.txt` anew: look at the difference before you commit it.
"""

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from argosy.cli import compile_command, validate_command

FIXTURES = Path(__file__).parent.parent / "fixtures"
COMMANDS: dict[str, click.Command] = {
    "compile": compile_command.command,
    "validate": validate_command.command,
}
CASES = [case for name in COMMANDS for case in sorted((FIXTURES / name).iterdir())]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}-{case.name}")
def test_a_command_says_what_its_golden_file_says(
    case: Path,
    tmp_path: Path,
    repositories: Any,
    golden: Callable[[Path, str], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    repository = repositories.make(tmp_path / "repo", case / "repo", "https://git.example.com/org/repo.git")
    monkeypatch.chdir(repository)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    arguments = case / "arguments"
    result = CliRunner().invoke(
        COMMANDS[case.parent.name], shlex.split(arguments.read_text()) if arguments.exists() else []
    )
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    found = f"{result.stdout}--- stderr\n{result.stderr}--- exit status {result.exit_code}\n"
    golden(case / "expected.txt", found)
    assert str(tmp_path) not in found
