"""Secret values stay out of what servers say."""

import base64
import json
from typing import Any

import pytest

from argosy.clusters.masking import masker

MARKER = "hunter2-marker"


def secret(**fields: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, **fields}


@pytest.mark.parametrize("field", ["data", "stringData"])
def test_a_value_that_was_sent_is_blanked(field: str) -> None:
    mask = masker(secret(**{field: {"password": MARKER}}))
    assert mask(f'Secret "s" is invalid: {MARKER} is too short') == 'Secret "s" is invalid: *** is too short'


def test_both_the_encoded_and_the_plain_form_are_blanked() -> None:
    encoded = base64.b64encode(MARKER.encode()).decode()
    for held in ({"data": {"p": encoded}}, {"stringData": {"p": MARKER}}):
        text = masker(secret(**held))(f"{MARKER} and {encoded}")
        assert text == "*** and ***"


def test_a_value_with_quotes_and_line_ends_is_blanked_as_go_and_json_escape_it() -> None:
    value = 'first "line"\nsecond-line'
    mask = masker(secret(stringData={"p": value}))
    found = mask(f"bad: {json.dumps(value)} near second-line")
    assert "second-line" not in found
    assert "first" not in found


def test_a_number_in_place_of_a_string_is_blanked() -> None:
    mask = masker(secret(stringData={"pin": 4711}))
    assert "4711" not in mask("expected string, got &value.valueUnstructured{Value:4711}")


def test_what_a_server_quotes_of_a_secret_is_blanked_although_it_was_not_sent() -> None:
    mask = masker(secret(data={}))
    assert mask('data[x]: Invalid value: "abc": no') == "data[x]: Invalid value: ***: no"


def test_a_short_value_is_blanked_as_a_word_and_does_not_turn_the_text_to_stars() -> None:
    mask = masker(secret(stringData={"p": "a"}))
    assert mask("data has a value") == "data has *** value"


def test_secrets_inside_a_list_are_found() -> None:
    value = {"apiVersion": "v1", "kind": "List", "items": [secret(stringData={"p": MARKER})]}
    assert MARKER not in masker(value)(f"no: {MARKER}")


def test_other_kinds_are_left_as_they_are() -> None:
    value = {"apiVersion": "v1", "kind": "ConfigMap", "data": {"p": MARKER}}
    assert masker(value)(f"Invalid value: {MARKER}") == f"Invalid value: {MARKER}"
