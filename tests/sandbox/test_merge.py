from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from argosy.sandbox import fieldset
from argosy.sandbox.fieldset import MergeError
from argosy.sandbox.merge import MISSING, compare, extract_set, merge, remove, same_value, validate
from argosy.sandbox.schema import DEDUCED, SchemaSet

SCHEMA = SchemaSet({}).translate(
    {
        "type": "object",
        "properties": {
            "size": {"type": "integer"},
            "name": {"type": "string"},
            "on": {"type": "boolean"},
            "tags": {"type": "array", "x-kubernetes-list-type": "set", "items": {"type": "string"}},
            "plain": {"type": "array", "items": {"type": "integer"}},
            "hosts": {
                "type": "array",
                "x-kubernetes-list-type": "map",
                "x-kubernetes-list-map-keys": ["name"],
                "items": {
                    "type": "object",
                    "properties": {"name": {"type": "string"}, "port": {"type": "integer"}},
                },
            },
            "atomic": {
                "type": "object",
                "x-kubernetes-map-type": "atomic",
                "additionalProperties": {"type": "string"},
            },
            "free": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
        },
    }
)


def _paths(fields: fieldset.FieldSet) -> list[str]:
    return [fieldset.print_path(path) for path in fieldset.members(fields)]


@pytest.mark.parametrize(
    ("live", "applied", "merged"),
    [
        (["a", "b"], ["b", "c"], ["a", "b", "c"]),
        (["a", "b", "c"], ["c", "a"], ["b", "c", "a"]),
        (["x", "a", "y"], ["b", "a"], ["x", "b", "a", "y"]),
        (["a"], [], ["a"]),
    ],
)
def test_the_order_of_the_applied_list_wins_and_the_rest_stays_near(
    live: list[str], applied: list[str], merged: list[str]
) -> None:
    assert merge(SCHEMA, {"tags": live}, {"tags": applied}) == {"tags": merged}


def test_keyed_items_merge_field_by_field() -> None:
    live = {"hosts": [{"name": "a", "port": 1}, {"name": "b", "port": 2}]}
    applied = {"hosts": [{"name": "b"}, {"name": "c", "port": 3}]}
    assert merge(SCHEMA, live, applied)["hosts"] == [
        {"name": "a", "port": 1},
        {"name": "b", "port": 2},
        {"name": "c", "port": 3},
    ]


def test_atomic_values_are_replaced_as_a_whole() -> None:
    live = {"atomic": {"a": "1"}, "plain": [1, 2]}
    assert merge(SCHEMA, live, {"atomic": {"b": "2"}, "plain": [3]}) == {"atomic": {"b": "2"}, "plain": [3]}


def test_nothing_merged_with_nothing_is_missing() -> None:
    assert merge(SCHEMA, {"tags": []}, MISSING) == {"tags": []}
    assert merge(SCHEMA.child_or_deduced("tags"), ["a"], MISSING) == ["a"]


def test_compare_tells_removed_modified_and_added_apart() -> None:
    before = {"size": 1, "tags": ["a"], "hosts": [{"name": "x", "port": 1}]}
    after = {"size": 2, "tags": ["b"], "hosts": [{"name": "x"}], "name": "n"}
    found = compare(SCHEMA, before, after)
    assert _paths(found.modified) == [".size"]
    assert _paths(found.added) == [".name", '.tags[="b"]']
    assert _paths(found.removed) == ['.hosts[name="x"].port', '.tags[="a"]']


def test_a_free_form_value_that_changes_its_type_is_walked_in_both_shapes() -> None:
    found = compare(DEDUCED, {"a": {"b": 1}}, {"a": [1]})
    assert _paths(found.modified) == [".a"]
    assert _paths(found.removed) == [".a.b"]


@given(st.dictionaries(st.sampled_from("abc"), st.one_of(st.integers(0, 2), st.just({"x": 1}), st.none())))
def test_a_value_does_not_differ_from_itself(value: dict[str, Any]) -> None:
    copy = dict(value)
    found = compare(DEDUCED, value, copy)
    assert (found.added, found.removed, found.modified) == ({}, {}, {})


def test_the_set_of_a_value_names_leaves_items_and_map_keys() -> None:
    value = {"size": 1, "tags": ["a"], "hosts": [{"name": "h", "port": 1}], "atomic": {"a": "b"}, "free": {}}
    assert set(_paths(extract_set(SCHEMA, value))) == {
        ".size",
        '.tags[="a"]',
        '.hosts[name="h"]',
        '.hosts[name="h"].name',
        '.hosts[name="h"].port',
        ".atomic",
        ".free",
    }


def test_removing_the_set_of_a_value_leaves_nothing() -> None:
    value = {"size": 1, "tags": ["a", "b"], "hosts": [{"name": "h"}]}
    assert remove(SCHEMA, value, extract_set(SCHEMA, {"tags": ["a"], "size": 1})) == {
        "tags": ["b"],
        "hosts": [{"name": "h"}],
    }
    assert remove(SCHEMA.child_or_deduced("tags"), ["a"], {'v:"a"': {".": True}}) is None


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"nope": 1}, ".nope: field not declared in schema"),
        ({"size": "x"}, ".size: expected numeric (int or float), got string"),
        ({"name": 1}, ".name: expected string, got &value.valueUnstructured{Value:1}"),
        ({"on": "yes"}, ".on: expected boolean, got &value.valueUnstructured{Value:yes}"),
        ({"tags": ["a", "a"]}, '.tags: duplicate entries for key [="a"]'),
        ({"hosts": [{"port": 1}]}, ".hosts: element 0: associative list with keys has an element that omits"),
    ],
)
def test_what_does_not_fit_is_named_with_its_path(value: dict[str, Any], message: str) -> None:
    with pytest.raises(MergeError) as caught:
        validate(SCHEMA, value)
    assert str(caught.value).startswith(message)


def test_all_misfits_are_reported_together() -> None:
    with pytest.raises(MergeError, match=r"(?s)errors:.*\.size.*\.nope"):
        validate(SCHEMA, {"size": "x", "nope": 1})


def test_true_is_not_one() -> None:
    assert same_value([1, {"a": 1.0}], [1.0, {"a": 1}])
    assert not same_value([1], [True])
    assert not same_value({"a": False}, {"a": 0})
