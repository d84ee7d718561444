"""A document says where its nodes stand."""

import pytest

from argosy.schemas.position import Path
from argosy.schemas.yaml_reader import Document, read_documents

TEXT = """\
# a comment
a: 1
list:
- name: x
- {name: "long text", é: 2}
---
kind: Second
spec:
  yes: on
  0x10: sixteen
  base: &base {inner: deep}
  merged:
    <<: *base
    own: 1
  alias: *base
"""


@pytest.fixture
def documents() -> tuple[Document, ...]:
    return read_documents(TEXT, "two.yaml")


@pytest.mark.parametrize(
    ("index", "path", "place"),
    [
        (0, (), (2, 1)),
        (0, ("a",), (2, 4)),
        (0, ("list", 0, "name"), (4, 9)),
        (0, ("list", 1, "é"), (5, 26)),
        (1, ("kind",), (7, 7)),
        (1, ("spec", "true"), (9, 8)),
        (1, ("spec", "16"), (10, 9)),
        (1, ("spec", "merged", "inner"), (11, 23)),
        (1, ("spec", "alias", "inner"), (11, 23)),
    ],
)
def test_a_value_has_a_place(
    documents: tuple[Document, ...], index: int, path: Path, place: tuple[int, int]
) -> None:
    position = documents[index].position(path)
    assert (position.file, position.line, position.column) == ("two.yaml", *place)


def test_a_scalar_spans_its_text(documents: tuple[Document, ...]) -> None:
    position = documents[0].position(("list", 1, "name"))
    assert (position.column, position.end_line, position.end_column) == (10, 5, 21)


def test_the_key_can_be_asked_for(documents: tuple[Document, ...]) -> None:
    position = documents[1].position(("spec", "merged", "own"), key=True)
    assert (position.line, position.column, position.end_column) == (14, 5, 8)


@pytest.mark.parametrize("path", [("spec", "none"), ("spec", "none", 3, "x"), ("spec", 0)])
def test_what_does_not_exist_stands_at_the_key_of_its_nearest_ancestor(
    documents: tuple[Document, ...], path: Path
) -> None:
    assert documents[1].position(path) == documents[1].position(("spec",), key=True)


def test_every_repeated_key_is_named() -> None:
    (document,) = read_documents("a: 1\nb: {c: 1, d: 2, c: 3}\n? a\n: 2\n1: x\n'1': z\n", "x.yaml")
    found = [(path, str(position)) for path, position in document.duplicate_keys()]
    assert found == [(("b", "c"), "x.yaml:2:17"), (("a",), "x.yaml:3:3"), (("1",), "x.yaml:6:1")]
    assert document.value == {"a": 2, "b": {"c": 3, "d": 2}, "1": "z"}


def test_directives_and_line_ends_do_not_move_places() -> None:
    text = "a: 1\r\n...\r\n%YAML 1.1\r\n---\r\nb:\r\n  c: 1\r\n"
    assert str(read_documents(text, "x")[1].position(("b", "c"))) == "x:6:6"


@pytest.mark.parametrize("merged", ["*c{}", "*c{0}, *c{0}"], ids=["a chain", "one that doubles"])
def test_a_long_chain_of_merged_mappings_is_followed(merged: str) -> None:
    """Merging costs no depth, so nothing limits how long such a chain is."""
    links = [f"c{i}: &c{i} {{<<: [{merged.format(i - 1)}]}}" for i in range(1, 2000)]
    text = "\n".join(["c0: &c0 {inner: deep}", *links, "last: {<<: *c1999}"])
    document = read_documents(text, "chain.yaml")[0]
    assert document.position(("last", "inner")).line == 1
    assert document.position(("last", "missing"), key=True).line == len(text.splitlines())


def test_a_later_entry_and_one_of_its_own_win_over_merged_ones() -> None:
    text = "a: &a {p: 1, q: 1}\nb: &b {q: 2, r: 2}\nc:\n  p: 3\n  <<: [*a, *b]\n  s: 1\n  s: 2\n"
    document = read_documents(text, "merged.yaml")[0]
    lines = {name: document.position(("c", name), key=True).line for name in "pqrs"}
    assert lines == {"p": 4, "q": 1, "r": 2, "s": 7}
