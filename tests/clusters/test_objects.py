"""Names of kinds and objects."""

import pytest

from argosy.clusters.objects import GroupVersionKind, ObjectRef


@pytest.mark.parametrize(
    ("api_version", "group", "version"),
    [("v1", "", "v1"), ("apps/v1", "apps", "v1"), ("argoproj.io/v1alpha1", "argoproj.io", "v1alpha1")],
)
def test_an_api_version_is_split_into_group_and_version(api_version: str, group: str, version: str) -> None:
    gvk = GroupVersionKind.of({"apiVersion": api_version, "kind": "Thing"})
    assert (gvk.group, gvk.version, gvk.kind) == (group, version, "Thing")
    assert gvk.api_version == api_version


def test_a_ref_prints_as_kubectl_names_things() -> None:
    assert str(ObjectRef("apps", "v1", "Deployment", "shop", "web")) == "apps/Deployment shop/web"
    assert str(ObjectRef("", "v1", "Namespace", "", "shop")) == "Namespace shop"


def test_the_identity_does_not_know_the_version() -> None:
    one = ObjectRef("autoscaling", "v1", "HorizontalPodAutoscaler", "a", "b")
    two = ObjectRef("autoscaling", "v2", "HorizontalPodAutoscaler", "a", "b")
    assert one != two
    assert one.identity == two.identity


def test_a_ref_of_an_object_without_metadata_is_empty_rather_than_an_error() -> None:
    assert ObjectRef.of({"apiVersion": "v1", "kind": "ConfigMap"}) == ObjectRef("", "v1", "ConfigMap", "", "")
