"""CustomResourceDefinitions: the object types that a definition serves."""

from argosy.sandbox.resource_types import CustomResource, ObjectType, ResourceType, Subresource
from argosy.sandbox.schema import Object, SchemaSet

__all__ = ["types_of"]

_VERBS = ("delete", "deletecollection", "get", "list", "patch", "create", "update", "watch")
_SUBRESOURCE_VERBS = ("get", "patch", "update")


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
    return ObjectType(resource, shared.translate(_merged(root)), custom)


def _merged(root: Object) -> Object:
    """The schema that merging uses: the definition's own, with the fields that every object has."""
    meta = "#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"
    common = {"apiVersion": {"type": "string"}, "kind": {"type": "string"}, "metadata": {"$ref": meta}}
    return {**root, "type": "object", "properties": {**root.get("properties", {}), **common}}
