import pytest
from hypothesis import given
from hypothesis import strategies as st

from argosy.sandbox.quantity import canonical_quantity, quantity_value


# The right-hand sides are what kube-apiserver 1.37 answers.
@pytest.mark.parametrize(
    ("written", "answered"),
    [
        ("1000m", "1"),
        ("0.5", "500m"),
        ("1.5", "1500m"),
        ("1024Mi", "1Gi"),
        ("1.5Gi", "1536Mi"),
        ("100M", "100M"),
        ("1000M", "1G"),
        (2, "2"),
        ("1e3", "1e3"),
        ("1e9", "1e9"),
        ("0", "0"),
        ("0Gi", "0"),
        ("1500k", "1500k"),
    ],
)
def test_quantities_become_canonical(written: object, answered: str) -> None:
    assert canonical_quantity(written) == answered


@given(
    st.integers(0, 10**6),
    st.sampled_from(["", "m", "k", "M", "G", "T", "Ki", "Mi", "Gi", "Ti", "e3"]),
)
def test_the_canonical_form_is_the_same_amount_and_stays(number: int, suffix: str) -> None:
    written = f"{number}{suffix}"
    canonical = canonical_quantity(written)
    assert quantity_value(canonical) == quantity_value(written)
    assert canonical_quantity(canonical) == canonical


@pytest.mark.parametrize("text", ["", "many", "1 Gi", "Gi", "1gb", None, True])
def test_what_is_no_quantity_has_no_value(text: object) -> None:
    assert quantity_value(text) is None
    assert canonical_quantity(text) == text
