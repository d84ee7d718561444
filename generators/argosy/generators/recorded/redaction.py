"""What of an answer may be written down: only what generators and checks read, and never a credential."""

from collections.abc import Mapping
from typing import Any

from argosy.generators.controller_parameters import (
    INCLUDE_HIDDEN_DIRECTORIES,
    NEW_GIT_FILE_GLOBBING,
    POLICY,
    POLICY_OVERRIDE,
)
from argosy.generators.world import ClusterSecret
from argosy.schemas.user_info import without_user_info

__all__ = [
    "cluster_as_data",
    "config_map_as_data",
    "project_as_data",
    "resource_as_data",
]

_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
"""kubectl keeps the whole object there: of a Secret that is the secret."""
_CONFIG_KEYS = (
    *("apiVersion", "baseUrl", "kind", "matchKey", "requestTimeout", "statusListKey", "token"),
    *(INCLUDE_HIDDEN_DIRECTORIES, NEW_GIT_FILE_GLOBBING, POLICY, POLICY_OVERRIDE),
)
_REMOVED = "(removed: not a reference to a Secret)"


def cluster_as_data(cluster: ClusterSecret) -> dict[str, object]:
    """Name, server, project, labels and annotations: what generators see."""
    return {
        "secretName": cluster.secret_name,
        "name": cluster.name,
        "server": without_user_info(cluster.server),
        "project": cluster.project,
        "labels": dict(cluster.labels),
        "annotations": _annotations(cluster.annotations),
    }


def project_as_data(manifest: Mapping[str, Any]) -> dict[str, object]:
    """An AppProject's specification without the tokens of its roles, and its labels."""
    spec = dict(manifest.get("spec") or {})
    roles = spec.get("roles")
    if isinstance(roles, list):
        named = [role for role in roles if isinstance(role, Mapping)]
        spec["roles"] = [{key: role[key] for key in role if key != "jwtTokens"} for role in named]
    found: dict[str, object] = {}
    if metadata := _metadata(manifest):
        found["metadata"] = metadata
    if spec:
        found["spec"] = spec
    return found


def config_map_as_data(data: Mapping[str, str]) -> dict[str, str]:
    """The keys that generators read. A `token` must be a reference; a token itself is not kept."""
    found = {key: data[key] for key in _CONFIG_KEYS if key in data}
    if "token" in found and found["token"] and not found["token"].startswith("$"):
        found["token"] = _REMOVED
    if "baseUrl" in found:
        found["baseUrl"] = without_user_info(found["baseUrl"])
    return found


def resource_as_data(value: Mapping[str, Any]) -> dict[str, object]:
    """Kind, name, labels and status of an object that decides on clusters."""
    found: dict[str, object] = {
        "apiVersion": value.get("apiVersion", ""),
        "kind": value.get("kind", ""),
        "metadata": _metadata(value),
    }
    if "status" in value:
        found["status"] = value["status"]
    return found


def _metadata(value: Mapping[str, Any]) -> dict[str, object]:
    metadata = value.get("metadata") or {}
    return {key: metadata[key] for key in ("name", "namespace", "labels") if metadata.get(key)}


def _annotations(annotations: Mapping[str, str]) -> dict[str, str]:
    return {key: value for key, value in annotations.items() if key != _LAST_APPLIED}
