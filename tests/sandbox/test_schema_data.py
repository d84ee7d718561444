from argosy.sandbox.kinds.registry import TYPE_DEFAULTS, has_rules
from argosy.sandbox.schema_data import load_catalog, load_openapi, load_protobuf, supported_versions


def test_a_shipped_version_has_all_three_files() -> None:
    for version in supported_versions():
        assert load_catalog(version).types
        assert load_openapi(version)["paths"]
        assert load_protobuf(version)["k8s.io.api.core.v1.Pod"]["1"][0] == "metadata"


def test_discovery_tells_names_scope_and_subresources() -> None:
    resource = load_catalog().types["apps", "v1", "deployments"].resource
    assert (resource.kind, resource.singular, resource.namespaced) == ("Deployment", "deployment", True)
    assert resource.short_names == ("deploy",)
    assert resource.has_subresource("status")
    assert resource.has_subresource("scale")
    assert (resource.api_version, resource.group_resource) == ("apps/v1", "deployments.apps")


def test_the_lean_schemas_are_those_of_the_full_documents() -> None:
    names = {kind.schema.name for kind in load_catalog().types.values()}
    assert names <= load_openapi()["schemas"].keys()


def test_lists_merge_by_the_keys_that_kubernetes_declares() -> None:
    service = load_catalog().types["", "v1", "services"].schema
    ports = service.child_or_deduced("spec").child_or_deduced("ports")
    assert (ports.associative, ports.keys) == (True, ("port", "protocol"))
    selector = service.child_or_deduced("spec").child_or_deduced("selector")
    assert selector.atomic_map


def test_every_type_with_defaults_exists() -> None:
    assert TYPE_DEFAULTS.keys() <= load_openapi()["schemas"].keys()


def test_the_kinds_with_rules_are_served() -> None:
    catalog = load_catalog()
    served = {(kind.resource.group, kind.resource.kind) for kind in catalog.types.values()}
    assert {found for found in served if has_rules(*found)} >= {
        ("apps", "Deployment"),
        ("", "Service"),
        ("batch", "CronJob"),
        ("apiextensions.k8s.io", "CustomResourceDefinition"),
    }
    assert not has_rules("", "LimitRange")
