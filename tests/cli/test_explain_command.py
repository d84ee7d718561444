"""`argosy explain` prints the page of a finding."""

from click.testing import CliRunner

from argosy.cli.main import argosy


def test_a_code_is_explained_as_it_stands_in_brackets() -> None:
    result = CliRunner().invoke(argosy, ["explain", "[unknown-field]"])
    assert result.exit_code == 0
    assert result.stdout.startswith("# unknown-field\n")


def test_a_misspelt_code_leads_to_the_nearest() -> None:
    result = CliRunner().invoke(argosy, ["explain", "unknwon-field"])
    assert result.exit_code == 2
    assert "did you mean unknown-field?" in result.output


def test_without_a_code_all_are_listed() -> None:
    result = CliRunner().invoke(argosy, ["explain"])
    assert any(line.split()[:2] == ["unknown-field", "error"] for line in result.stdout.splitlines())
