"""Findings as people see them."""

import pytest

from argosy.schemas.finding import Finding, Related, Severity
from argosy.schemas.position import Position
from argosy.schemas.printing import finding_as_json, print_finding


def printed(line: str, position: Position | None, **more: object) -> list[str]:
    finding = Finding("code", Severity.ERROR, "what is wrong", position, **more)  # type: ignore[arg-type]
    return print_finding(finding, lambda _file, _line: line).split("\n")


def marker(line: str, start: int, end: int) -> str:
    return printed(line, Position("f", 1, start, 1, end))[2].removeprefix("    | ")


def test_a_finding_without_a_place_is_one_line() -> None:
    assert printed("", None) == ["error: what is wrong [code]"]


def test_a_line_that_cannot_be_read_is_left_out() -> None:
    finding = Finding("code", Severity.NOTE, "text", Position("f", 3, 1))
    assert print_finding(finding, lambda _file, _line: None) == "f:3:1: note: text [code]"


def test_the_span_is_marked() -> None:
    assert printed("key: value", Position("f", 1, 6, 1, 11)) == [
        "f:1:6: error: what is wrong [code]",
        "  1 | key: value",
        "    |      ^~~~~",
    ]


@pytest.mark.parametrize(
    ("line", "start", "end", "mark"),
    [
        ("\ta: b", 5, 6, "\t   ^"),
        ("名前: x", 5, 6, "      ^"),
        ("a: 名前", 4, 6, "   ^~~~"),
        ("e\u0301: x", 5, 6, "   ^"),
        ("short", 50, 60, "     ^"),
    ],
    ids=["tab", "wide before", "wide marked", "combining", "beyond the line"],
)
def test_the_mark_stands_below_what_it_marks(line: str, start: int, end: int, mark: str) -> None:
    assert marker(line, start, end) == mark


def test_a_span_over_several_lines_is_marked_to_the_end_of_the_first() -> None:
    assert printed("a: 'b  ", Position("f", 1, 4, 2, 3))[2] == "    |    ^~"


def test_a_place_without_end_is_marked_at_its_first_character() -> None:
    assert printed("a: b", Position("f", 1, 1))[2] == "    | ^"


def test_a_long_line_is_shown_around_its_span() -> None:
    shown = printed("x" * 1000 + " here " + "y" * 1000, Position("f", 1, 1002, 1, 1006))
    assert len(shown[1]) < 160
    start = shown[2].index("^")
    assert shown[1][start : start + 4] == "here"
    assert shown[1].count("…") == 2


def test_control_characters_do_not_reach_the_terminal() -> None:
    assert printed("a: \x1b[31mred\u202e", Position("f", 1, 1))[1] == "  1 | a: \ufffd[31mred\ufffd"


def test_hints_and_related_places_follow() -> None:
    related = (Related("made by this element", Position("g", 7, 3, 7, 6)), Related("and nowhere"))
    assert printed("  abc", Position("f", 12, 3, 12, 6), hint="do this", related=related) == [
        "f:12:3: error: what is wrong [code]",
        "  12 |   abc",
        "     |   ^~~",
        "  hint: do this",
        "  g:7:3: made by this element",
        "  7 |   abc",
        "    |   ^~~",
        "  and nowhere",
    ]


def test_further_lines_of_a_message_are_indented() -> None:
    finding = Finding("code", Severity.ERROR, "first\nsecond")
    assert print_finding(finding, lambda _file, _line: None) == "error: first\n    second [code]"


def test_plain_data_leaves_out_what_is_not_there() -> None:
    related = (Related("here", Position("g", 7, 3)), Related("nowhere"))
    finding = Finding("code", Severity.WARNING, "text", None, "", related)
    assert finding_as_json(finding) == {
        "code": "code",
        "severity": "warning",
        "message": "text",
        "related": [{"message": "here", "file": "g", "line": 7, "column": 3}, {"message": "nowhere"}],
    }
