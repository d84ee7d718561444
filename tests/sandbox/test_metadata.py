from typing import Any

import pytest

from argosy.sandbox.field_errors import Problems
from argosy.sandbox.metadata import NameRule, validate_metadata, validate_metadata_update


def _fields(
    metadata: dict[str, Any], rule: NameRule = NameRule.SUBDOMAIN, namespaced: bool = True
) -> list[str]:
    problems = Problems()
    validate_metadata(metadata, namespaced, rule, False, problems)
    return [cause.field for cause in problems.causes]


@pytest.mark.parametrize(
    ("metadata", "field"),
    [
        ({"name": ""}, "metadata.name"),
        ({"name": "Upper"}, "metadata.name"),
        ({"name": "-a"}, "metadata.name"),
        ({"name": "a" * 254}, "metadata.name"),
        ({"name": "a", "labels": {"a b": "c"}}, "metadata.labels"),
        ({"name": "a", "labels": {"a": "-"}}, "metadata.labels"),
        ({"name": "a", "labels": {"a": "x" * 64}}, "metadata.labels"),
        ({"name": "a", "labels": {"/x": "y"}}, "metadata.labels"),
        ({"name": "a", "annotations": {"a" * 64: "x"}}, "metadata.annotations"),
        ({"name": "a", "annotations": {"big": "x" * 300_000}}, "metadata.annotations"),
        ({"name": "a", "finalizers": ["short"]}, "metadata.finalizers[0]"),
        (
            {"name": "a", "ownerReferences": [{"kind": "Pod", "name": "p", "uid": "u"}]},
            "metadata.ownerReferences[0].apiVersion",
        ),
    ],
)
def test_each_mistake_is_found_at_its_field(metadata: dict[str, Any], field: str) -> None:
    assert _fields(metadata) == [field]


def test_good_metadata_has_no_problems() -> None:
    metadata = {
        "name": "a.b-c",
        "generateName": "a-",
        "labels": {"example.com/x": "", "y": "A.b_c"},
        "annotations": {"UPPER.example.com/x": "anything at all"},
        "finalizers": ["example.com/hold", "orphan"],
    }
    assert _fields(metadata) == []


def test_names_follow_the_rule_of_their_kind() -> None:
    assert _fields({"name": "a.b"}, NameRule.LABEL) == ["metadata.name"]
    assert _fields({"name": "system:Node Reader"}, NameRule.PATH_SEGMENT) == []
    assert _fields({"name": "a/b"}, NameRule.PATH_SEGMENT) == ["metadata.name"]
    assert _fields({"name": "a", "namespace": "b"}, namespaced=False) == ["metadata.namespace"]


def test_an_update_keeps_identity_and_adds_no_finalizers_to_what_goes() -> None:
    problems = Problems()
    old = {"name": "a", "uid": "1", "deletionTimestamp": "t", "finalizers": ["e.com/a"]}
    new = {"name": "b", "uid": "2", "deletionTimestamp": "t", "finalizers": ["e.com/a", "e.com/b"]}
    validate_metadata_update(new, old, False, problems)
    assert [cause.field for cause in problems.causes] == [
        "metadata.finalizers",
        "metadata.name",
        "metadata.uid",
    ]
