import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from argosy.sandbox import fieldset
from argosy.sandbox.fieldset import FieldSet, MergeError
from argosy.sandbox.schema import SchemaSet

_names = st.sampled_from(["f:a", "f:b", 'k:{"name":"x"}', 'v:"s"'])
_paths = st.lists(st.lists(_names, min_size=1, max_size=4), max_size=8)


def _set(paths: list[list[str]]) -> FieldSet:
    built: FieldSet = {}
    for path in paths:
        fieldset.insert(built, path)
    return built


def _members(fields: FieldSet) -> set[tuple[str, ...]]:
    return set(fieldset.members(fields))


@given(_paths, _paths)
def test_the_algebra_is_that_of_sets_of_paths(left: list[list[str]], right: list[list[str]]) -> None:
    a, b = _set(left), _set(right)
    assert _members(fieldset.union(a, b)) == _members(a) | _members(b)
    assert _members(fieldset.intersection(a, b)) == _members(a) & _members(b)
    assert _members(fieldset.difference(a, b)) == _members(a) - _members(b)


@given(_paths, _paths)
def test_the_recursive_difference_takes_what_lies_below_too(
    left: list[list[str]], right: list[list[str]]
) -> None:
    a, b = _set(left), _set(right)
    below = {
        path for path in _members(a) if any(path[: length + 1] in _members(b) for length in range(len(path)))
    }
    assert _members(fieldset.recursive_difference(a, b)) == _members(a) - below


@given(_paths)
def test_encoding_and_decoding_gives_the_same_set(paths: list[list[str]]) -> None:
    fields = _set(paths)
    encoded = fieldset.encode(fields)
    assert fieldset.decode(json.loads(json.dumps(encoded))) == fields


@given(_paths, _paths)
def test_operations_leave_their_arguments_alone(left: list[list[str]], right: list[list[str]]) -> None:
    a, b = _set(left), _set(right)
    before = json.dumps([a, b])
    for operation in (
        fieldset.union,
        fieldset.intersection,
        fieldset.difference,
        fieldset.recursive_difference,
    ):
        operation(a, b)
    assert json.dumps([a, b]) == before


def test_members_of_a_level_come_before_those_below_it() -> None:
    fields = fieldset.from_paths(("a", "deep"), ("b",), ("c",))
    assert [fieldset.print_path(path) for path in fieldset.members(fields)] == [".b", ".c", ".a.deep"]


def test_paths_print_as_structured_merge_diff_prints_them() -> None:
    path = ("f:spec", "f:ports", 'k:{"port":80,"protocol":"TCP"}', "f:tags", 'v:"x"', "i:3")
    assert fieldset.print_path(path) == '.spec.ports[port=80,protocol="TCP"].tags[="x"][3]'


def test_json_is_written_as_go_writes_it() -> None:
    assert fieldset.go_json({"b": "<&>", "a": "ü"}) == '{"a":"ü","b":"\\u003c\\u0026\\u003e"}'


_PORTS = SchemaSet({}).translate(
    {
        "type": "array",
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["port", "protocol"],
        "items": {
            "type": "object",
            "properties": {"port": {"type": "integer"}, "protocol": {"type": "string", "default": "TCP"}},
        },
    }
)


def test_a_key_left_out_has_its_default() -> None:
    assert fieldset.item_element(_PORTS, {"port": 80}) == 'k:{"port":80,"protocol":"TCP"}'


@pytest.mark.parametrize("item", [None, "text", ["list"]])
def test_an_item_without_keys_cannot_be_named(item: object) -> None:
    with pytest.raises(MergeError):
        fieldset.item_element(_PORTS, item)


def test_named_fields_are_members_when_something_below_them_is() -> None:
    schema = SchemaSet({}).translate(
        {
            "type": "object",
            "properties": {
                "spec": {"type": "object", "properties": {"size": {"type": "integer"}}},
                "labels": {"type": "object", "additionalProperties": {"type": "string"}},
            },
        }
    )
    fields = fieldset.from_paths(("spec", "size"))
    assert _members(fieldset.ensure_named_fields(fields, schema)) == {("f:spec",), ("f:spec", "f:size")}
