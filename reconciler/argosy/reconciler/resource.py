"""What every module of the reconciler says about a Kubernetes object: its identity and its metadata.

Objects stay the plain mappings that the API serves. Knows nothing of Applications.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

__all__ = [
    "KubernetesObject",
    "ResourceKey",
    "annotations_of",
    "digest_of",
    "group_of",
    "key_of",
    "kind_of",
    "labels_of",
    "metadata_of",
    "name_of",
    "namespace_of",
    "resource_version_of",
    "version_of",
]

KubernetesObject = dict[str, Any]
"""An object as the API serves it. Its shape is the server's to check, so its leaves are untyped."""


@dataclass(frozen=True, slots=True, order=True)
class ResourceKey:
    """The identity of an object within one cluster. The version is no part of it: it is one object in all."""

    group: str
    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        place = f"{self.namespace}/{self.name}" if self.namespace else self.name
        return f"{self.group}/{self.kind} {place}" if self.group else f"{self.kind} {place}"


def group_of(obj: Mapping[str, Any]) -> str:
    """The API group, empty for the core group."""
    group, slash, _ = str(obj.get("apiVersion") or "").partition("/")
    return group if slash else ""


def version_of(obj: Mapping[str, Any]) -> str:
    """The version without the group."""
    return str(obj.get("apiVersion") or "").rpartition("/")[2]


def kind_of(obj: Mapping[str, Any]) -> str:
    """The kind, empty where there is none."""
    return str(obj.get("kind") or "")


def metadata_of(obj: Mapping[str, Any]) -> Mapping[str, Any]:
    """The metadata; an empty mapping where there is none."""
    metadata = obj.get("metadata")
    return metadata if isinstance(metadata, Mapping) else {}


def name_of(obj: Mapping[str, Any]) -> str:
    """The name, empty where there is none."""
    return str(metadata_of(obj).get("name") or "")


def namespace_of(obj: Mapping[str, Any]) -> str:
    """The namespace, empty for objects of the whole cluster."""
    return str(metadata_of(obj).get("namespace") or "")


def labels_of(obj: Mapping[str, Any]) -> Mapping[str, str]:
    """The labels; an empty mapping where there are none."""
    return metadata_of(obj).get("labels") or {}


def annotations_of(obj: Mapping[str, Any]) -> Mapping[str, str]:
    """The annotations; an empty mapping where there are none."""
    return metadata_of(obj).get("annotations") or {}


def resource_version_of(obj: Mapping[str, Any]) -> int:
    """The resourceVersion as a number that grows, 0 where there is none.

    Kubernetes promises since 1.35 that versions of one kind may be compared as numbers, and kept it before.
    """
    text = str(metadata_of(obj).get("resourceVersion") or "0")
    return int(text) if text.isdigit() else 0


def key_of(obj: Mapping[str, Any]) -> ResourceKey:
    """The identity that an object states itself."""
    return ResourceKey(group_of(obj), kind_of(obj), namespace_of(obj), name_of(obj))


def digest_of(value: object) -> str:
    """A short fingerprint of plain data: equal for equal data, whatever the order of its keys."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def walk(value: object, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], list[Any]]]:
    """Every list of mappings inside plain data, with the names that lead to it; outer ones first."""
    if isinstance(value, Mapping):
        for key in value:
            yield from walk(value[key], (*path, str(key)))
    elif isinstance(value, list) and value and all(isinstance(item, Mapping) for item in value):
        yield path, value
        for item in value:
            yield from walk(item, path)
