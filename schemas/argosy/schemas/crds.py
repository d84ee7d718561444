"""CustomResourceDefinitions of the three kinds, made from their JSON Schemas.

They are what `bootstrap` and `run` install where a cluster has none. The API server takes structural schemas
only: no references, no closed mappings, no constants; unknown fields are pruned instead of refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from argosy.schemas.json_schemas import load_schema

__all__ = ["GROUP", "VERSION", "custom_resource_definitions"]

GROUP = "argoproj.io"
VERSION = "v1alpha1"

_DROPPED = frozenset(("$schema", "$defs", "title", "const", "x-argosy-raw"))


@dataclass(frozen=True, slots=True)
class _Kind:
    kind: str
    short_names: tuple[str, ...]
    columns: tuple[tuple[str, str, int], ...] = ()
    status_subresource: bool = False

    @property
    def plural(self) -> str:
        return f"{self.kind.lower()}s"


_KINDS = (
    _Kind(
        "Application",
        ("app", "apps"),
        (
            ("Sync Status", ".status.sync.status", 0),
            ("Health Status", ".status.health.status", 0),
            ("Revision", ".status.sync.revision", 10),
            ("Project", ".spec.project", 10),
        ),
    ),
    # Argo CD's ApplicationSet has a status subresource, its Application has none: clients rely on both.
    _Kind("ApplicationSet", ("appset", "appsets"), status_subresource=True),
    _Kind("AppProject", ("appproj", "appprojs")),
)


def custom_resource_definitions() -> tuple[dict[str, Any], ...]:
    """The definitions of Application, ApplicationSet and AppProject, each a new mapping."""
    return tuple(_definition(kind) for kind in _KINDS)


def _definition(kind: _Kind) -> dict[str, Any]:
    version: dict[str, Any] = {
        "name": VERSION,
        "served": True,
        "storage": True,
        "schema": {"openAPIV3Schema": _structural(load_schema(kind.kind))},
    }
    if kind.columns:
        version["additionalPrinterColumns"] = [
            {"name": name, "jsonPath": path, "type": "string", **({"priority": priority} if priority else {})}
            for name, path, priority in kind.columns
        ]
    if kind.status_subresource:
        version["subresources"] = {"status": {}}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {
            "name": f"{kind.plural}.{GROUP}",
            "labels": {
                "app.kubernetes.io/name": f"{kind.plural}.{GROUP}",
                "app.kubernetes.io/part-of": "argosy",
            },
        },
        "spec": {
            "group": GROUP,
            "names": {
                "kind": kind.kind,
                "listKind": f"{kind.kind}List",
                "plural": kind.plural,
                "singular": kind.kind.lower(),
                "shortNames": list(kind.short_names),
            },
            "scope": "Namespaced",
            "versions": [version],
        },
    }


def _structural(schema: Mapping[str, Any]) -> dict[str, Any]:
    expanded = _Expansion(schema["$defs"]).of(schema)
    expanded["properties"]["apiVersion"] = {"type": "string"}
    expanded["properties"]["kind"] = {"type": "string"}
    # The API server knows object metadata itself and forbids to describe it.
    expanded["properties"]["metadata"] = {"type": "object"}
    expanded["required"] = [name for name in expanded["required"] if name not in ("apiVersion", "kind")]
    return expanded


class _Expansion:
    """Puts definitions in the place of references. Each definition is described once: an ApplicationSet
    holds the specification of an Application 27 times, and etcd takes requests of 1.5 MiB."""

    def __init__(self, definitions: Mapping[str, Any]) -> None:
        self._definitions = definitions
        self._described: set[str] = set()

    def of(self, schema: Mapping[str, Any], describe: bool = True) -> dict[str, Any]:
        if schema.get("x-argosy-raw"):
            return _described({"x-kubernetes-preserve-unknown-fields": True}, schema, describe)
        if "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            inner = describe and name not in self._described
            self._described.add(name)
            return _described(self.of(self._definitions[name], inner), schema, describe)
        result = {key: value for key, value in schema.items() if key not in _DROPPED}
        if not describe:
            result.pop("description", None)
        if schema.get("x-kubernetes-int-or-string"):
            del result["type"]
            result["anyOf"] = [{"type": "integer"}, {"type": "string"}]
        if "properties" in schema:
            result["properties"] = {n: self.of(one, describe) for n, one in schema["properties"].items()}
            result.pop("additionalProperties", None)
        elif "additionalProperties" in schema:
            result["additionalProperties"] = self.of(schema["additionalProperties"], describe)
        if "items" in schema:
            result["items"] = self.of(schema["items"], describe)
        return result


def _described(result: dict[str, Any], schema: Mapping[str, Any], describe: bool) -> dict[str, Any]:
    """With the description of the reference in place of the definition's own."""
    if describe and "description" in schema:
        result["description"] = schema["description"]
    return result
