"""`/openapi/v3`: the recorded documents of built-in groups, and documents made from
CustomResourceDefinitions.

kubectl reads them for `explain`, for validation and for three-way patches.
"""

import hashlib
from collections.abc import Iterator
from typing import Any

from argosy.sandbox.errors import ApiError
from argosy.sandbox.messages import Response, json_response
from argosy.sandbox.registry import ResourceRegistry
from argosy.sandbox.resource_types import ObjectType
from argosy.sandbox.schema_data import load_openapi
from argosy.sandbox.store import Object, encode

__all__ = ["OpenApi"]

_REFERENCE = "#/components/schemas/"
_META = f"{_REFERENCE}io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"
_LIST_META = f"{_REFERENCE}io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta"
_WRITE_PARAMETERS = ("dryRun", "fieldManager", "fieldValidation")


class OpenApi:
    """The documents of one cluster, each made when first asked for."""

    def __init__(self, registry: ResourceRegistry, version: str) -> None:
        self._registry = registry
        self._version = version
        self._built_in: dict[str, bytes] = {}
        self._custom: dict[str, bytes] = {}
        self._generation = -1

    def answer(self, path: str) -> Response:
        """The index for the empty path, else a document. Raises `ApiError` 404."""
        if self._generation != self._registry.generation:
            self._custom.clear()
            self._generation = self._registry.generation
        if not path:
            return json_response({"paths": self._index()})
        if path in self._files():
            if path not in self._built_in:
                self._built_in[path] = encode(self._recorded(path))
            return json_response(self._built_in[path])
        kinds = self._custom_kinds(path)
        if not kinds:
            raise ApiError(404, "NotFound", f"there is no OpenAPI document {path!r}", {})
        if path not in self._custom:
            self._custom[path] = encode(self._from_definitions(kinds))
        return json_response(self._custom[path])

    def _files(self) -> dict[str, str]:
        """Path of a document → the name it is recorded under."""
        recorded = load_openapi(self._version)["paths"]
        return {name.removesuffix("_openapi.json").replace("__", "/"): name for name in recorded}

    def _custom_kinds(self, path: str) -> list[ObjectType]:
        return [kind for kind in self._registry.custom_types() if f"apis/{kind.resource.api_version}" == path]

    def _index(self) -> Object:
        # Clients keep documents by this hash, over restarts of the sandbox: those of definitions hash
        # their schemas.
        hashes = {path: hashlib.sha256(f"{self._version}/{path}".encode()) for path in self._files()}
        for kind in self._registry.custom_types():
            path = f"apis/{kind.resource.api_version}"
            assert kind.custom is not None
            found = hashes.setdefault(path, hashlib.sha256())
            found.update(encode([kind.resource.plural, kind.custom.schema, kind.custom.has_status]))
        return {
            path: {"serverRelativeURL": f"/openapi/v3/{path}?hash={found.hexdigest()[:32].upper()}"}
            for path, found in hashes.items()
        }

    def _recorded(self, path: str) -> Object:
        full = load_openapi(self._version)
        document: Object = dict(full["paths"][self._files()[path]])
        return _with_schemas(document, {}, full["schemas"])

    def _from_definitions(self, kinds: list[ObjectType]) -> Object:
        paths: Object = {}
        schemas: Object = {}
        for kind in kinds:
            assert kind.custom is not None
            resource = kind.resource
            gvk = {"group": resource.group, "version": resource.version, "kind": resource.kind}
            name = ".".join([*reversed(resource.group.split(".")), resource.version, resource.kind])
            schemas[name] = {**_with_meta(kind.custom.schema), "x-kubernetes-group-version-kind": [gvk]}
            schemas[f"{name}List"] = _list_schema(name, gvk)
            paths.update(_paths(kind, name, gvk))
        info = {"title": "Kubernetes CRD Swagger", "version": "v0.1.0"}
        document: Object = {"openapi": "3.0.0", "info": info, "paths": paths}
        return _with_schemas(document, schemas, load_openapi(self._version)["schemas"])


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        reference = value.get("$ref")
        if isinstance(reference, str):
            yield reference.removeprefix(_REFERENCE)
        for item in value.values():
            yield from _references(item)
    elif isinstance(value, list):
        for item in value:
            yield from _references(item)


def _with_schemas(document: Object, own: Object, shared: Object) -> Object:
    """The document with every schema that it needs, as each served document carries them."""
    needed: Object = dict(own)
    pending = [*_references(document), *_references(own)]
    while pending:
        name = pending.pop()
        if name not in needed and name in shared:
            needed[name] = shared[name]
            pending.extend(_references(shared[name]))
    return {**document, "components": {**document.get("components", {}), "schemas": needed}}


def _with_meta(schema: Object) -> Object:
    api_version = {"type": "string", "description": "The version of the schema of this object."}
    kind = {"type": "string", "description": "The resource that this object stands for."}
    metadata = {"allOf": [{"$ref": _META}], "description": "Standard object's metadata."}
    common = {"apiVersion": api_version, "kind": kind, "metadata": metadata}
    return {**schema, "type": "object", "properties": {**schema.get("properties", {}), **common}}


def _list_schema(name: str, gvk: Object) -> Object:
    return {
        "type": "object",
        "required": ["items"],
        "properties": {
            "apiVersion": {"type": "string"},
            "kind": {"type": "string"},
            "metadata": {"$ref": _LIST_META},
            "items": {"type": "array", "items": {"$ref": _REFERENCE + name}},
        },
        "x-kubernetes-group-version-kind": [{**gvk, "kind": f"{gvk['kind']}List"}],
    }


def _paths(kind: ObjectType, name: str, gvk: Object) -> Object:
    resource = kind.resource
    place = "namespaces/{namespace}/" if resource.namespaced else ""
    collection = f"/apis/{resource.api_version}/{place}{resource.plural}"

    def operation(action: str, *parameters: str) -> Object:
        schema = {"$ref": _REFERENCE + name + ("List" if action == "list" else "")}
        found = {"description": "OK", "content": {"application/json": {"schema": schema}}}
        listed = [
            {"name": parameter, "in": "query", "schema": {"type": "string", "uniqueItems": True}}
            for parameter in parameters
        ]
        return {
            "operationId": f"{action}{resource.kind}{resource.version}",
            "parameters": listed,
            "responses": {"200": found},
            "x-kubernetes-action": action,
            "x-kubernetes-group-version-kind": gvk,
        }

    return {
        collection: {"get": operation("list"), "post": operation("post", *_WRITE_PARAMETERS)},
        collection + "/{name}": {
            "get": operation("get"),
            "put": operation("put", *_WRITE_PARAMETERS),
            "patch": operation("patch", *_WRITE_PARAMETERS, "force"),
            "delete": operation("delete", "dryRun"),
        },
    }
