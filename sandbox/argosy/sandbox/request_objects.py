"""The object in the body of a write: does it belong here, decoded and defaulted, its preconditions.

Knows neither ownership nor the rules of kinds; `strategy` finishes what comes out of here.
"""

from collections.abc import Mapping
from typing import Any

from argosy.sandbox import custom_resources
from argosy.sandbox.decoding import decode_object, empty_object
from argosy.sandbox.errors import ApiError, Cause, bad_request, cannot_be_fulfilled, invalid, modified
from argosy.sandbox.fieldset import MergeError
from argosy.sandbox.kinds.registry import TYPE_DEFAULTS
from argosy.sandbox.resource_types import ObjectType
from argosy.sandbox.schema import Object
from argosy.sandbox.write_options import FieldValidation, WriteOptions

__all__ = [
    "applied_configuration",
    "cannot_type",
    "check_kind",
    "check_namespace",
    "check_preconditions",
    "check_same_name",
    "empty_of",
    "shape",
]


def check_kind(kind: ObjectType, body: Object) -> None:
    """Does the body belong to this endpoint? Raises `ApiError` (400)."""
    resource = kind.resource
    if body.get("kind") and body["kind"] != resource.kind:
        # Reviews and scales aside, a body names its own kind.
        raise bad_request(
            f"{resource.kind} in version {resource.version!r} cannot be handled as a {resource.kind}: "
            f"converting ({body.get('apiVersion', '')}, Kind={body['kind']}) is not possible"
        )
    if body.get("apiVersion") and body["apiVersion"] != resource.api_version:
        raise bad_request(
            f"the API version in the data ({body['apiVersion']}) does not match the expected API version "
            f"({resource.api_version})"
        )


def shape(
    kind: ObjectType, body: Mapping[str, Any], options: WriteOptions, *, merged: bool = False
) -> tuple[Object, tuple[str, ...]]:
    """Decodes and defaults: a private copy that may be changed from here on, with the warnings it
    deserves."""
    resource = kind.resource
    if kind.custom is not None:
        decoded = custom_resources.decode(kind, body, prune_nulls=not merged)
    else:
        decoded = decode_object(kind.schema, body, resource.kind, resource.version, TYPE_DEFAULTS)
    found = [f'unknown field "{path}"' for path in decoded.unknown]
    if found and options.field_validation is FieldValidation.STRICT:
        raise bad_request(
            f'{resource.kind} in version "{resource.version}" cannot be handled as a {resource.kind}: '
            "strict decoding error: " + ", ".join(found)
        )
    new = decoded.object
    new["apiVersion"], new["kind"] = resource.api_version, resource.kind
    if not isinstance(new.get("metadata"), dict):
        new["metadata"] = {}
    return new, tuple(found) if options.field_validation is FieldValidation.WARN else ()


def empty_of(kind: ObjectType) -> Object:
    """The kind's empty object: what a new one is compared with to say which fields it sets."""
    known = {"apiVersion": kind.resource.api_version, "kind": kind.resource.kind}
    return known if kind.custom is not None else empty_object(kind.schema) | known


def check_namespace(kind: ObjectType, namespace: str, metadata: Object) -> None:
    """Fills in the namespace of the request. Raises `ApiError` (400) for another one."""
    if not kind.resource.namespaced:
        return
    if metadata.setdefault("namespace", namespace) != namespace:
        raise bad_request(
            "the namespace of the provided object does not match the namespace sent on the request"
        )


