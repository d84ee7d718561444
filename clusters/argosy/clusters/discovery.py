"""What a cluster serves: for each kind its path, its scope and its subresources. Pure: answers in, tables
out.

Reads aggregated discovery (`APIGroupDiscoveryList`, two calls for everything, Kubernetes 1.27 and later)
and the older lists (one call a group and version). The client makes the calls.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from argosy.clusters.objects import GroupVersionKind

__all__ = [
    "AGGREGATED",
    "Discovery",
    "ResourceType",
    "read_aggregated",
    "read_group_versions",
    "read_resource_list",
]

AGGREGATED = ",".join(
    [f"application/json;g=apidiscovery.k8s.io;v={v};as=APIGroupDiscoveryList" for v in ("v2", "v2beta1")]
    + ["application/json"]
)
"""The Accept header that asks for aggregated discovery and takes the older form where that is not served."""


@dataclass(frozen=True, slots=True)
class ResourceType:
    """How one kind is served."""

    gvk: GroupVersionKind
    plural: str
    namespaced: bool
    verbs: frozenset[str] = frozenset()
    subresources: frozenset[str] = frozenset()

    def path(self, namespace: str = "", name: str = "", subresource: str = "") -> str:
        """The URL path of an object (or of the collection, without a name), each part escaped."""
        root = f"/apis/{self.gvk.group}" if self.gvk.group else "/api"
        parts = [root, self.gvk.version]
        if self.namespaced and namespace:
            parts += ["namespaces", quote(namespace, safe="")]
        parts.append(self.plural)
        if name:
            parts.append(quote(name, safe=""))
        if subresource:
            parts.append(subresource)
        return "/".join(parts)


@dataclass(frozen=True, slots=True)
class Discovery:
    """All kinds that a cluster serves. `stale` names the group-versions whose server did not answer."""

    types: Mapping[GroupVersionKind, ResourceType]
    preferred: Mapping[tuple[str, str], GroupVersionKind]
    stale: tuple[str, ...] = ()

    @classmethod
    def of(cls, types: Iterable[ResourceType], stale: Iterable[str] = ()) -> "Discovery":
        """From types in the server's order: the first version of a kind is the preferred one."""
        table: dict[GroupVersionKind, ResourceType] = {}
        preferred: dict[tuple[str, str], GroupVersionKind] = {}
        for item in types:
            table.setdefault(item.gvk, item)
            preferred.setdefault((item.gvk.group, item.gvk.kind), item.gvk)
        return cls(table, preferred, tuple(stale))

    def find(self, gvk: GroupVersionKind) -> ResourceType | None:
        """How the kind is served in just this version, or `None`."""
        return self.types.get(gvk)

    def find_kind(self, group: str, kind: str) -> ResourceType | None:
        """How the kind is served in the version that the server prefers, or `None`."""
        gvk = self.preferred.get((group, kind))
        return self.types[gvk] if gvk else None

    def without(self, gvk: GroupVersionKind) -> "Discovery":
        """The same without one type: its path turned out to be gone."""
        return Discovery.of((item for key, item in self.types.items() if key != gvk), self.stale)


def read_aggregated(answer: Mapping[str, Any]) -> tuple[list[ResourceType], list[str]]:
    """The types and the stale group-versions of an `APIGroupDiscoveryList`."""
    found: list[ResourceType] = []
    stale: list[str] = []
    for group in answer.get("items") or ():
        group_name = (group.get("metadata") or {}).get("name") or ""
        for version in group.get("versions") or ():
            if version.get("freshness") == "Stale":
                stale.append(f"{group_name}/{version['version']}".lstrip("/"))
            for resource in version.get("resources") or ():
                served = resource.get("responseKind") or {}
                if not served.get("kind"):
                    continue  # Only subresources are served (v1 `bindings` of an old server).
                gvk = GroupVersionKind(group_name, version["version"], served["kind"])
                subresources = frozenset(item["subresource"] for item in resource.get("subresources") or ())
                found.append(
                    ResourceType(
                        gvk,
                        resource["resource"],
                        resource.get("scope") == "Namespaced",
                        frozenset(resource.get("verbs") or ()),
                        subresources,
                    )
                )
    return found, stale


def read_group_versions(answer: Mapping[str, Any]) -> list[str]:
    """The group-versions of an `APIVersions` or `APIGroupList`, the preferred one of each group first."""
    if "groups" not in answer:
        return [str(version) for version in answer.get("versions") or ()]
    found: list[str] = []
    for group in answer["groups"] or ():
        preferred = (group.get("preferredVersion") or {}).get("groupVersion")
        versions = [str(item["groupVersion"]) for item in group.get("versions") or ()]
        found += sorted(versions, key=lambda version: version != preferred)
    return found


def read_resource_list(group_version: str, answer: Mapping[str, Any]) -> list[ResourceType]:
    """The types of an `APIResourceList`, where `deployments/status` stands beside `deployments`."""
    group, _, version = group_version.rpartition("/")
    subresources: dict[str, set[str]] = {}
    for resource in answer.get("resources") or ():
        plural, slash, subresource = resource["name"].partition("/")
        if slash:
            subresources.setdefault(plural, set()).add(subresource)
    return [
        ResourceType(
            GroupVersionKind(group, version, resource["kind"]),
            resource["name"],
            bool(resource.get("namespaced")),
            frozenset(resource.get("verbs") or ()),
            frozenset(subresources.get(resource["name"], ())),
        )
        for resource in answer.get("resources") or ()
        if "/" not in resource["name"]
    ]
