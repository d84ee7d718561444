"""A place in the text of a scalar is a place in its file, where the file holds the text as it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from argosy.schemas.position import Position
from argosy.schemas.yaml_reader import Document, read_documents

PATH = ("spec", "patch")


def document(scalar: str) -> Document:
    return read_documents(f"---\nother: 1\n---\nspec:\n  patch: {scalar}\n  next: 1\n", "set.yaml")[1]


@pytest.mark.parametrize("header", ["|", "|-", "|+", "|4", "|-4", "|4-", "| # why", "!!str |", "&name |"])
def test_a_line_of_a_literal_text_is_a_line_of_the_file(header: str) -> None:
    found = document(f"{header}\n\n      one\n      two\n\n      three four\n\n")
    text = found.value["spec"]["patch"].split("\n")  # type: ignore[index]  # as written above
    indentation = 6 - text[1].index("one")
    for line, word in ((2, "one"), (3, "two"), (5, "four")):
        column = text[line - 1].index(word) + 1
        assert found.position_in_text(PATH, line, column, len(word)) == Position(
            "set.yaml", 5 + line, indentation + column, 5 + line, indentation + column + len(word)
        )
        assert found.text.splitlines()[4 + line][indentation + column - 1 :].startswith(word)


def test_a_place_behind_the_text_is_its_end() -> None:
    found = document("|\n      one\n      two\n")
    assert found.position_in_text(PATH, 3) == Position("set.yaml", 7, 10)
    assert found.position_in_text(PATH, 1, 99) == Position("set.yaml", 6, 10)


@pytest.mark.parametrize("scalar", ["a b c", "'a b c'", '"a b c"', "!!str 'a b c'", "&x a b c"])
def test_a_column_of_a_text_on_one_line_is_a_column_of_the_file(scalar: str) -> None:
    found = document(scalar)
    column = found.text.splitlines()[4].index("b") + 1
    assert found.position_in_text(PATH, 1, 3, 1) == Position("set.yaml", 5, column, 5, column + 1)


@pytest.mark.parametrize(
    "scalar",
    [
        ">\n      one\n      two\n",
        "'it''s'",
        r'"a\tb"',
        "one\n    two",
        '"one\n    two"',
        "&name\n    |\n      one\n      two\n",
        "|\n      one\u2028      two\n",
    ],
)
def test_of_a_text_that_the_file_holds_otherwise_the_first_line_is_told(scalar: str) -> None:
    found = document(scalar)
    assert found.position_in_text(PATH, 1, 2, 1) == found.position(PATH)


def test_a_place_in_what_is_no_text_is_its_own_place() -> None:
    found = document("{a: 1}")
    assert found.position_in_text(PATH, 2, 2) == found.position(PATH)
    assert found.position_in_text(("spec", "none"), 2, 2) == found.position(("spec", "none"))


@given(
    st.lists(st.text(st.sampled_from("ab :{}'\"#|>-\té"), max_size=8), min_size=1, max_size=6),
    st.sampled_from(["", "-", "+"]),
    st.integers(1, 5),
)
def test_every_character_of_a_literal_text_is_found_again(
    lines: list[str], chomping: str, indent: int
) -> None:
    body = "".join(f"{' ' * (2 + indent)}{line}\n" for line in lines)
    found = document(f"|{indent}{chomping}\n{body}")
    file = found.text.splitlines()
    texts = found.value["spec"]["patch"].split("\n")  # type: ignore[index]  # as written above
    for number, text in enumerate(texts, 1):
        for column, character in enumerate(text, 1):
            at = found.position_in_text(PATH, number, column)
            assert file[at.line - 1][at.column - 1] == character
