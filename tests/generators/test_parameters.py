"""Parameters: numbers as Go's float64, flattening, Go's way to print."""

import pytest

from argosy.generators.go_values import RawJson, Slice, StringMap
from argosy.generators.parameters import flatten, floats, go_text, whole_numbers


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1000000.0, "1e+06"),
        (100000.0, "100000"),
        (1234567.8, "1.2345678e+06"),
        (999999.5, "999999.5"),
        (0.5, "0.5"),
        (0.00001, "1e-05"),
        (0.0001, "0.0001"),
        (-3.0, "-3"),
        (0.0, "0"),
        (1e21, "1e+21"),
        (12345678.0, "1.2345678e+07"),
        (float("nan"), "NaN"),
        (float("-inf"), "-Inf"),
        (True, "true"),
        (None, "<nil>"),
        (["a", 1.0, None], "[a 1 <nil>]"),
        ({"b": "x", "a": 2.0}, "map[a:2 b:x]"),
    ],
)
def test_values_print_as_go_prints_them(value: object, text: str) -> None:
    assert go_text(value) == text


def test_all_numbers_become_floats_and_booleans_stay() -> None:
    assert floats({"a": [1, True, {"b": 2}]}) == {"a": [1.0, True, {"b": 2.0}]}
    assert floats(True) is True
    assert type(floats(3)) is float


def test_whole_numbers_come_back_for_dialects_that_know_them() -> None:
    assert whole_numbers({"a": [1.0, 1.5, True]}) == {"a": [1, 1.5, True]}


def test_flattening_joins_keys_and_indexes_by_dots_and_drops_what_is_empty() -> None:
    nested = {"a": {"b": ["x", {"c": 1.0}]}, "labels": StringMap(env="dev"), "none": {}, "null": None}
    assert flatten(nested) == {"a.b.0": "x", "a.b.1.c": 1.0, "labels.env": "dev", "null": None}


def test_flattening_looks_into_values_of_json_only() -> None:
    labels = StringMap(env="dev")
    path = {"segments": Slice(("apps", "shop"))}
    assert flatten({"path": path}) == {"path.segments": ["apps", "shop"]}
    assert flatten({"all": [{"labels": labels}]}) == {"all.0.labels": labels}


def test_raw_json_prints_as_its_bytes() -> None:
    assert go_text({"input": RawJson('"a"')}) == "map[input:{[34 97 34]}]"
