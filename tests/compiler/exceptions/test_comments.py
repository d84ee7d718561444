"""Which comments are exceptions, and of which line they speak."""

import pytest

from argosy.compiler.exceptions.comments import comments_in


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: 1 # argosy: ignore missing-path -- why\nb: 2\n", 1),
        ("# argosy: ignore missing-path -- why\na: 1\n", 2),
        ("  # argosy: ignore missing-path -- why\n\n# more\na: 1\n", 4),
        ("#argosy:ignore missing-path -- why\na: 1\n", 2),
        ("# argosy: ignore-file missing-path -- why\na: 1\n", None),
        ("a: 1 # argosy: ignore missing-path -- why\r\nb: 2\r\n", 1),
        ("{{- /* don't */}}\na: {{ .b }} # argosy: ignore missing-path -- don't\n", 2),
        ("a:\n{{/* argosy: ignore missing-path -- why */}}\n  b: 1\n", 3),
        ("a: 1 {{- /* argosy: ignore missing-path -- why */ -}}\n", 1),
    ],
)
def test_a_comment_speaks_of_its_line_or_the_next(text: str, line: int | None) -> None:
    (exception,), findings = comments_in(text, "a.yaml")
    assert findings == ()
    assert exception.line == line


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("# argosy: ignore missing-path -- why\na: |\n  b\n\n  c\nd: 1\n", range(2, 6)),
        ("a: |- # argosy: ignore missing-path -- why\n  b\n  c\nd: 1\n", range(1, 4)),
        ("# argosy: ignore missing-path -- why\na: 'b\n  c'\nd: 1\n", range(2, 4)),
        ("# argosy: ignore missing-path -- why\na: |\n  b", range(2, 4)),
        ("- a: 1 # argosy: ignore missing-path -- why\n  b: |\n  c: 2\n", range(1, 2)),
    ],
)
def test_a_comment_where_a_text_begins_speaks_of_all_of_it(text: str, lines: range) -> None:
    (exception,), findings = comments_in(text, "a.yaml")
    assert findings == ()
    assert [line for line in range(9) if exception.speaks_of(line)] == list(lines)


@pytest.mark.parametrize(
    "text",
    [
        "a: '# argosy: ignore missing-path -- why'\n",
        "a: |\n  # argosy: ignore missing-path -- why\n",
        "a: b#argosy: ignore missing-path -- why\n",
        "# argosy is fine\n",
    ],
)
def test_what_is_no_comment_to_argosy_excepts_nothing(text: str) -> None:
    assert comments_in(text, "a.yaml") == ((), ())


def test_several_codes_each_have_their_place() -> None:
    (exception,), _ = comments_in("a: 1 # argosy: ignore empty-set, no-step -- why\n", "a.yaml")
    assert [(code, place.column) for code, place in exception.codes.items()] == [
        ("empty-set", 23),
        ("no-step", 34),
    ]


def test_a_text_that_is_no_yaml_keeps_its_comments() -> None:
    (exception,), _ = comments_in("a: [ # argosy: ignore invalid-yaml -- a template\n", "a.yaml")
    assert list(exception.codes) == ["invalid-yaml"]
