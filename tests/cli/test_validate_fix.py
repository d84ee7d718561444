"""`validate --fix` in whole repositories: a folder a case in `fixtures/fix`.

    repo/           where one stands, committed
    expected.txt    what --fix says, the difference that it makes (as `--diff` shows it), and what is left

`pytest --rewrite-golden` writes `expected.txt` anew: look at the difference before you commit it.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from argosy.cli import file_fixing
from argosy.cli.validate_command import command
from argosy.schemas.fixing import fix_text

FIXTURES = Path(__file__).parent.parent / "fixtures" / "fix"
URL = "https://git.example.com/org/repo.git"


def validate(*arguments: str) -> Result:
    result = CliRunner().invoke(command, arguments)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def contents(folder: Path) -> dict[str, bytes]:
    files = (each for each in folder.rglob("*") if each.is_file() and ".git" not in each.parts)
    return {str(each.relative_to(folder)): each.read_bytes() for each in files}


@pytest.mark.parametrize("case", sorted(FIXTURES.iterdir()), ids=lambda case: case.name)
def test_fixing_does_what_the_golden_file_says_and_only_once(
    case: Path,
    tmp_path: Path,
    repositories: Any,
    golden: Callable[[Path, str], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    repository = repositories.make(tmp_path / "repo", case / "repo", URL)
    monkeypatch.chdir(repository)
    before = contents(repository)
    shown = validate("--diff")
    assert contents(repository) == before
    done = validate("--fix")
    difference = repositories.git(repository, "diff", "--no-color", "-U1")
    golden(
        case / "expected.txt",
        f"{done.stderr}--- the first round, as --diff shows it\n{shown.stdout}"
        f"--- git diff\n{difference}\n--- left\n{done.stdout}--- exit status {done.exit_code}\n",
    )
    fixed = contents(repository)
    again = validate("--fix")
    assert again.stderr == ""
    assert contents(repository) == fixed


BROKEN = (FIXTURES / "misspelt-fields" / "repo" / "web.yaml").read_text()


def test_a_file_that_has_changed_since_it_was_read_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("web.yaml").write_text(BROKEN)

    def slow(*arguments: Any) -> Any:
        Path("web.yaml").write_text("changed: meanwhile\n")
        return fix_text(*arguments)

    monkeypatch.setattr(file_fixing, "fix_text", slow)
    assert "not fixed: the file has changed" in validate("--fix").stderr
    assert Path("web.yaml").read_text() == "changed: meanwhile\n"


def test_a_file_with_a_byte_order_mark_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("web.yaml").write_bytes(b"\xef\xbb\xbf" + BROKEN.encode())
    before = Path("web.yaml").read_bytes()
    assert "not fixed" in validate("--fix").stderr
    assert Path("web.yaml").read_bytes() == before


def test_lines_keep_the_ends_that_the_file_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    before = (FIXTURES / "lines-that-end-as-on-windows" / "repo" / "set.yaml").read_bytes()
    Path("set.yaml").write_bytes(before)
    validate("--fix")
    after = Path("set.yaml").read_bytes()
    assert after != before
    assert after.count(b"\n") == after.count(b"\r\n") == before.count(b"\n")


def test_the_file_keeps_its_mode(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("web.yaml").write_text(BROKEN)
    Path("web.yaml").chmod(0o640)
    validate("--fix")
    assert "targetRevision: main" in Path("web.yaml").read_text()
    assert Path("web.yaml").stat().st_mode & 0o777 == 0o640
    assert [each.name for each in tmp_path.iterdir()] == ["web.yaml"]


def test_what_is_staged_cannot_be_fixed() -> None:
    assert validate("--fix", "--staged").exit_code == 2


def test_json_offers_a_fix_only_where_it_would_be_made(
    tmp_path: Path, repositories: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = "apiVersion: argoproj.io/v1alpha1\nkind: AppProject\nmetadata:\n  name: KIND\nspec:\n"
    twice = "  description: ONE\n  description: TWO\n"
    content = tmp_path / "content"
    content.mkdir()
    (content / "same.yaml").write_text((project + twice.replace("ONE", "TWO")).replace("KIND", "same"))
    (content / "other.yaml").write_text((project + twice).replace("KIND", "other"))
    monkeypatch.chdir(repositories.make(tmp_path / "repo", content, URL))
    found = json.loads(validate("-o", "json").stdout)["findings"]
    assert {each["file"]: "fix" in each for each in found} == {"other.yaml": False, "same.yaml": True}
