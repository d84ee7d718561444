"""Fixes change what they name and nothing else."""

import pytest

from argosy.schemas.finding import Edit, Finding, Fix, Severity
from argosy.schemas.fixing import fix_text
from argosy.schemas.position import Position
from argosy.schemas.wording import clearly_nearest

TEXT = "a: 1\nb: [1, true]\n---\nc: x\n"


def finding(
    *edits: tuple[int, int, int, int, str], touches: tuple[tuple[int, tuple[str, ...]], ...] = ()
) -> Finding:
    fix = Fix("a fix", tuple(Edit(Position("f", *span), text) for *span, text in edits), touches)
    return Finding("error", Severity.ERROR, "m", Position("f", 1, 1), fix=fix)


def test_a_fix_that_changes_what_it_names_is_made() -> None:
    fixed = fix_text(TEXT, "f", [finding((1, 4, 1, 5, "2"), touches=((0, ("a",)),))])
    assert fixed.text == "a: 2\nb: [1, true]\n---\nc: x\n"
    assert len(fixed.done) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        finding((1, 4, 1, 5, "2")),
        finding((1, 4, 1, 5, "2"), touches=((1, ("a",)),)),
        finding((1, 4, 1, 5, "2"), touches=((0, ("b",)),)),
        finding((1, 4, 1, 5, "1.0\nd: 1"), touches=((0, ("a",)),)),
        finding((2, 5, 2, 6, "true")),
        finding((1, 4, 1, 5, "["), touches=((0, ("a",)),)),
        finding((3, 1, 4, 1, ""), touches=((0, ("a",)), (1, ("c",)))),
        finding((9, 1, 9, 2, "2"), touches=((0, ("a",)),)),
        finding((1, 4, 1, 5, "1")),
        finding((1, 4, 1, 5, "2"), (1, 4, 1, 5, "3"), touches=((0, ("a",)),)),
    ],
)
def test_a_fix_that_changes_more_or_nothing_is_not_made(wrong: Finding) -> None:
    assert fix_text(TEXT, "f", [wrong]).text == TEXT


def test_of_two_that_overlap_the_first_is_made() -> None:
    first = finding((1, 4, 1, 5, "2"), touches=((0, ("a",)),))
    second = finding((1, 1, 1, 5, "d: 3"), touches=((0, ("a",)), (0, ("d",))))
    assert fix_text(TEXT, "f", [first, second]).done == (first,)


@pytest.mark.parametrize(
    ("name", "known", "nearest"),
    [
        ("elments", ["elements", "elementsYaml"], "elements"),
        ("sourc", ["source", "sources"], ""),
        ("zzz", ["source"], ""),
        ("targetRevison", ["targetRevision", "path"], "targetRevision"),
    ],
)
def test_only_a_name_that_is_clearly_nearest_is_taken(name: str, known: list[str], nearest: str) -> None:
    assert clearly_nearest(name, known) == nearest
