"""Writing YAML agrees with sigs.k8s.io/yaml, recorded in `fixtures/go-yaml/written.json`."""

import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from argosy.schemas.yaml_reader import read_value
from argosy.schemas.yaml_writer import quote_scalar, write_documents, write_yaml

GO_YAML = Path(__file__).parent.parent / "fixtures" / "go-yaml"
RECORDED: list[dict[str, Any]] = json.loads((GO_YAML / "written.json").read_text())

TRICKY = some.sampled_from(
    [
        "yes",
        "null",
        "<<",
        "~",
        "0x1f",
        "1:30",
        "2020-01-01",
        "a: b",
        "- ",
        "#",
        "{{.x}}",
        "\n",
        "  ",
        " \n",
        "é",
    ]
)
TEXT = some.text(max_size=40) | some.lists(TRICKY | some.text(max_size=5), max_size=12).map("".join)
INTEGERS = some.integers(-(2**63), 2**63 - 1)
FLOATS = some.floats(allow_nan=False, allow_infinity=False).filter(lambda value: not value.is_integer())
VALUES = some.recursive(
    some.none() | some.booleans() | INTEGERS | FLOATS | TEXT,
    lambda inner: some.lists(inner, max_size=4) | some.dictionaries(TEXT, inner, max_size=4),
)


@pytest.mark.parametrize("case", RECORDED, ids=[case["name"] for case in RECORDED])
def test_a_value_is_written_as_go_writes_it(case: dict[str, Any]) -> None:
    assert write_yaml(case["value"]) == case["yaml"]


@given(VALUES)
def test_what_is_written_reads_back_equal(value: object) -> None:
    assert read_value(write_yaml(value)) == value


@given(TEXT)
def test_a_quoted_scalar_reads_back_in_one_line(text: str) -> None:
    quoted = quote_scalar(text)
    assert "\n" not in quoted
    assert read_value(f"- {quoted}\n") == [text]


@pytest.mark.parametrize("key", ["<<", "\u2028", "\u2029x", "\ufeffx", "\x85"])
def test_texts_that_go_writes_wrongly_read_back_equal(key: str) -> None:
    assert read_value(write_yaml({key: key + "\ny", "b": key})) == {key: key + "\ny", "b": key}


def test_documents_are_parted() -> None:
    assert write_documents([{"a": 1}, [1]]) == "a: 1\n---\n- 1\n"


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_numbers_that_json_cannot_hold_are_refused(value: float) -> None:
    with pytest.raises(ValueError, match="cannot hold the number"):
        write_yaml({"a": value})


def test_what_json_cannot_hold_is_refused() -> None:
    with pytest.raises(TypeError, match="type bytes"):
        write_yaml({"a": b"x"})
