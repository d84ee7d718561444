"""What a Kubernetes minor version serves: its resources and their schemas, recorded from a real API server.

The lean file (schemas without descriptions, discovery) is read at start; the full OpenAPI documents only
when a
client asks for them. `sandbox/record/record_openapi.py` records both anew.
"""

import json
import lzma
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from typing import Any

from argosy.sandbox.resource_types import ObjectType, ResourceType, Subresource
from argosy.sandbox.schema import Object, SchemaSet

__all__ = ["Catalog", "load_catalog", "load_openapi", "load_protobuf", "supported_versions"]


@dataclass(frozen=True, slots=True, eq=False)
class Catalog:
    """Everything that one minor version serves from the start."""

    version: str
    types: Mapping[tuple[str, str, str], ObjectType]
    """Keyed by group, version, plural. Virtual resources (reviews) are included where they have a schema."""
    discovery: Object
    """The aggregated discovery: `{"items": [APIGroupDiscovery, …]}`, the core group under the empty name."""
    schemas: SchemaSet = field(repr=False)


def supported_versions() -> tuple[str, ...]:
    """The minor versions whose data is shipped, oldest first."""
    names = (entry.name for entry in resources.files("argosy.sandbox").joinpath("data").iterdir())
    found = (
        name.removeprefix("kubernetes-").removesuffix("-lean.json.xz") for name in names if "-lean." in name
    )
    return tuple(sorted(found, key=lambda version: [int(part) for part in version.split(".")]))


def _read(name: str) -> Any:
    packed = resources.files("argosy.sandbox").joinpath("data").joinpath(name).read_bytes()
    return json.loads(lzma.decompress(packed))


@lru_cache(maxsize=4)
def load_protobuf(version: str = "1.37") -> dict[str, dict[str, list[str]]]:
    """Message name to field number (as text) to `[JSON name, type, "" | "r" (repeated) | "m" (map)]`."""
    tables: dict[str, dict[str, list[str]]] = _read(f"kubernetes-{version}-protobuf.json.xz")
    return tables


@lru_cache(maxsize=4)
def load_openapi(version: str = "1.37") -> Object:
    """The full documents: `schemas` (shared components), `paths` (one document each, by file name) and
    `disc`."""
    document: Object = _read(f"kubernetes-{version}-openapi.json.xz")
    return document


@lru_cache(maxsize=4)
def load_catalog(version: str = "1.37") -> Catalog:
    """Resources and schemas of a shipped minor version. Raises FileNotFoundError for another one."""
    data = _read(f"kubernetes-{version}-lean.json.xz")
    schemas = SchemaSet(data["schemas"], data["encoding"])
    types: dict[tuple[str, str, str], ObjectType] = {}
    for group in data["disc"]["items"]:
        for group_version in group["versions"]:
            for entry in group_version["resources"]:
                resource = _resource(group["metadata"].get("name", ""), group_version["version"], entry)
                kind = entry["responseKind"]
                schema = schemas.of_kind(
                    kind.get("group") or resource.group,
                    kind.get("version") or resource.version,
                    resource.kind,
                )
                if schema is not None:
                    types[resource.group, resource.version, resource.plural] = ObjectType(resource, schema)
    return Catalog(version, types, data["disc"], schemas)


def _resource(group: str, version: str, entry: Mapping[str, Any]) -> ResourceType:
    return ResourceType(
        group=group,
        version=version,
        kind=entry["responseKind"]["kind"],
        plural=entry["resource"],
        singular=entry.get("singularResource", ""),
        namespaced=entry["scope"] == "Namespaced",
        verbs=tuple(entry["verbs"]),
        short_names=tuple(entry.get("shortNames", ())),
        categories=tuple(entry.get("categories", ())),
        subresources=tuple(_subresource(group, version, found) for found in entry.get("subresources", ())),
    )


def _subresource(group: str, version: str, entry: Mapping[str, Any]) -> Subresource:
    kind = entry.get("responseKind") or {}
    return Subresource(
        name=entry["subresource"],
        verbs=tuple(entry["verbs"]),
        group=kind.get("group") or group,
        version=kind.get("version") or version,
        kind=kind.get("kind", ""),
    )
