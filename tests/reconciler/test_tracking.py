"""Whose an object is."""

from typing import Any

import pytest

from argosy.clusters.objects import ObjectRef
from argosy.reconciler.tracking import TrackingId, installation_of, owner_of, with_tracking
from argosy.schemas.model.application import instance_name


def made(kind: str = "Deployment", api_version: str = "apps/v1", namespace: str = "shop") -> dict[str, Any]:
    metadata = {"name": "web", **({"namespace": namespace} if namespace else {})}
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (made(), "app:apps/Deployment:shop/web"),
        (made("ConfigMap", "v1"), "app:/ConfigMap:shop/web"),
        (made("Namespace", "v1", ""), "app:/Namespace:target/web"),
    ],
)
def test_an_id_is_written_as_argo_cd_writes_it_and_names_its_object(value: dict[str, Any], text: str) -> None:
    marked = with_tracking(value, "app", "main", "target")
    assert marked["metadata"]["annotations"] == {"argocd.argoproj.io/tracking-id": text}
    owner = owner_of(marked)
    assert owner is not None
    assert (owner.app, str(owner)) == ("app", text)
    assert installation_of(marked) == "main"


def test_marking_leaves_the_manifest_and_its_pod_template_as_they_were() -> None:
    value = made()
    value["metadata"]["labels"] = {"app": "web"}
    value["spec"] = {"template": {"metadata": {"labels": {"app": "web"}}}}
    marked = with_tracking(value, "app", "main", "")
    assert value["metadata"]["labels"] == {"app": "web"}
    assert "annotations" not in value["metadata"]
    assert marked["spec"] == value["spec"]
    assert marked["metadata"]["labels"] == {"app": "web", "argosy.dev/installation": "main"}


@pytest.mark.parametrize(
    "text",
    [
        "app:apps/Deployment:shop/api",
        "app:apps/Deployment:other/web",
        "app:apps/StatefulSet:shop/web",
        "app:/Deployment:shop/web",
    ],
)
def test_a_copied_id_says_nothing_about_the_object_that_it_was_copied_to(text: str) -> None:
    value = made()
    value["metadata"]["annotations"] = {"argocd.argoproj.io/tracking-id": text}
    assert owner_of(value) is None


@pytest.mark.parametrize(
    "text", ["", "app", "app:x", "app:Deployment:shop/web", ":apps/D:s/w", "app:apps/D:web", "app:apps/:a/b"]
)
def test_what_is_no_id_is_none(text: str) -> None:
    assert TrackingId.parse(text) is None


def test_a_name_with_colons_survives() -> None:
    ref = ObjectRef("rbac.authorization.k8s.io", "v1", "ClusterRole", "", "system:node:reader")
    text = str(TrackingId.of("app", ref, "shop"))
    parsed = TrackingId.parse(text)
    assert parsed is not None
    assert parsed.names(ref)


def test_an_application_outside_the_control_plane_is_called_with_its_namespace() -> None:
    assert instance_name("argocd", "web", "argocd") == "web"
    assert instance_name("team", "web", "argocd") == "team_web"


def test_annotations_that_are_no_mapping_are_nobodys() -> None:
    assert owner_of({"metadata": {"annotations": None, "labels": []}}) is None
    assert installation_of({"metadata": None}) == ""
