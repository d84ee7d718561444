"""What the tests of the object engine share: kinds by name and a predictable environment."""

import itertools
from typing import Any

from argosy.sandbox import objects
from argosy.sandbox.custom_resources import types_of
from argosy.sandbox.objects import Environment, Outcome, WriteOptions
from argosy.sandbox.resource_types import ObjectType
from argosy.sandbox.schema_data import load_catalog

Object = dict[str, Any]

CATALOG = load_catalog()
DEPLOYMENTS = CATALOG.types["apps", "v1", "deployments"]
CONFIG_MAPS = CATALOG.types["", "v1", "configmaps"]
SERVICES = CATALOG.types["", "v1", "services"]


def environment(second: int = 0) -> Environment:
    """The same at every call but for the time."""
    numbers = itertools.count(1)
    return Environment(
        now=f"2026-01-01T00:00:{second:02}Z",
        new_uid=lambda: f"00000000-0000-0000-0000-{next(numbers):012}",
        allocate_cluster_ip=lambda: "10.0.0.7",
        allocate_node_port=lambda: 30000 + next(numbers),
        name_suffix=lambda: "abcde",
    )


def apply(
    kind: ObjectType,
    live: Object | None,
    body: Object,
    *,
    by: str = "me",
    force: bool = False,
    subresource: str = "",
    second: int = 0,
) -> Outcome:
    """Applies a body without head; `live` gets a resourceVersion as a store would give it."""
    resource = kind.resource
    metadata = {"name": "it", **body.get("metadata", {})}
    whole = {**body, "apiVersion": resource.api_version, "kind": resource.kind, "metadata": metadata}
    options = WriteOptions(by, subresource, force)
    return objects.apply(kind, "default", "it", live, whole, options, environment(second))


def owners(value: Object) -> dict[str, Object]:
    """Manager to fields."""
    return {entry["manager"]: entry["fieldsV1"] for entry in value["metadata"].get("managedFields", ())}


def deployment(**spec: Any) -> Object:
    labels = {"app": "it"}
    template = {
        "metadata": {"labels": labels},
        "spec": {"containers": [{"name": "main", "image": "nginx:1"}]},
    }
    return {"spec": {"selector": {"matchLabels": labels}, "template": template, **spec}}


def custom_kind(schema: Object, **version: Any) -> ObjectType:
    """A namespaced custom resource `Thing` with this schema of `spec`."""
    root = {"type": "object", "properties": {"spec": schema, "status": {"type": "object"}}}
    definition = {
        "spec": {
            "group": "example.com",
            "scope": "Namespaced",
            "names": {"plural": "things", "kind": "Thing"},
            "versions": [
                {
                    "name": "v1",
                    "served": True,
                    "storage": True,
                    "schema": {"openAPIV3Schema": root},
                    **version,
                },
                {"name": "v0", "served": False, "storage": False},
            ],
        }
    }
    (kind,) = types_of(definition, CATALOG.schemas)
    return kind
