import json

import pytest
from object_engine import CONFIG_MAPS, apply, environment, owners

from argosy.sandbox import objects
from argosy.sandbox.errors import ApiError
from argosy.sandbox.managed_fields import LAST_APPLIED
from argosy.sandbox.objects import WriteOptions
from argosy.sandbox.patches import MERGE_PATCH


def _merge(live: dict, body: dict, *, by: str = "updater", second: int = 1) -> dict:
    payload = json.dumps(body).encode()
    return objects.patch(
        CONFIG_MAPS, live, payload, MERGE_PATCH, WriteOptions(by), environment(second)
    ).object


def test_an_applier_owns_what_it_applied() -> None:
    live = apply(CONFIG_MAPS, None, {"data": {"a": "1"}}).object
    assert owners(live) == {"me": {"f:data": {"f:a": {}}}}


def test_a_shared_value_is_owned_by_both_and_stays_until_both_let_go() -> None:
    live = apply(CONFIG_MAPS, None, {"data": {"a": "1"}}).object
    live = apply(CONFIG_MAPS, live, {"data": {"a": "1"}}, by="you").object
    assert owners(live).keys() == {"me", "you"}
    live = apply(CONFIG_MAPS, live, {}).object
    assert live["data"] == {"a": "1"}
    live = apply(CONFIG_MAPS, live, {}, by="you").object
    assert "data" not in live


def test_a_conflict_names_each_field_and_its_owner() -> None:
    live = apply(CONFIG_MAPS, None, {"data": {"a": "1", "b": "2"}}).object
    with pytest.raises(ApiError) as caught:
        apply(CONFIG_MAPS, live, {"data": {"a": "x", "b": "y"}}, by="you")
    status = caught.value.to_status()
    assert (status["code"], status["reason"]) == (409, "Conflict")
    assert status["message"] == 'Apply failed with 2 conflicts: conflicts with "me":\n- .data.a\n- .data.b'
    assert [cause["field"] for cause in status["details"]["causes"]] == [".data.a", ".data.b"]


def test_force_takes_the_field_away_from_its_owner() -> None:
    live = apply(CONFIG_MAPS, None, {"data": {"a": "1", "b": "2"}}).object
    live = apply(CONFIG_MAPS, live, {"data": {"a": "x"}}, by="you", force=True).object
    assert owners(live) == {"me": {"f:data": {"f:b": {}}}, "you": {"f:data": {"f:a": {}}}}


def test_an_update_takes_what_it_changes_from_appliers() -> None:
    live = apply(CONFIG_MAPS, None, {"data": {"a": "1", "b": "2"}}).object
    live = _merge(live, {"data": {"a": "x"}})
    assert owners(live) == {"me": {"f:data": {"f:b": {}}}, "updater": {"f:data": {"f:a": {}}}}


def test_the_time_of_an_entry_moves_only_with_its_fields() -> None:
    live = apply(CONFIG_MAPS, None, {"data": {"a": "1"}}, second=1).object
    again = apply(CONFIG_MAPS, live, {"data": {"a": "1"}}, second=2)
    assert not again.changed
    assert again.object is live
    changed = apply(CONFIG_MAPS, live, {"data": {"a": "2"}}, second=3).object
    assert changed["metadata"]["managedFields"][0]["time"] == "2026-01-01T00:00:03Z"


def test_an_object_without_owners_belongs_to_before_first_apply() -> None:
    live = apply(CONFIG_MAPS, None, {"data": {"a": "1"}}).object
    live = _merge(live, {"metadata": {"managedFields": [{}]}})
    assert owners(live) == {}
    live = apply(CONFIG_MAPS, live, {"data": {"a": "1", "b": "2"}}).object
    assert owners(live)["before-first-apply"] == {"f:data": {".": {}, "f:a": {}}}


def test_more_than_ten_updaters_of_old_become_one() -> None:
    live = apply(CONFIG_MAPS, None, {"data": {"a": "1"}}).object
    for number in range(12):
        live = _merge(live, {"data": {f"k{number}": "v"}}, by=f"u{number:02}", second=number + 1)
    found = owners(live)
    assert len(found) == 11
    assert found["ancient-changes"] == {"f:data": {"f:k0": {}, "f:k1": {}, "f:k2": {}}}


def test_kubectl_takes_over_what_its_annotation_says_it_applied() -> None:
    last = {"apiVersion": "v1", "kind": "ConfigMap", "data": {"a": "1"}, "metadata": {"name": "it"}}
    body = {
        "metadata": {"name": "it", "annotations": {LAST_APPLIED: json.dumps(last)}},
        "data": {"a": "1", "b": "2"},
    }
    options = WriteOptions("kubectl-client-side-apply")
    live = objects.create(CONFIG_MAPS, "default", body, options, environment()).object
    taken = apply(CONFIG_MAPS, live, {"data": {"a": "9"}}, by="kubectl").object
    assert taken["data"]["a"] == "9"
    assert '"a":"9"' in taken["metadata"]["annotations"][LAST_APPLIED]
    with pytest.raises(ApiError, match=r"\.data\.b"):
        apply(CONFIG_MAPS, live, {"data": {"b": "9"}}, by="kubectl")
    with pytest.raises(ApiError, match=r"\.data\.a"):
        apply(CONFIG_MAPS, live, {"data": {"a": "9"}}, by="somebody")
