"""What an AppProject permits, by Argo CD's rules."""

from typing import Any

import pytest

from argosy.schemas.model.appproject import AppProject, default_project


def project(**spec: Any) -> AppProject:
    return AppProject({"metadata": {"name": "team"}, "spec": spec})


@pytest.mark.parametrize(
    ("patterns", "url", "permitted"),
    [
        ([], "https://git.example.com/a", False),
        (["*"], "https://git.example.com/a/b", True),
        (["https://git.example.com/org/*"], "https://git.example.com/org/apps.git", True),
        (["https://git.example.com/org/*"], "https://git.example.com/org/team/apps", False),
        (["https://git.example.com/**"], "https://git.example.com/org/team/apps", True),
        (["https://GIT.example.com/org/apps.git"], "https://git.example.com/org/apps", True),
        (["git@git.example.com:org/apps"], "ssh://git@git.example.com/org/apps.git", True),
        (["*", "!https://git.example.com/secret/*"], "https://git.example.com/secret/apps", False),
        (["!https://git.example.com/secret/*", "*"], "https://git.example.com/secret/apps", False),
        (["*", "!https://git.example.com/secret/*"], "https://git.example.com/open/apps", True),
        (["https://git.example.com/{a,b}/x"], "https://git.example.com/b/x", True),
        (["https://git.example.com/[ab]/x"], "https://git.example.com/c/x", False),
        (["https://git.example.com/[!ab]/x"], "https://git.example.com/c/x", True),
        (["https://git.example.com/["], "https://git.example.com/[", False),
    ],
)
def test_sources_are_permitted_by_patterns(patterns: list[str], url: str, permitted: bool) -> None:
    assert project(sourceRepos=patterns).permits_source(url) is permitted


ANY = {"server": "*", "namespace": "*"}
SERVER = "https://10.0.0.1:6443"


@pytest.mark.parametrize(
    ("rules", "namespace", "permitted"),
    [
        ([], "web", False),
        ([ANY], "web", True),
        ([{"server": SERVER, "namespace": "web"}], "web", True),
        ([{"server": SERVER, "namespace": "web"}], "other", False),
        ([{"server": SERVER}], "web", False),
        ([{"name": "prod", "namespace": "team-*"}], "team-a", True),
        ([{"name": "dev", "namespace": "*"}], "web", False),
        ([ANY, {"server": "*", "namespace": "!kube-*"}], "kube-system", False),
        ([ANY, {"server": "*", "namespace": "!kube-*"}], "web", True),
        ([{"server": "https://other", "namespace": "!kube-*"}, ANY], "kube-system", True),
        ([ANY, {"server": f"!{SERVER}", "namespace": "*"}], "web", False),
        ([ANY, {"name": "!prod", "namespace": "*"}], "web", False),
        ([ANY, {"server": f"!{SERVER}", "namespace": "db"}], "web", True),
        ([{"server": "!https://other", "namespace": "*"}], "web", True),
    ],
)
def test_destinations_are_permitted_by_rules(rules: list[Any], namespace: str, permitted: bool) -> None:
    assert project(destinations=rules).permits_destination(SERVER, "prod", namespace) is permitted


KINDS: dict[str, Any] = {
    "clusterResourceWhitelist": [
        {"group": "", "kind": "Namespace", "name": "team-*"},
        {"group": "rbac*", "kind": "*"},
    ],
    "clusterResourceBlacklist": [{"group": "*", "kind": "ClusterRoleBinding"}],
    "namespaceResourceBlacklist": [{"group": "", "kind": "Secret"}],
}


@pytest.mark.parametrize(
    ("group", "kind", "name", "namespaced", "permitted"),
    [
        ("", "Namespace", "team-a", False, True),
        ("", "Namespace", "kube-system", False, False),
        ("rbac.authorization.k8s.io", "ClusterRole", "x", False, True),
        ("rbac.authorization.k8s.io", "ClusterRoleBinding", "x", False, False),
        ("apps", "Deployment", "x", True, True),
        ("", "Secret", "x", True, False),
    ],
)
def test_kinds_are_permitted_by_lists(
    group: str, kind: str, name: str, namespaced: bool, permitted: bool
) -> None:
    assert project(**KINDS).permits_kind(group, kind, name, namespaced=namespaced) is permitted


def test_an_empty_list_of_namespaced_kinds_allows_none() -> None:
    assert not project(namespaceResourceWhitelist=[]).permits_kind("apps", "Deployment", namespaced=True)
    assert project().permits_kind("apps", "Deployment", namespaced=True)
    assert not project().permits_kind("", "Namespace", namespaced=False)


def test_applications_may_live_with_the_controller_and_in_source_namespaces() -> None:
    found = project(sourceNamespaces=["team-*", "/^app-[0-9]+$/"])
    assert found.permits_application_namespace("argocd", "argocd")
    assert found.permits_application_namespace("team-a", "argocd")
    assert found.permits_application_namespace("app-12", "argocd")
    assert not found.permits_application_namespace("app-x", "argocd")


def test_the_default_project_permits_everything() -> None:
    default = default_project("argocd")
    assert (default.name, default.namespace) == ("default", "argocd")
    assert default.permits_source("https://anywhere.example.com/x")
    assert default.permits_destination(SERVER, "", "any")
    assert default.permits_kind("", "Namespace", "x", namespaced=False)
