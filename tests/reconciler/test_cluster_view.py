"""What the reconciler knows of a cluster when answers and watches cross on their way."""

from typing import Any, cast

from argosy.clusters.client import Client
from argosy.reconciler.cluster_view import Change, ClusterView
from argosy.reconciler.installation import Installation
from argosy.reconciler.resource import key_of


def config_map(uid: str, version: str) -> dict[str, Any]:
    metadata = {"name": "web", "namespace": "apps", "uid": uid, "resourceVersion": version}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata}


def test_an_answer_that_comes_after_the_end_of_its_object_does_not_bring_it_back() -> None:
    changes: list[Change] = []
    view = ClusterView(cast(Client, None), Installation(), changes.append, cast(Any, None))
    key = key_of(view.put(config_map("first", "1")))
    view.forget(key)
    view.put(config_map("first", "2"))
    assert view.get(key) is None
    assert len(changes) == 1
    view.put(config_map("second", "3"))
    assert view.get(key) is not None
