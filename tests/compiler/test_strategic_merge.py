"""Strategic merge patches as Kubernetes applies them to Applications."""

from typing import Any

import pytest

from argosy.compiler.strategic_merge import PatchError, strategic_merge

VALUES = "spec.source.helm.valuesObject"
ORIGINAL: dict[str, Any] = {
    "metadata": {"name": "a", "labels": {"x": "1", "y": "2"}, "finalizers": ["f"]},
    "spec": {
        "source": {"helm": {"parameters": [{"name": "p"}], "valuesObject": {"k": 1, "m": {"x": 1}, "l": [1]}}}
    },
}


def values(patch: dict[str, Any]) -> dict[str, Any]:
    return {"spec": {"source": {"helm": {"valuesObject": patch}}}}


@pytest.mark.parametrize(
    ("patch", "path", "expected"),
    [
        ({"metadata": {"labels": {"x": None, "z": "3"}}}, "metadata.labels", {"y": "2", "z": "3"}),
        ({"metadata": {"labels": {"$patch": "replace", "z": "3"}}}, "metadata.labels", {"z": "3"}),
        ({"metadata": {"labels": {"$patch": "delete"}}}, "metadata.labels", {}),
        ({"metadata": {"finalizers": ["g"]}}, "metadata.finalizers", ["g", "f"]),
        ({"metadata": {"$deleteFromPrimitiveList/finalizers": ["f"]}}, "metadata.finalizers", []),
        (
            {"metadata": {"finalizers": ["g"], "$setElementOrder/finalizers": ["f", "g"]}},
            "metadata.finalizers",
            ["f", "g"],
        ),
        ({"metadata": {"$retainKeys": ["name"], "name": "b"}}, "metadata", {"name": "b"}),
        ({"spec": {"source": {"helm": {"parameters": []}}}}, "spec.source.helm.parameters", []),
        ({"spec": {"new": {"a": None, "b": [{"c": None}, None]}}}, "spec.new", {"b": [{}, None]}),
        (
            {"spec": {"new": {"a": {"$patch": "replace", "b": 1}, "c": [{"$patch": "delete"}]}}},
            "spec.new",
            {"c": []},
        ),
        (values({"k": None, "n": {"y": None}}), VALUES, {"m": {"x": 1}, "l": [1], "n": {}}),
        (values({"m": 5, "l": {"$patch": "delete"}}), VALUES, {"k": 1, "m": 5}),
        (values({"$patch": "replace", "n": None}), VALUES, {"n": None}),
        ({"metadata": {"$retainKeys": ["name"], "labels": None}}, "metadata", {"name": "a"}),
    ],
)
def test_a_patch_changes_what_it_names(patch: dict[str, Any], path: str, expected: object) -> None:
    found: Any = strategic_merge(ORIGINAL, patch)
    for key in path.split("."):
        found = found[key]
    assert found == expected


def test_the_original_is_left_alone() -> None:
    strategic_merge(ORIGINAL, {"metadata": {"labels": {"x": None}, "finalizers": ["g"]}})
    assert ORIGINAL["metadata"]["labels"] == {"x": "1", "y": "2"}
    assert ORIGINAL["metadata"]["finalizers"] == ["f"]


@pytest.mark.parametrize(
    ("patch", "problem"),
    [
        (values({"m": {"x": 2}}), "two maps or lists cannot be merged"),
        (values({"m": {"$patch": "replace", "x": 2}}), "two maps or lists cannot be merged"),
        (values({"l": [2]}), "two maps or lists cannot be merged"),
        ({"metadata": {"$patch": "remove"}}, "is not a directive"),
        ({"metadata": {"$setElementOrder/finalizers": "g"}}, "must be a list"),
        ({"metadata": {"finalizers": ["g"], "$setElementOrder/finalizers": ["f"]}}, "in the same order"),
        ({"metadata": {"$patch": "merge", "labels": {}}}, "is not a directive"),
        ({"metadata": {"$retainKeys": ["name"], "labels": {"z": "1"}}}, "must also name"),
    ],
)
def test_what_kubernetes_refuses_is_refused(patch: dict[str, Any], problem: str) -> None:
    with pytest.raises(PatchError, match=problem):
        strategic_merge(ORIGINAL, patch)
