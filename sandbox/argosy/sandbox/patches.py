"""The bodies of PATCH requests other than apply: which format, read, and put onto the live object."""

import json
from typing import Any

from argosy.sandbox.errors import ApiError, bad_request, unsupported_media_type
from argosy.sandbox.json_patch import PatchError, apply_json_patch
from argosy.sandbox.json_patch import apply_merge_patch as merge_patch
from argosy.sandbox.managed_fields import without_managed_fields
from argosy.sandbox.resource_types import ObjectType
from argosy.sandbox.schema import Object
from argosy.sandbox.strategic_merge import apply_strategic_merge_patch

__all__ = [
    "APPLY_PATCH",
    "JSON_PATCH",
    "MERGE_PATCH",
    "STRATEGIC_MERGE_PATCH",
    "accepted_types",
    "apply_patch",
    "json_patch",
    "merge_patch",
]

JSON_PATCH = "application/json-patch+json"
MERGE_PATCH = "application/merge-patch+json"
STRATEGIC_MERGE_PATCH = "application/strategic-merge-patch+json"
APPLY_PATCH = "application/apply-patch+yaml"

_KNOWN_TYPES = (JSON_PATCH, MERGE_PATCH, STRATEGIC_MERGE_PATCH, APPLY_PATCH)


def accepted_types(kind: ObjectType) -> tuple[str, ...]:
    """Custom resources have no Go type and hence no strategic merge."""
    if kind.custom is not None:
        return JSON_PATCH, MERGE_PATCH, APPLY_PATCH
    return JSON_PATCH, MERGE_PATCH, STRATEGIC_MERGE_PATCH, APPLY_PATCH


def json_patch(value: Any, body: bytes) -> Any:
    """A JSON patch's body put onto a value. Raises `ApiError` (400, 422)."""
    operations = _decode(body)
    if not isinstance(operations, list):
        raise bad_request("error decoding patch: a JSON patch must be a list of operations")
    try:
        return apply_json_patch(value, operations)
    except PatchError:
        text = "the server rejected our request due to an error in our request"
        raise ApiError(422, "Invalid", text, {}) from None


def apply_patch(kind: ObjectType, live: Object, body: bytes, content_type: str) -> Object:
    """The live object, patched but neither decoded nor defaulted. Raises `ApiError` (400, 415, 422)."""
    media_type = content_type.split(";", 1)[0].strip().lower()
    if media_type not in _KNOWN_TYPES:
        raise ApiError(415, "UnsupportedMediaType", "415: Unsupported Media Type", {})
    if media_type not in accepted_types(kind):
        raise unsupported_media_type(accepted_types(kind))
    if media_type == JSON_PATCH:
        patched = json_patch(live, body)
    elif media_type == MERGE_PATCH:
        patched = merge_patch(live, _decode_object(body))
    else:
        patched = apply_strategic_merge_patch(kind.schema, live, _decode_object(body))
    if not isinstance(patched, dict):
        raise bad_request("the patched object is not an object")
    if not _mentions_managed_fields(patched, live):
        patched = without_managed_fields(patched)
    return dict(patched)


def _decode(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError as error:
        raise bad_request(f"error decoding patch: {error}") from None


def _decode_object(body: bytes) -> Object:
    patch = _decode(body)
    if not isinstance(patch, dict):
        raise bad_request("error decoding patch: the patch must be an object")
    return patch


def _mentions_managed_fields(patched: Object, live: Object) -> bool:
    """Untouched entries need not be decoded again."""
    metadata = patched.get("metadata")
    known = live["metadata"].get("managedFields")
    return isinstance(metadata, dict) and "managedFields" in metadata and metadata["managedFields"] != known