def check_preconditions(kind: ObjectType, live: Object, metadata: Object) -> None:
    """Is the object that a body means the live one? Raises `ApiError` (409)."""
    resource, name = kind.resource, live["metadata"]["name"]
    wanted = metadata.get("resourceVersion")
    if wanted and wanted != live["metadata"].get("resourceVersion"):
        raise modified(resource.group, resource.plural, name)
    uid, live_uid = metadata.get("uid"), live["metadata"].get("uid")
    if uid and uid != live_uid:
        namespace = live["metadata"].get("namespace")
        parts = ("", "registry", resource.group if kind.custom else "", resource.plural, namespace, name)
        key = "/".join(part for index, part in enumerate(parts) if part or not index)
        text = f"Precondition failed: UID in precondition: {uid}, UID in object meta: {live_uid}"
        raise cannot_be_fulfilled(
            resource.group,
            resource.plural,
            name,
            f"StorageError: invalid object, Code: 4, Key: {key}, ResourceVersion: 0, "
            f"AdditionalErrorMsg: {text}",
        )


def applied_configuration(
    kind: ObjectType,
    namespace: str,
    name: str,
    live: Object | None,
    configuration: Mapping[str, Any],
    options: WriteOptions,
) -> Object:
    """Checks an applied body and completes its metadata."""
    resource = kind.resource
    if not options.manager:
        text = "is required for apply patch"
        cause = Cause("FieldValueRequired", f"Required value: {text}", "fieldManager")
        raise invalid("meta.k8s.io", "PatchOptions", "", [cause])
    given: Mapping[str, Any] = configuration.get("metadata") or {}
    if not isinstance(given, Mapping):
        raise bad_request(f"metadata must be an object, found {type(given).__name__}")
    if given.get("managedFields"):
        raise bad_request("metadata.managedFields must be nil")
    if given.get("name", name) != name:
        raise bad_request(
            f"the name of the object ({given['name']}) does not match the name on the URL ({name})"
        )
    version = configuration.get("apiVersion", "")
    if version == resource.api_version and configuration.get("kind") != resource.kind:
        raise bad_request(f"invalid object type: {version}, Kind={configuration.get('kind', '')}")
    if version != resource.api_version:
        raise bad_request(
            "Incorrect version specified in apply patch. "
            f"Specified patch version: {version}, expected: {resource.api_version}"
        )
    metadata = {**given, "name": name}
    if resource.namespaced and metadata.setdefault("namespace", namespace) != namespace:
        raise bad_request(
            f"the namespace of the object ({metadata['namespace']}) does not match the namespace on the "
            f"request ({namespace})"
        )
    uid = metadata.get("uid")
    if uid and (live is None or uid != live["metadata"].get("uid")):
        found = (
            f"existing object has uid {live['metadata'].get('uid')}"
            if live
            else "no existing object was found"
        )
        text = f"uid mismatch: the provided object specified uid {uid}, and {found}"
        raise cannot_be_fulfilled(resource.group, resource.plural, name, text)
    if live is not None and metadata.get("resourceVersion"):
        check_preconditions(kind, live, metadata)
    metadata.pop("resourceVersion", None)
    return {**configuration, "metadata": metadata}


def cannot_type(kind: ObjectType, configuration: Mapping[str, Any], name: str, error: MergeError) -> ApiError:
    """The refusal of a configuration that does not fit its schema."""
    resource = kind.resource
    namespace = (configuration.get("metadata") or {}).get("namespace", "")
    who = f"{namespace}/{name}; {resource.group}/{resource.version}, Kind={resource.kind}"
    return ApiError(500, "", f"failed to create typed patch object ({who}): {error}")


def check_same_name(kind: ObjectType, live: Object, new: Object) -> None:
    """Fills in name and namespace of the live object. Raises `ApiError` (400) for others."""
    metadata, known = new["metadata"], live["metadata"]
    if metadata.setdefault("name", known["name"]) != known["name"]:
        raise bad_request(
            f"the name of the object ({metadata['name']}) does not match the name on the URL "
            f"({known['name']})"
        )
    if not kind.resource.namespaced:
        metadata.pop("namespace", None)
    elif metadata.setdefault("namespace", known.get("namespace", "")) != known.get("namespace", ""):
        raise bad_request(
            "the namespace of the provided object does not match the namespace sent on the request"
        )
