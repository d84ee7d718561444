"""Names of kinds and objects, as every part that speaks with a cluster writes them. Knows no transport."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

__all__ = ["GroupVersionKind", "JsonObject", "ObjectRef"]

JsonObject = dict[str, Any]
"""A Kubernetes object as plain data, as decoded from JSON."""


@dataclass(frozen=True, slots=True, order=True)
class GroupVersionKind:
    """A kind in one version of its API group; the core group is the empty string."""

    group: str
    version: str
    kind: str

    @classmethod
    def of(cls, value: Mapping[str, Any]) -> Self:
        """The kind of an object by its `apiVersion` and `kind`."""
        group, version = _split(value.get("apiVersion"))
        return cls(group, version, str(value.get("kind") or ""))

    @property
    def api_version(self) -> str:
        """As in `apiVersion`: `apps/v1`, or `v1` for the core group."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def group_kind(self) -> str:
        """As Argo CD and kubectl print it where the version does not matter: `apps/Deployment`,
        `ConfigMap`.
        """
        return f"{self.group}/{self.kind}" if self.group else self.kind

    def __str__(self) -> str:
        return f"{self.api_version}/{self.kind}"


@dataclass(frozen=True, slots=True, order=True)
class ObjectRef:
    """Where an object lives in one cluster. `namespace` is empty for what has none."""

    group: str
    version: str
    kind: str
    namespace: str
    name: str

    @classmethod
    def of(cls, value: Mapping[str, Any]) -> Self:
        """The address of an object by its own `apiVersion`, `kind` and `metadata`."""
        group, version = _split(value.get("apiVersion"))
        metadata = value.get("metadata") or {}
        namespace, name = str(metadata.get("namespace") or ""), str(metadata.get("name") or "")
        return cls(group, version, str(value.get("kind") or ""), namespace, name)

    @property
    def gvk(self) -> GroupVersionKind:
        """The kind with its version."""
        return GroupVersionKind(self.group, self.version, self.kind)

    @property
    def identity(self) -> tuple[str, str, str, str]:
        """Group, kind, namespace and name: the same object whichever version it is read in."""
        return (self.group, self.kind, self.namespace, self.name)

    def __str__(self) -> str:
        place = f"{self.namespace}/{self.name}" if self.namespace else self.name
        return f"{self.gvk.group_kind} {place}"


def _split(api_version: object) -> tuple[str, str]:
    group, _, version = str(api_version or "").rpartition("/")
    return group, version
