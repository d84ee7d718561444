from typing import Any

import pytest

from argosy.sandbox.field_errors import Problems
from argosy.sandbox.structural import prune_and_default, validate_value

Schema = dict[str, Any]


def _spec(**properties: Any) -> Schema:
    return {"type": "object", "properties": {"spec": {"type": "object", "properties": properties}}}


def _prune(schema: Schema, spec: dict[str, Any]) -> tuple[Any, list[str]]:
    unknown: list[str] = []
    return prune_and_default(schema, {"spec": spec}, unknown)["spec"], unknown


def _problems(schema: Schema, spec: dict[str, Any]) -> list[str]:
    problems = Problems()
    validate_value(schema, {"spec": spec}, problems)
    return [f"{cause.field}: {cause.message}" for cause in problems.causes]


def test_undeclared_fields_are_pruned_and_named() -> None:
    schema = _spec(a={"type": "array", "items": {"type": "object", "properties": {"x": {"type": "integer"}}}})
    assert _prune(schema, {"a": [{"x": 1, "y": 2}], "b": 1}) == ({"a": [{"x": 1}]}, ["spec.a[0].y", "spec.b"])


def test_free_form_fields_and_embedded_objects_keep_what_they_have() -> None:
    schema = _spec(
        free={"type": "object", "x-kubernetes-preserve-unknown-fields": True},
        pod={"type": "object", "x-kubernetes-embedded-resource": True},
        names={"type": "object", "additionalProperties": {"type": "string"}},
    )
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}}
    value = {"free": {"x": [1]}, "pod": {**pod, "extra": 1}, "names": {"a": "b"}}
    assert _prune(schema, value) == ({**value, "pod": pod}, ["spec.pod.extra"])


def test_defaults_fill_absent_fields_deeply_and_do_not_leak() -> None:
    schema = _spec(
        deep={"type": "object", "default": {}, "properties": {"n": {"type": "array", "default": [1]}}}
    )
    first, _ = _prune(schema, {})
    assert first == {"deep": {"n": [1]}}
    first["deep"]["n"].append(2)
    assert _prune(schema, {})[0] == {"deep": {"n": [1]}}


def test_nulls_that_a_field_does_not_take_vanish() -> None:
    schema = _spec(
        a={"type": "string"}, b={"type": "string", "nullable": True}, c={"type": "string", "default": "d"}
    )
    assert _prune(schema, {"a": None, "b": None, "c": None})[0] == {"b": None, "c": "d"}


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        ({"type": "integer"}, 1.5, 'spec.f in body must be of type integer: "number"'),
        ({"type": "string"}, 1, 'spec.f in body must be of type string: "integer"'),
        ({"type": "boolean"}, "true", 'spec.f in body must be of type boolean: "string"'),
        ({"type": "integer"}, True, 'spec.f in body must be of type integer: "boolean"'),
        ({"x-kubernetes-int-or-string": True}, 1.5, "must be of type integer,string"),
        ({"type": "integer", "minimum": 1}, 0, "should be greater than or equal to 1"),
        ({"type": "integer", "minimum": 1, "exclusiveMinimum": True}, 1, "should be greater than 1"),
        ({"type": "integer", "maximum": 1}, 2, "should be less than or equal to 1"),
        ({"type": "integer", "multipleOf": 5}, 7, "should be a multiple of 5"),
        ({"type": "string", "enum": ["a"]}, "b", 'Unsupported value: "b": supported values: "a"'),
        ({"type": "string", "pattern": "^a+$"}, "b", "should match '^a+$'"),
        ({"type": "string", "format": "ipv4"}, "300.1.1.1", "must be of type ipv4"),
        ({"type": "array", "minItems": 1}, [], "should have at least 1 items"),
        ({"type": "array", "x-kubernetes-list-type": "set"}, ["a", "a"], 'spec.f[1]: Duplicate value: "a"'),
        ({"type": "object", "maxProperties": 1}, {"a": 1, "b": 2}, "Too many: 2: must have at most 1 items"),
        ({"type": "object", "required": ["x"]}, {}, "spec.f.x: Required value"),
        ({"not": {"enum": [1]}}, 1, "must not validate the schema (not)"),
        ({"oneOf": [{"enum": [1]}, {"minimum": 0}]}, 1, "Found 2 valid alternatives"),
        ({"anyOf": [{"enum": [1]}]}, 2, "must validate at least one schema (anyOf)"),
    ],
)
def test_each_rule_of_a_schema_is_enforced(field: Schema, value: object, problem: str) -> None:
    (found,) = _problems(_spec(f=field), {"f": value})
    assert problem in found


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ({"type": "integer"}, 2.0),
        ({"type": "number"}, 1),
        ({"x-kubernetes-int-or-string": True}, "80%"),
        ({"type": "string", "format": "date-time"}, "2026-01-01T00:00:00Z"),
        ({"type": "string", "pattern": r"^a\z"}, "a"),
        ({"type": "string", "nullable": True}, None),
    ],
)
def test_what_fits_is_let_through(field: Schema, value: object) -> None:
    assert _problems(_spec(f=field), {"f": value}) == []
