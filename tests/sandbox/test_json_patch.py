from typing import Any

import pytest

from argosy.sandbox.json_patch import PatchError, apply_json_patch, apply_merge_patch

DOCUMENT = {"a": {"b": [1, 2, 3]}, "x/y": {"~": 0}}


@pytest.mark.parametrize(
    ("operation", "patched"),
    [
        ({"op": "add", "path": "/a/c", "value": 1}, {"a": {"b": [1, 2, 3], "c": 1}, "x/y": {"~": 0}}),
        ({"op": "add", "path": "/a/b/1", "value": 9}, {"a": {"b": [1, 9, 2, 3]}, "x/y": {"~": 0}}),
        ({"op": "add", "path": "/a/b/-", "value": 9}, {"a": {"b": [1, 2, 3, 9]}, "x/y": {"~": 0}}),
        ({"op": "remove", "path": "/a/b/0"}, {"a": {"b": [2, 3]}, "x/y": {"~": 0}}),
        ({"op": "replace", "path": "/x~1y/~0", "value": 5}, {"a": {"b": [1, 2, 3]}, "x/y": {"~": 5}}),
        ({"op": "move", "from": "/a/b", "path": "/c"}, {"a": {}, "c": [1, 2, 3], "x/y": {"~": 0}}),
        ({"op": "copy", "from": "/a/b/0", "path": "/c"}, {"a": {"b": [1, 2, 3]}, "c": 1, "x/y": {"~": 0}}),
        ({"op": "test", "path": "/a/b", "value": [1, 2, 3]}, DOCUMENT),
        ({"op": "test", "path": "/nowhere", "value": None}, DOCUMENT),
        ({"op": "replace", "path": "", "value": 1}, 1),
    ],
)
def test_each_operation_does_what_rfc_6902_says(operation: dict[str, Any], patched: object) -> None:
    assert apply_json_patch(DOCUMENT, [operation]) == patched
    assert DOCUMENT == {"a": {"b": [1, 2, 3]}, "x/y": {"~": 0}}


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "remove", "path": "/nope"},
        {"op": "replace", "path": "/nope", "value": 1},
        {"op": "add", "path": "/nope/deeper", "value": 1},
        {"op": "add", "path": "/a/b/7", "value": 1},
        {"op": "remove", "path": "/a/b/x"},
        {"op": "test", "path": "/a/b", "value": [1]},
        {"op": "test", "path": "/x~1y/~0", "value": False},
        {"op": "move", "from": "/nope", "path": "/c"},
        {"op": "add", "path": "a", "value": 1},
        {"op": "shuffle", "path": "/a"},
        {"path": "/a"},
        {"op": "add"},
        "text",
    ],
)
def test_an_operation_that_does_not_fit_is_refused(operation: Any) -> None:
    with pytest.raises(PatchError):
        apply_json_patch(DOCUMENT, [operation])


# RFC 7386, appendix A.
@pytest.mark.parametrize(
    ("target", "patch", "merged"),
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        (["a", "b"], ["c", "d"], ["c", "d"]),
        ({"a": "b"}, ["c"], ["c"]),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_merge_patches_follow_the_examples_of_the_rfc(target: Any, patch: Any, merged: Any) -> None:
    assert apply_merge_patch(target, patch) == merged
