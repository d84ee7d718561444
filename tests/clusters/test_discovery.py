"""Reading what a server serves, in both forms."""

from argosy.clusters.discovery import (
    Discovery,
    ResourceType,
    read_aggregated,
    read_group_versions,
    read_resource_list,
)
from argosy.clusters.objects import GroupVersionKind

DEPLOYMENT = GroupVersionKind("apps", "v1", "Deployment")

AGGREGATED = {
    "kind": "APIGroupDiscoveryList",
    "items": [
        {
            "metadata": {"name": "apps"},
            "versions": [
                {
                    "version": "v1",
                    "freshness": "Current",
                    "resources": [
                        {
                            "resource": "deployments",
                            "responseKind": {"group": "apps", "version": "v1", "kind": "Deployment"},
                            "scope": "Namespaced",
                            "verbs": ["get", "patch"],
                            "subresources": [{"subresource": "status"}, {"subresource": "scale"}],
                        },
                        {"resource": "bare", "scope": "Namespaced"},
                    ],
                }
            ],
        },
        {
            "metadata": {"name": "metrics.k8s.io"},
            "versions": [{"version": "v1beta1", "freshness": "Stale", "resources": []}],
        },
    ],
}

LISTED = {
    "resources": [
        {"name": "deployments", "kind": "Deployment", "namespaced": True, "verbs": ["get", "patch"]},
        {"name": "deployments/status", "kind": "Deployment", "namespaced": True, "verbs": ["get"]},
        {"name": "deployments/scale", "kind": "Scale", "namespaced": True, "verbs": ["get"]},
    ]
}

EXPECTED = ResourceType(
    DEPLOYMENT, "deployments", True, frozenset({"get", "patch"}), frozenset({"status", "scale"})
)


def test_both_forms_of_discovery_say_the_same() -> None:
    types, stale = read_aggregated(AGGREGATED)
    assert types == [EXPECTED]
    assert stale == ["metrics.k8s.io/v1beta1"]
    assert read_resource_list("apps/v1", LISTED) == [EXPECTED]


def test_the_preferred_version_of_a_group_comes_first() -> None:
    group = {
        "name": "autoscaling",
        "versions": [{"groupVersion": "autoscaling/v1"}, {"groupVersion": "autoscaling/v2"}],
        "preferredVersion": {"groupVersion": "autoscaling/v2"},
    }
    assert read_group_versions({"groups": [group]}) == ["autoscaling/v2", "autoscaling/v1"]
    assert read_group_versions({"versions": ["v1"]}) == ["v1"]


def test_paths_of_objects_collections_and_subresources() -> None:
    assert EXPECTED.path() == "/apis/apps/v1/deployments"
    assert EXPECTED.path("shop", "web") == "/apis/apps/v1/namespaces/shop/deployments/web"
    assert EXPECTED.path("shop", "web", "status").endswith("/deployments/web/status")
    node = ResourceType(GroupVersionKind("", "v1", "Node"), "nodes", False)
    assert node.path("ignored", "one") == "/api/v1/nodes/one"


def test_a_name_with_a_colon_or_slash_cannot_leave_its_place_in_the_path() -> None:
    role = ResourceType(
        GroupVersionKind("rbac.authorization.k8s.io", "v1", "ClusterRole"), "clusterroles", False
    )
    assert role.path("", "system:x/../y").endswith("/clusterroles/system%3Ax%2F..%2Fy")


def test_a_kind_is_found_in_its_own_version_only_unless_any_will_do() -> None:
    discovery = Discovery.of([EXPECTED])
    assert discovery.find(GroupVersionKind("apps", "v1beta1", "Deployment")) is None
    assert discovery.find_kind("apps", "Deployment") == EXPECTED
    assert discovery.without(DEPLOYMENT).find_kind("apps", "Deployment") is None
