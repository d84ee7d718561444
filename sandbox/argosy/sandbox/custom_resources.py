"""CustomResourceDefinitions: the object types that a definition serves, and decoding of their objects.

`x-kubernetes-validations` (CEL) and conversion webhooks are not run.
"""

from collections.abc import Mapping
from typing import Any

from argosy.sandbox.decoding import Decoded, decode_object
from argosy.sandbox.field_errors import Problems
from argosy.sandbox.kinds.rules import KindRules
from argosy.sandbox.resource_types import CustomResource, ObjectType, ResourceType, Subresource
from argosy.sandbox.schema import Object, SchemaSet
from argosy.sandbox.structural import prune_and_default, validate_value

__all__ = ["RULES", "decode", "types_of", "validate"]

_VERBS = ("delete", "deletecollection", "get", "list", "patch", "create", "update", "watch")
_SUBRESOURCE_VERBS = ("get", "patch", "update")


def _content_changed(new: Object, old: Object) -> bool:
    """Any change beside metadata counts a generation; so does status where it is no subresource."""
    left = {name: value for name, value in new.items() if name != "metadata"}
    right = {name: value for name, value in old.items() if name != "metadata"}
    return left != right


RULES = KindRules(
    has_generation=True,
    generation_changes=_content_changed,
    bare_finalizers=True,
    needs_resource_version=True,
)
"""What all custom resources have in common (`apiextensions-apiserver/pkg/registry/customresource`)."""


def decode(kind: ObjectType, body: Mapping[str, Any], *, prune_nulls: bool = True) -> Decoded:
    """A private copy of the object: pruned, defaulted, its metadata as Go writes it. Raises `ApiError`
    (400)."""
    assert kind.custom is not None
    unknown: list[str] = []
    value: Object = prune_and_default(kind.custom.schema, dict(body), unknown, prune_nulls=prune_nulls)
    schema = kind.schema.child("metadata")
    given = body.get("metadata")
    if schema is not None and isinstance(given, Mapping):
        metadata = decode_object(schema, given, kind.resource.kind, kind.resource.version)
        value["metadata"] = metadata.object
        unknown.extend(f"metadata.{path}" for path in metadata.unknown)
    return Decoded(value, unknown)


def validate(custom: CustomResource, value: Object, problems: Problems) -> None:
    """Finds where an object breaks the schema of its definition."""
    validate_value(custom.schema, value, problems)
    if custom.scale is not None:
        _validate_scale(custom.scale["specReplicasPath"], value, problems)


def _validate_scale(path: str, value: Object, problems: Problems) -> None:
    """The replicas that the scale subresource shows are a number."""
    found: Any = value
    for name in path.lstrip(".").split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    if found is not None and (isinstance(found, bool) or not isinstance(found, int)):
        kind = _GO_TYPES.get(type(found), "float64")
        text = f"{path} accessor error: {found} is of the type {kind}, expected int64"
        problems.invalid(path, 0, text)


_GO_TYPES: dict[type, str] = {
    str: "string",
    bool: "bool",
    list: "[]interface {}",
    dict: "map[string]interface {}",
}


def types_of(definition: Object, shared: SchemaSet) -> tuple[ObjectType, ...]:
    """The served versions of a definition. `shared` holds ObjectMeta (`Catalog.schemas`)."""
    spec = definition["spec"]
    return tuple(_type_of(spec, version, shared) for version in spec["versions"] if version.get("served"))


def _type_of(spec: Object, version: Object, shared: SchemaSet) -> ObjectType:
    names = spec["names"]
    declared = version.get("subresources") or {}
    subresources = []
    if "status" in declared:
        subresources.append(
            Subresource("status", _SUBRESOURCE_VERBS, spec["group"], version["name"], names["kind"])
        )
    if declared.get("scale"):
        subresources.append(Subresource("scale", _SUBRESOURCE_VERBS, "autoscaling", "v1", "Scale"))
    resource = ResourceType(
        group=spec["group"],
        version=version["name"],
        kind=names["kind"],
        plural=names["plural"],
        singular=names.get("singular") or names["kind"].lower(),
        namespaced=spec["scope"] == "Namespaced",
        verbs=_VERBS,
        short_names=tuple(names.get("shortNames", ())),
        categories=tuple(names.get("categories", ())),
        subresources=tuple(subresources),
    )
    root: Object = (version.get("schema") or {}).get("openAPIV3Schema") or {"type": "object"}
    custom = CustomResource(
        schema=root,
        has_status="status" in declared,
        scale=declared.get("scale"),
        printer_columns=tuple(version.get("additionalPrinterColumns", ())),
    )
    return ObjectType(resource, shared.translate(_with_common_fields(root)), custom)


def _with_common_fields(root: Object) -> Object:
    """The schema that merging uses: the definition's own, with the fields that every object has."""
    meta = "#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"
    common = {"apiVersion": {"type": "string"}, "kind": {"type": "string"}, "metadata": {"$ref": meta}}
    root = _with_embedded_fields(root, common)
    return {**root, "type": "object", "properties": {**root.get("properties", {}), **common}}


def _with_embedded_fields(schema: Object, common: Object) -> Object:
    """The same for whole objects inside of an object (`x-kubernetes-embedded-resource`)."""
    made = dict(schema)
    if isinstance(schema.get("properties"), dict):
        made["properties"] = {
            name: _with_embedded_fields(field, common) for name, field in schema["properties"].items()
        }
    for name in ("items", "additionalProperties"):
        if isinstance(schema.get(name), dict):
            made[name] = _with_embedded_fields(schema[name], common)
    if schema.get("x-kubernetes-embedded-resource"):
        made["properties"] = {**made.get("properties", {}), **common}
    return made
