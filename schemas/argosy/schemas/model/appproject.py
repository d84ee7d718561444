"""An AppProject: which sources, destinations and kinds its Applications may use. Pure predicates."""

from dataclasses import dataclass
from functools import cached_property

from argosy.schemas.model.fields import flag, mappings, text, texts
from argosy.schemas.model.glob import glob_matches, name_matches, namespace_matches
from argosy.schemas.model.repository_url import normalize_repository_url
from argosy.schemas.model.resource import Resource

__all__ = ["AppProject", "DestinationRule", "KindRule", "default_project"]


@dataclass(frozen=True, slots=True)
class DestinationRule:
    """Patterns for the server URL, the cluster's name and the namespace of a destination."""

    server: str
    name: str
    namespace: str


@dataclass(frozen=True, slots=True)
class KindRule:
    """Patterns for a kind; `name` restricts it to objects of that name where it is not empty."""

    group: str
    kind: str
    name: str = ""

    def matches(self, group: str, kind: str, name: str = "") -> bool:
        """Whether an object of this kind and name falls under the rule."""
        return (
            name_matches(self.kind, kind)
            and name_matches(self.group, group)
            and (not self.name or name_matches(self.name, name))
        )


@dataclass(frozen=True)
class AppProject(Resource):
    """An AppProject as the API would store it."""

    @cached_property
    def source_repositories(self) -> tuple[str, ...]:
        """Patterns of repository URLs; one that begins with `!` forbids."""
        return texts(self.spec, "sourceRepos")

    @cached_property
    def destinations(self) -> tuple[DestinationRule, ...]:
        """Patterns of destinations; a part that begins with `!` forbids."""
        return tuple(
            DestinationRule(text(item, "server"), text(item, "name"), text(item, "namespace"))
            for item in mappings(self.spec, "destinations")
        )

    @property
    def only_project_scoped_clusters(self) -> bool:
        """Whether destinations must be clusters registered for this project."""
        return flag(self.spec, "permitOnlyProjectScopedClusters")

    def permits_source(self, repo_url: str) -> bool:
        """Whether a repository may be used. One matching deny pattern refuses, whatever else permits."""
        wanted = normalize_repository_url(repo_url)
        permitted = False
        for pattern in self.source_repositories:
            if pattern.startswith("!"):
                if glob_matches(normalize_repository_url(pattern[1:]), wanted, "/"):
                    return False
                # As in Argo CD, a deny pattern that does not match permits.
                permitted = True
            elif pattern.strip() == "*" or glob_matches(normalize_repository_url(pattern), wanted, "/"):
                permitted = True
        return permitted

    def permits_destination(self, server: str, name: str, namespace: str) -> bool:
        """Whether a destination may be used; give both the server and the name of a registered cluster.

        Deny patterns work as in Argo CD: on the cluster for the rule's namespaces, on the namespace for the
        rule's server. `only_project_scoped_clusters` is for the caller to check, who knows the clusters.
        """
        permitted = False
        for rule in self.destinations:
            name_fits = bool(name) and _matches(rule.name, name)
            server_fits = bool(server) and _matches(rule.server, server)
            namespace_fits = _matches(rule.namespace, namespace)
            if (server_fits or name_fits) and namespace_fits:
                permitted = True
            elif _forbids(rule, server_fits, name_fits, namespace_fits):
                return False
        return permitted

    def permits_kind(self, group: str, kind: str, name: str = "", *, namespaced: bool) -> bool:
        """Whether objects of a kind may be deployed.

        Namespaced kinds are allowed unless an allow list is written without them; kinds of the cluster are
        allowed only where the allow list names them.
        """
        if namespaced:
            allowed = self.spec.get("namespaceResourceWhitelist") is None or _listed(
                self._kinds("namespaceResourceWhitelist"), group, kind
            )
            return allowed and not _listed(self._kinds("namespaceResourceBlacklist"), group, kind)
        return _listed(self._kinds("clusterResourceWhitelist"), group, kind, name) and not _listed(
            self._kinds("clusterResourceBlacklist"), group, kind, name
        )

    def permits_application_namespace(self, namespace: str, controller_namespace: str) -> bool:
        """Whether Applications may live in a namespace; in the controller's own they always may."""
        if namespace in ("", controller_namespace):
            return True
        return any(namespace_matches(one, namespace) for one in texts(self.spec, "sourceNamespaces"))

    def _kinds(self, name: str) -> tuple[KindRule, ...]:
        rules = self._parsed.get(name)
        if rules is None:
            rules = tuple(
                KindRule(text(item, "group"), text(item, "kind"), text(item, "name"))
                for item in mappings(self.spec, name)
            )
            self._parsed[name] = rules
        return rules

    @cached_property
    def _parsed(self) -> dict[str, tuple[KindRule, ...]]:
        return {}


def default_project(namespace: str) -> AppProject:
    """The project that Argo CD makes where it is missing: it permits everything."""
    return AppProject(
        {
            "apiVersion": "argoproj.io/v1alpha1",
            "kind": "AppProject",
            "metadata": {"name": "default", "namespace": namespace},
            "spec": {
                "clusterResourceWhitelist": [{"group": "*", "kind": "*"}],
                "destinations": [{"namespace": "*", "server": "*"}],
                "sourceRepos": ["*"],
            },
        }
    )


def _forbids(rule: DestinationRule, server_fits: bool, name_fits: bool, namespace_fits: bool) -> bool:
    if namespace_fits:
        return (rule.name.startswith("!") and not name_fits) or (
            rule.server.startswith("!") and not server_fits
        )
    return rule.namespace.startswith("!") and server_fits


def _matches(pattern: str, value: str) -> bool:
    if pattern.startswith("!"):
        return not glob_matches(pattern[1:], value)
    return glob_matches(pattern, value)


def _listed(rules: tuple[KindRule, ...], group: str, kind: str, name: str = "") -> bool:
    return any(rule.matches(group, kind, name) for rule in rules)
