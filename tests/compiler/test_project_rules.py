"""What a project forbids, with and without knowing the clusters."""

from typing import Any

import pytest

from argosy.compiler.project_rules import (
    Target,
    Verdict,
    forbidden_sources,
    judge_destination,
    judge_object,
    target_of,
)
from argosy.generators.world import ClusterSecret
from argosy.schemas.model.appproject import AppProject

CLUSTERS = (
    ClusterSecret("one", "production", "https://production.example.com", project="shop"),
    ClusterSecret("two", "testing", "https://testing.example.com"),
)


def project(**spec: Any) -> AppProject:
    return AppProject({"metadata": {"name": "shop"}, "spec": spec})


def destinations(*rules: dict[str, str], **more: Any) -> AppProject:
    return project(destinations=[{"namespace": "*", **rule} for rule in rules], **more)


def test_a_cluster_is_known_by_either_half_once_it_is_registered() -> None:
    whole = Target("https://production.example.com", "production", "web", "shop")
    assert target_of("https://production.example.com/", "", "web", CLUSTERS) == whole
    assert target_of("", "production", "web", CLUSTERS) == whole
    assert target_of("", "production", "web") == Target("", "production", "web")
    assert target_of("", "in-cluster", "web").server == "https://kubernetes.default.svc"


def test_a_rule_for_the_server_permits_the_name_of_the_same_cluster() -> None:
    rules = destinations({"server": "https://production.example.com"})
    assert judge_destination(rules, target_of("", "production", "web", CLUSTERS)) is Verdict.PERMITTED
    assert judge_destination(rules, target_of("", "testing", "web", CLUSTERS)) is Verdict.DESTINATION


@pytest.mark.parametrize(
    ("rule", "verdict"),
    [
        ({"server": "https://production.example.com"}, Verdict.UNKNOWN),
        ({"server": "*"}, Verdict.PERMITTED),
        ({"name": "prod*"}, Verdict.PERMITTED),
        ({"name": "test*"}, Verdict.DESTINATION),
        ({"name": "prod*", "namespace": "other"}, Verdict.DESTINATION),
        ({"name": "*", "server": "!https://production.example.com"}, Verdict.UNKNOWN),
    ],
)
def test_what_depends_on_an_unknown_server_is_unknown(rule: dict[str, str], verdict: Verdict) -> None:
    assert judge_destination(destinations(rule), Target("", "production", "web")) is verdict


def test_denials_count_whatever_else_permits() -> None:
    rules = destinations({"server": "*", "name": "*"}, {"server": "*", "namespace": "!kube-system"})
    permitted = target_of("", "testing", "web", CLUSTERS)
    assert judge_destination(rules, permitted) is Verdict.PERMITTED
    forbidden = target_of("", "testing", "kube-system", CLUSTERS)
    assert judge_destination(rules, forbidden) is Verdict.DESTINATION


@pytest.mark.parametrize(
    ("name", "verdict"),
    [("production", Verdict.PERMITTED), ("testing", Verdict.CLUSTER), ("in-cluster", Verdict.CLUSTER)],
)
def test_a_project_may_permit_its_own_clusters_only(name: str, verdict: Verdict) -> None:
    rules = destinations({"server": "*"}, permitOnlyProjectScopedClusters=True)
    assert judge_destination(rules, target_of("", name, "web", CLUSTERS)) is verdict
    assert judge_destination(rules, target_of("", name, "web")) is Verdict.UNKNOWN


def test_sources_are_told_by_their_place() -> None:
    rules = project(sourceRepos=["https://git.example.com/org/*", "!https://git.example.com/org/secret"])
    urls = [
        "https://git.example.com/org/a.git",
        "https://git.example.com/org/secret",
        "https://x.example.com/a",
    ]
    assert forbidden_sources(project(sourceRepos=["https://git.example.com/org/*"]), urls) == [2]
    assert 1 in forbidden_sources(rules, urls)


def test_objects_are_judged_by_kind_name_and_namespace() -> None:
    rules = destinations(
        {"server": "*", "namespace": "web"},
        clusterResourceWhitelist=[{"group": "", "kind": "Namespace", "name": "web-*"}],
        namespaceResourceBlacklist=[{"group": "", "kind": "Secret"}],
    )
    here, there = (target_of("", "testing", namespace, CLUSTERS) for namespace in ("web", "other"))
    assert judge_object(rules, here, "", "ConfigMap", "a", namespaced=True) is Verdict.PERMITTED
    assert judge_object(rules, there, "", "ConfigMap", "a", namespaced=True) is Verdict.DESTINATION
    assert judge_object(rules, here, "", "Secret", "a", namespaced=True) is Verdict.KIND
    assert judge_object(rules, here, "", "Namespace", "web-1", namespaced=False) is Verdict.PERMITTED
    assert judge_object(rules, here, "", "Namespace", "other", namespaced=False) is Verdict.KIND
