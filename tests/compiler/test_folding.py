"""One mistake of many Applications is one finding, and different ones stay apart."""

import pytest

from argosy.compiler.folding import fold, listed
from argosy.schemas.finding import Finding, Related, Severity
from argosy.schemas.position import Position

HERE = Position("chart/templates/web.yaml", 3, 5)


def found(message: str, *applications: str, at: Position = HERE) -> Finding:
    way = tuple(Related(f"rendered for Application `{name}`") for name in applications)
    return Finding("code", Severity.ERROR, message, at, related=way, applications=applications)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ("a", "Application `a`"),
        ("ab", "Applications `a` and `b`"),
        ("abc", "Applications `a`, `b` and `c`"),
        ("abcdef", "Applications `a`, `b`, `c` and 3 more"),
    ],
)
def test_the_first_applications_are_named_and_the_others_counted(names: str, expected: str) -> None:
    assert listed(names) == expected


def test_findings_that_differ_in_the_application_only_are_one() -> None:
    (one,) = fold(found(f"Application `{name}` cannot be rendered: why", name) for name in "abcde")
    assert one.message == "Applications `a`, `b`, `c` and 2 more cannot be rendered: why"
    assert one.applications == tuple("abcde")
    assert [each.message for each in one.related] == ["rendered for Application `a`"]


def test_where_the_text_names_no_application_the_others_are_told_at_the_end() -> None:
    (one,) = fold([found("unknown field", "a"), found("unknown field", "b")])
    assert [each.message for each in one.related] == [
        "rendered for Application `a`",
        "the same for Application `b`",
    ]


def test_other_texts_places_and_findings_without_applications_stay_apart() -> None:
    apart = [
        found("Application `a`: found 1", "a"),
        found("Application `b`: found 2", "b"),
        found("Application `c`: found 1", "c", at=Position("other.yaml", 3, 5)),
        found("found 1"),
    ]
    assert fold([*apart, found("found 1")]) == tuple(apart)
