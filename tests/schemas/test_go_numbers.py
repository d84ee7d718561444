"""Numbers in Go's form."""

import pytest

from argosy.schemas.go_numbers import format_general, format_general_32, json_number, parse_integer


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (-0.0, "-0"),
        (21.0, "21"),
        (100000.0, "100000"),
        (1000000.0, "1e+06"),
        (999999.5, "999999.5"),
        (1234567.8, "1.2345678e+06"),
        (0.0001, "0.0001"),
        (0.00001, "1e-05"),
        (5e-324, "5e-324"),
        (1e100, "1e+100"),
        (-1.5, "-1.5"),
        (float("inf"), "+Inf"),
        (float("-inf"), "-Inf"),
        (float("nan"), "NaN"),
    ],
)
def test_floats_have_the_fewest_digits_and_an_exponent_from_six_on(value: float, text: str) -> None:
    assert format_general(value) == text


def test_short_floats_have_fewer_digits() -> None:
    assert format_general_32(0.1) == "0.1"
    assert format_general_32(1 / 3) == "0.33333334"
    assert format_general_32(1e39) == "+Inf"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("012", 10),
        ("0o17", 15),
        ("-0x1F", -31),
        ("+0b11", 3),
        ("18446744073709551615", 2**64 - 1),
        ("+18446744073709551615", None),
        ("18446744073709551616", None),
        ("-9223372036854775809", None),
        ("08", None),
        ("1_000", None),
        ("٣", None),
        ("", None),
        ("9" * 5000, None),
    ],
)
def test_integers_are_read_in_their_base(text: str, value: int | None) -> None:
    assert parse_integer(text) == value


def test_json_keeps_the_fewest_digits() -> None:
    assert json_number(2.0**60) == 1152921504606847000
    assert json_number(1e19) == 1e19
    assert isinstance(json_number(3.0), int)
