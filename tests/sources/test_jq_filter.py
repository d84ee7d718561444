"""Fields that jq paths name, taken out by a process of its own."""

from collections.abc import Iterator

import pytest

from argosy.sources.errors import DEADLINE, SourceError
from argosy.sources.jq_filter import JqFilter

SOURCES = {
    "sources": [{"repoURL": "a", "targetRevision": "main"}, {"repoURL": "b", "targetRevision": "main"}]
}


@pytest.fixture
def jq() -> Iterator[JqFilter]:
    found = JqFilter()
    yield found
    found.close()


def test_a_selected_item_loses_its_field(jq: JqFilter) -> None:
    expression = '.sources[] | select(.repoURL == "a").targetRevision'
    (found,) = jq.delete([expression], [SOURCES])
    assert found == {"sources": [{"repoURL": "a"}, {"repoURL": "b", "targetRevision": "main"}]}


def test_expressions_work_one_after_the_other_on_every_document(jq: JqFilter) -> None:
    assert jq.delete([".a", ".b.c"], [{"a": 1, "b": {"c": 2, "d": 3}}, {"x": 1}]) == [
        {"b": {"d": 3}},
        {"x": 1},
    ]


def test_an_expression_that_fails_on_a_document_leaves_it_as_it_is(jq: JqFilter) -> None:
    assert jq.delete([".spec[].x", ".y"], [{"spec": 3, "y": 1}]) == [{"spec": 3}]


def test_an_expression_that_is_none_is_named(jq: JqFilter) -> None:
    with pytest.raises(SourceError, match=r"`\.a\[` is no jq path"):
        jq.delete([".a["], [{}])


def test_an_expression_that_never_ends_is_stopped_and_the_next_one_works() -> None:
    jq = JqFilter(seconds=0.2)
    with pytest.raises(SourceError, match="did not end in time") as raised:
        jq.delete([".a | until(false; .)"], [{"a": 1}])
    assert raised.value.code == DEADLINE
    assert jq.delete([".a"], [{"a": 1}]) == [{}]
    jq.close()


def test_an_expression_does_not_see_our_environment(jq: JqFilter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN", "secret")
    assert jq.delete(['select($ENV.TOKEN == "secret") | .a'], [{"a": 1}]) == [{"a": 1}]
