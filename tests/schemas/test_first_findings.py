"""Of very many findings the first are shown, and nothing that matters is hidden."""

from itertools import repeat

from argosy.schemas.finding import Fix, Severity
from argosy.schemas.first_findings import first_findings
from argosy.schemas.validation import validate
from argosy.schemas.yaml_reader import read_documents

HEAD = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: a, namespace: argocd}\n"
REST = "  project: a\n  destination: {name: b}\n  source: {repoURL: 'https://git.example.com/a', path: b}\n"


def codes(text: str) -> list[str]:
    return [each.code for each in validate(read_documents(text, "a.yaml")[0])]


def test_a_hundred_are_all_shown() -> None:
    text = HEAD + "spec:\n" + REST + "".join(f"k{number}: 1\n" for number in range(100))
    assert codes(text) == ["unknown-field"] * 100


def test_more_are_one_finding_as_bad_as_they_are() -> None:
    text = HEAD + "spec:\n" + REST + "".join(f"k{number}: 1\n" for number in range(5000))
    *shown, more = validate(read_documents(text, "a.yaml")[0])
    assert [each.code for each in shown] == ["unknown-field"] * 100
    assert (more.code, more.severity) == ("more-failures", Severity.ERROR)
    assert more.position is not None
    assert more.position.line == 3 + 1 + 3 + 101


def test_warnings_hide_no_error() -> None:
    nothing = "  - repoURL: 'https://git.example.com/a'\n    path: b\n    helm:\n" * 200
    text = HEAD + "spec:\n  sources:\n" + nothing + "  project: a\n  destination: {name: 1}\n"
    found = codes(text)
    assert found.count("no-value") == 100
    assert "more-failures" in found
    assert "wrong-type" in found


def test_what_is_offered_a_fix_is_not_so_often() -> None:
    text = HEAD + "spec:\n" + REST + "  project: a\n" * 200
    assert not any(each.fix for each in validate(read_documents(text, "a.yaml")[0]))
    (one,) = validate(read_documents(HEAD + "spec:\n" + REST + "  project: a\n", "a.yaml")[0])
    assert isinstance(one.fix, Fix)


def test_nothing_behind_the_first_is_made() -> None:
    made = validate(read_documents(HEAD, "a.yaml")[0])
    assert len(first_findings(repeat(made[0]))) == 101
