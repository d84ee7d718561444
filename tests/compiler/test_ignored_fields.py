"""Which fields of a generated Application others may change."""

from collections.abc import Sequence
from typing import Any

import pytest

from argosy.compiler.ignored_fields import IgnoredFields, parse_pointer


def no_jq(expressions: Sequence[str], documents: Sequence[Any]) -> Sequence[Any]:
    raise AssertionError(f"nobody asked for {expressions}")


def ignored(*rules: dict[str, Any]) -> IgnoredFields:
    return IgnoredFields(rules, no_jq)


MANIFEST = {
    "metadata": {"name": "web", "annotations": {"a/b": "1"}},
    "spec": {"sources": [{"x": 1}, {"x": 2}]},
}


@pytest.mark.parametrize(
    ("pointer", "names"),
    [("/spec/a", ("spec", "a")), ("/a~1b/c~0d", ("a/b", "c~d")), ("", ()), ("spec/a", ()), ("/", ("",))],
)
def test_a_pointer_is_read_by_its_standard(pointer: str, names: tuple[str, ...]) -> None:
    assert parse_pointer(pointer) == names


def test_fields_and_items_are_left_out_of_copies() -> None:
    rule = {
        "jsonPointers": [
            "/metadata/annotations/a~1b",
            "/spec/sources/0",
            "/spec/nothing/here",
            "/spec/sources/x",
        ]
    }
    (found,) = ignored(rule)("web", [MANIFEST])
    assert found == {"metadata": {"name": "web", "annotations": {}}, "spec": {"sources": [{"x": 2}]}}
    assert len(MANIFEST["spec"]["sources"]) == 2  # type: ignore[arg-type]


def test_a_rule_with_a_name_is_for_that_application_only() -> None:
    rules = ignored({"name": "api", "jsonPointers": ["/spec"]})
    manifests = [MANIFEST]
    assert rules("web", manifests) is manifests
    assert "spec" not in rules("api", manifests)[0]


def test_jq_is_asked_only_where_a_rule_needs_it() -> None:
    asked = []

    def jq(expressions: Sequence[str], documents: Sequence[Any]) -> Sequence[Any]:
        asked.append(list(expressions))
        return documents

    rules = IgnoredFields(
        ({"jqPathExpressions": [".a", ".b"]}, {"name": "x", "jqPathExpressions": [".c"]}), jq
    )
    rules("web", [MANIFEST])
    assert asked == [[".a", ".b"]]
    assert rules.need_jq and not ignored({"jsonPointers": ["/a"]}).need_jq
