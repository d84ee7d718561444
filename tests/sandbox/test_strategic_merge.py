from typing import Any

import pytest
from object_engine import DEPLOYMENTS

from argosy.sandbox.errors import ApiError
from argosy.sandbox.strategic_merge import apply_strategic_merge_patch

POD_SPEC = DEPLOYMENTS.schema
for _name in ("spec", "template", "spec"):
    POD_SPEC = POD_SPEC.child_or_deduced(_name)


def _patch(current: dict[str, Any], patch: dict[str, Any]) -> dict[str, Any]:
    return apply_strategic_merge_patch(POD_SPEC, current, patch)


def _named(*names: str) -> list[dict[str, Any]]:
    return [{"name": name} for name in names]


def test_items_merge_by_key_and_new_ones_come_last() -> None:
    current = {"containers": [{"name": "a", "image": "1"}, {"name": "b", "image": "2"}]}
    patch = {"containers": [{"name": "b", "image": "3"}, {"name": "c"}]}
    assert _patch(current, patch) == {
        "containers": [{"name": "a", "image": "1"}, {"name": "b", "image": "3"}, {"name": "c"}]
    }


def test_an_element_order_reorders_what_it_names() -> None:
    current = {"containers": _named("a", "b", "c")}
    patch = {"$setElementOrder/containers": _named("c", "a"), "containers": [{"name": "c", "image": "x"}]}
    assert _patch(current, patch)["containers"] == [{"name": "b"}, {"name": "c", "image": "x"}, {"name": "a"}]


def test_a_directive_deletes_an_item_or_a_map() -> None:
    current = {"containers": _named("a", "b"), "nodeSelector": {"x": "1"}}
    patch = {"containers": [{"name": "a", "$patch": "delete"}], "nodeSelector": {"$patch": "delete"}}
    assert _patch(current, patch) == {"containers": _named("b"), "nodeSelector": {}}


def test_a_directive_replaces_a_list_or_a_map() -> None:
    current = {"containers": _named("a", "b"), "nodeSelector": {"x": "1"}}
    patch = {
        "containers": [{"$patch": "replace"}, {"name": "z"}],
        "nodeSelector": {"$patch": "replace", "y": "2"},
    }
    assert _patch(current, patch) == {"containers": _named("z"), "nodeSelector": {"y": "2"}}


def test_lists_of_scalars_lose_named_values() -> None:
    metadata = DEPLOYMENTS.schema.child_or_deduced("metadata")
    current = {"finalizers": ["a/a", "b/b"]}
    added = apply_strategic_merge_patch(metadata, current, {"finalizers": ["c/c", "a/a"]})
    assert set(added["finalizers"]) == {"a/a", "b/b", "c/c"}
    removed = apply_strategic_merge_patch(metadata, current, {"$deleteFromPrimitiveList/finalizers": ["a/a"]})
    assert removed == {"finalizers": ["b/b"]}


def test_lists_without_strategy_are_replaced() -> None:
    current = {"containers": [{"name": "a", "command": ["x", "y"]}]}
    patch = {"containers": [{"name": "a", "command": ["z"]}]}
    assert _patch(current, patch)["containers"] == [{"name": "a", "command": ["z"]}]


def test_only_retained_keys_survive() -> None:
    current = {"volumes": [{"name": "v", "emptyDir": {}}]}
    patch = {"volumes": [{"$retainKeys": ["name", "secret"], "name": "v", "secret": {"secretName": "s"}}]}
    assert _patch(current, patch)["volumes"] == [{"name": "v", "secret": {"secretName": "s"}}]


@pytest.mark.parametrize(
    ("patch", "code"),
    [
        ({"containers": [{"image": "x"}]}, 500),
        ({"containers": ["x"]}, 500),
        ({"$patch": "explode"}, 500),
        ({"$retainKeys": "name"}, 400),
        ({"$retainKeys": ["a"], "b": 1}, 400),
        ({"$deleteFromPrimitiveList/finalizers": "a"}, 400),
    ],
)
def test_patches_that_make_no_sense_are_refused(patch: dict[str, Any], code: int) -> None:
    with pytest.raises(ApiError) as caught:
        _patch({"containers": _named("a")}, patch)
    assert caught.value.code == code
