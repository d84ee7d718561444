"""What is dropped, refused and normalised; admission as recorded from kube-apiserver 1.37 with our
definitions."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from argosy.schemas.structure import normalize_application, prune, refusals
from argosy.schemas.wording import dotted

FILE = Path(__file__).parent.parent / "fixtures" / "admission" / "kube-apiserver-1.37.json"
RECORDED: list[dict[str, Any]] = json.loads(FILE.read_text())


def manifest(spec: object, kind: str = "Application", **metadata: object) -> dict[str, Any]:
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": kind,
        "metadata": {"name": "x", **metadata},
        "spec": spec,
    }


def normalized(**spec: object) -> Any:
    return normalize_application(manifest({"project": "p", "destination": {}, **spec}))["spec"]


@pytest.mark.parametrize("case", RECORDED, ids=[case["name"] for case in RECORDED])
def test_admission_is_that_of_the_api_server(case: dict[str, Any]) -> None:
    value = manifest(case["spec"], case["kind"])
    before = copy.deepcopy(value)
    refused = refusals(case["kind"], value)
    if "stored" in case:
        assert refused == ()
        assert prune(case["kind"], value)[0]["spec"] == case["stored"]
    else:
        # The server names a missing field itself, we name the mapping that lacks it.
        found = {dotted(one.path) + _missing_field(one.code, one.message) for one in refused}
        assert sorted(found) == case["refused"]
    assert value == before


def _missing_field(code: str, message: str) -> str:
    return "." + message.rsplit("`", 2)[1] if code == "missing-field" else ""


def test_every_unknown_field_is_named_once() -> None:
    value = manifest(
        {
            "project": "p",
            "destination": {"bogus": {"deep": 1}},
            "sources": [{"repoURL": "r"}, {"bogus": None}],
        },
        bogus=1,
        labels={"any": "label"},
    )
    value["other"] = 1
    stored, dropped = prune("Application", value)
    assert [dotted(path) for path in dropped] == [
        "metadata.bogus",
        "spec.destination.bogus",
        "spec.sources[1].bogus",
        "other",
    ]
    assert stored == manifest(
        {"project": "p", "destination": {}, "sources": [{"repoURL": "r"}, {}]}, labels={"any": "label"}
    )


def test_a_pruned_value_shares_nothing_with_the_original() -> None:
    value = manifest(
        {"project": "p", "destination": {}, "source": {"repoURL": "r", "helm": {"valuesObject": {"a": []}}}}
    )
    stored, _ = prune("Application", value)
    stored["spec"]["source"]["helm"]["valuesObject"]["a"].append(1)
    assert value["spec"]["source"]["helm"]["valuesObject"]["a"] == []


@pytest.mark.parametrize("name", ["Bad", "a_b", "-a", "a.", "", "a\n", "a" * 254])
def test_names_that_kubernetes_does_not_take_are_refused(name: str) -> None:
    value = manifest({"project": "p", "destination": {}})
    value["metadata"]["name"] = name
    assert [one.path for one in refusals("Application", value)] == [("metadata", "name")]


@pytest.mark.parametrize(
    ("metadata", "missing"),
    [({}, True), ({"name": None}, True), ({"name": "x"}, False), ({"generateName": "x-"}, False)],
)
def test_a_manifest_needs_a_name(metadata: dict[str, Any], missing: bool) -> None:
    value = {**manifest({"project": "p", "destination": {}}), "metadata": metadata}
    found = [one.message for one in refusals("Application", value)]
    assert found == (["`metadata` needs a field `name`"] if missing else [])


def test_what_is_no_mapping_is_refused() -> None:
    assert [one.message for one in refusals("Application", ["x"])] == [
        "the document must be a mapping; found a list"
    ]


def test_a_kind_without_schema_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        refusals("Rollout", {})


class TestNormalizing:
    def test_empty_sections_go_but_automated_stays(self) -> None:
        source = {"repoURL": "r", "helm": {}, "kustomize": {}, "directory": {"jsonnet": {}, "recurse": False}}
        assert normalized(source=source, syncPolicy={}) == {
            "project": "p",
            "destination": {},
            "source": {"repoURL": "r"},
        }
        assert normalized(syncPolicy={"automated": {}})["syncPolicy"] == {"automated": {}}
        assert normalized(syncPolicy={"retry": {}})["syncPolicy"] == {"retry": {}}

    def test_a_policy_of_empty_lists_goes(self) -> None:
        assert "syncPolicy" not in normalized(syncPolicy={"syncOptions": []})

    def test_every_source_is_normalised(self) -> None:
        sources = [{"repoURL": "a", "helm": {"values": ""}}, {"repoURL": "b", "kustomize": {"images": []}}]
        assert normalized(sources=sources)["sources"] == [{"repoURL": "a"}, {"repoURL": "b"}]

    def test_kustomize_switches_alone_do_not_count(self) -> None:
        source = {"repoURL": "r", "kustomize": {"forceCommonLabels": True}}
        assert normalized(source=source)["source"] == {"repoURL": "r"}
        source = {"repoURL": "r", "kustomize": {"forceCommonLabels": True, "namePrefix": "x-"}}
        assert normalized(source=source)["source"] == source

    def test_includes_keep_a_directory(self) -> None:
        source = {"repoURL": "r", "directory": {"include": "*.yaml", "recurse": False}}
        assert normalized(source=source)["source"]["directory"] == {"include": "*.yaml"}

    def test_pointers_keep_their_zero(self) -> None:
        policy = {
            "automated": {"enabled": False, "prune": False},
            "retry": {"limit": 0, "backoff": {"factor": 0}},
        }
        found = normalized(syncPolicy=policy, revisionHistoryLimit=0)
        assert found["syncPolicy"] == {"automated": {"enabled": False}, "retry": {"backoff": {"factor": 0}}}
        assert found["revisionHistoryLimit"] == 0

    def test_values_stay_as_they_are(self) -> None:
        helm = {"valuesObject": {"empty": {}, "zero": 0, "off": False, "none": None, "text": ""}}
        assert normalized(source={"repoURL": "r", "helm": helm})["source"]["helm"] == helm

    def test_an_empty_project_is_the_default_one(self) -> None:
        assert normalized(project="")["project"] == "default"

    def test_empty_labels_go_and_empty_values_of_labels_stay(self) -> None:
        value = manifest({"project": "p", "destination": {}}, labels={}, annotations={"a": ""})
        assert normalize_application(value)["metadata"] == {"name": "x", "annotations": {"a": ""}}

    def test_the_original_is_not_changed(self) -> None:
        value = manifest({"project": "", "destination": {}, "source": {"repoURL": "r", "helm": {}}})
        before = copy.deepcopy(value)
        normalize_application(value)
        assert value == before
