"""What kube-apiserver says of metadata; the words are ours, the verdicts its own (ValidateObjectMeta)."""

from typing import Any

import pytest

from argosy.compiler.checks.admission import metadata_problems

_OWNER = {"apiVersion": "v1", "kind": "ConfigMap", "name": "n", "uid": "u"}


def _places(metadata: dict[str, Any]) -> list[str]:
    return [".".join(path) for path, _ in metadata_problems({"name": "web", **metadata})]


@pytest.mark.parametrize(
    "metadata",
    [
        {},
        {"name": f"{'a' * 125}.{'b' * 127}", "namespace": "a" * 63},
        {"namespace": None, "generateName": "web-", "creationTimestamp": None},
        {"labels": {"a.b/C_d": "", "x": "A" * 63}, "annotations": {"Up.Case/x": "any\ntext"}},
        {"labels": {"x": None}, "annotations": {"x": None}},
        {"finalizers": ["foregroundDeletion", "example.com/x"]},
        {"ownerReferences": [{**_OWNER, "controller": True}, {**_OWNER, "name": "m", "controller": False}]},
        {"creationTimestamp": "2024-01-31T12:00:00Z", "deletionTimestamp": "2024-01-31T12:00:00.5+01:00"},
    ],
)
def test_metadata_that_the_api_server_takes(metadata: dict[str, Any]) -> None:
    assert _places(metadata) == []


@pytest.mark.parametrize(
    ("metadata", "place"),
    [
        ({"name": "a" * 254}, "name"),
        ({"name": None, "generateName": "web-"}, "generateName"),
        ({"generateName": "Web-"}, "generateName"),
        ({"generateName": "web."}, "generateName"),
        ({"namespace": "a.b"}, "namespace"),
        ({"namespace": "a" * 64}, "namespace"),
        ({"labels": {"a/b/c": "x"}}, "labels.a/b/c"),
        ({"labels": {"x": "-a"}}, "labels.x"),
        ({"annotations": {"a b": "x"}}, "annotations.a b"),
        ({"finalizers": ["orphan", "foregroundDeletion"]}, "finalizers"),
        ({"finalizers": ["a b"]}, "finalizers"),
        ({"ownerReferences": [{**_OWNER, "uid": ""}]}, "ownerReferences"),
        ({"ownerReferences": [{**_OWNER, "kind": "Event"}]}, "ownerReferences"),
        ({"ownerReferences": [{**_OWNER, "controller": True}] * 2}, "ownerReferences"),
        ({"creationTimestamp": "2024-01-31"}, "creationTimestamp"),
    ],
)
def test_metadata_that_the_api_server_refuses(metadata: dict[str, Any], place: str) -> None:
    assert _places(metadata) == [place]
