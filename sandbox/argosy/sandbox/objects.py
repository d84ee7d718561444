"""The four writes of the API on one object, as pure functions: create, update, patch and server-side apply.

This is the door of the object engine. It decodes as Go would, defaults, validates, keeps generation and
`managedFields`, and decides whether anything changed. It knows no store, no HTTP and no watch.

Who does what:

* Here: strict decoding, defaulting, quantities, `metadata.name` from `generateName`, uid,
  `creationTimestamp`,
  `generation`, `managedFields`, immutable fields, validation, what a subresource may write, conflicts of
  field managers, `resourceVersion` and `uid` preconditions in the body.
* The caller: existence (`AlreadyExists`, `NotFound`), namespaces, new `resourceVersion`s, deletion. An
  outcome
  whose object carries a `deletionTimestamp` and no finalizers any more is to be removed. Dry run is
  "do not store".

No function changes its arguments, and none of the returned values may be changed: they share parts with the
live object.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from argosy.sandbox import custom_resources
from argosy.sandbox.decoding import decode_object, empty_object
from argosy.sandbox.errors import ApiError, Cause, bad_request, cannot_be_fulfilled, invalid, modified
from argosy.sandbox.field_errors import Problems
from argosy.sandbox.fieldset import FieldSet, MergeError, from_paths, union
from argosy.sandbox.kinds.registry import TYPE_DEFAULTS, rules_of
from argosy.sandbox.kinds.rules import KindRules
from argosy.sandbox.managed_fields import (
    Writer,
    is_reset,
    own_applied,
    own_updated,
    refresh_last_applied,
    without_managed_fields,
)
from argosy.sandbox.metadata import validate_metadata, validate_metadata_update
from argosy.sandbox.patches import apply_patch
from argosy.sandbox.resource_types import ObjectType
from argosy.sandbox.schema import Object

__all__ = ["Environment", "FieldValidation", "Outcome", "WriteOptions", "apply", "create", "patch", "update"]


class FieldValidation(Enum):
    """What happens to unknown fields (query parameter `fieldValidation`)."""

    IGNORE = "Ignore"
    WARN = "Warn"
    STRICT = "Strict"


@dataclass(frozen=True, slots=True)
class WriteOptions:
    """Who writes and how. `manager` is the field manager (or the user agent's first word, up to a slash)."""

    manager: str
    subresource: str = ""
    force: bool = False
    field_validation: FieldValidation = FieldValidation.WARN


@dataclass(frozen=True, slots=True)
class Environment:
    """What a cluster hands out: the time (RFC 3339, UTC, whole seconds), uids, addresses, ports, suffixes."""

    now: str
    new_uid: Callable[[], str]
    allocate_cluster_ip: Callable[[], str]
    allocate_node_port: Callable[[], int]
    name_suffix: Callable[[], str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The object after the write. `changed` is false for a no-op: then `object` *is* the live object."""

    object: Object
    changed: bool
    warnings: tuple[str, ...] = ()


def create(
    kind: ObjectType, namespace: str, body: Object, options: WriteOptions, environment: Environment
) -> Outcome:
    """A new object from a POST body, without `resourceVersion`. Raises `ApiError` (400, 422)."""
    _check_kind(kind, body)
    new, warnings = _shape(kind, body, options)
    metadata = new["metadata"]
    _check_namespace(kind, namespace, metadata)
    metadata.pop("managedFields", None)
    owned = _own_update(kind, _empty(kind), new, [], options, environment)
    return Outcome(_finish_create(kind, new, owned, environment), True, warnings)


def update(
    kind: ObjectType, live: Object, body: Object, options: WriteOptions, environment: Environment
) -> Outcome:
    """The live object replaced by a PUT body. Raises `ApiError` (400, 409, 422)."""
    _check_kind(kind, body)
    new, warnings = _shape(kind, body, options)
    _check_preconditions(kind, live, new["metadata"])
    if _rules(kind).needs_resource_version and not new["metadata"].get("resourceVersion"):
        cause = Cause(
            "FieldValueInvalid",
            "Invalid value: 0: must be specified for an update",
            "metadata.resourceVersion",
        )
        raise invalid(kind.resource.group, kind.resource.plural, live["metadata"]["name"], [cause])
    return _update(kind, live, new, warnings, options, environment)


def patch(
    kind: ObjectType,
    live: Object,
    body: bytes,
    content_type: str,
    options: WriteOptions,
    environment: Environment,
) -> Outcome:
    """A JSON, merge or strategic merge patch. Raises `ApiError` (400, 409, 415, 422)."""
    patched = apply_patch(kind, live, body, content_type)
    if not isinstance(patched.get("metadata"), dict):
        patched["metadata"] = {}
    new, warnings = _shape(kind, patched, options)
    _check_preconditions(kind, live, new["metadata"])
    return _update(kind, live, new, warnings, options, environment)


def apply(
    kind: ObjectType,
    namespace: str,
    name: str,
    live: Object | None,
    configuration: Mapping[str, Any],
    options: WriteOptions,
    environment: Environment,
) -> Outcome:
    """Server-side apply; `live` is None when nothing exists yet. Raises `ApiError`: 409 with a cause per
    conflict, 400, 422 and 500 as the API server does."""
    config = _applied_configuration(kind, namespace, name, live, configuration, options)
    empty = _empty(kind)
    writer = _writer(kind, options, environment)
    entries = (live or {}).get("metadata", {}).get("managedFields") or []
    given = configuration if "name" in (configuration.get("metadata") or {}) else config
    try:
        applied = own_applied(
            kind.schema, live or empty, config, entries, writer, force=options.force, empty=empty
        )
    except MergeError as error:
        raise _cannot_type(kind, configuration, name, error) from None
    merged = refresh_last_applied(applied.object or without_managed_fields(live or config), given, writer)
    new, warnings = _shape(kind, merged, options, merged=True)
    if live is None:
        if kind.resource.namespaced:
            new["metadata"].setdefault("namespace", namespace)
        return Outcome(_finish_create(kind, new, applied.managed_fields, environment), True, warnings)
    finished = _finish_update(kind, live, new, applied.managed_fields, options, environment)
    return _outcome(live, finished, warnings)


# ---------------------------------------------------------------- the body


def _check_kind(kind: ObjectType, body: Object) -> None:
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


def _shape(
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


def _empty(kind: ObjectType) -> Object:
    known = {"apiVersion": kind.resource.api_version, "kind": kind.resource.kind}
    return known if kind.custom is not None else empty_object(kind.schema) | known


def _check_namespace(kind: ObjectType, namespace: str, metadata: Object) -> None:
    if not kind.resource.namespaced:
        return
    if metadata.setdefault("namespace", namespace) != namespace:
        raise bad_request(
            "the namespace of the provided object does not match the namespace sent on the request"
        )


def _check_preconditions(kind: ObjectType, live: Object, metadata: Object) -> None:
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


def _applied_configuration(
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
        _check_preconditions(kind, live, metadata)
    metadata.pop("resourceVersion", None)
    return {**configuration, "metadata": metadata}


def _cannot_type(
    kind: ObjectType, configuration: Mapping[str, Any], name: str, error: MergeError
) -> ApiError:
    resource = kind.resource
    namespace = (configuration.get("metadata") or {}).get("namespace", "")
    who = f"{namespace}/{name}; {resource.group}/{resource.version}, Kind={resource.kind}"
    return ApiError(500, "", f"failed to create typed patch object ({who}): {error}")


# ---------------------------------------------------------------- ownership


def _writer(kind: ObjectType, options: WriteOptions, environment: Environment) -> Writer:
    return Writer(
        manager=options.manager,
        api_version=kind.resource.api_version,
        now=environment.now,
        subresource=options.subresource,
        reset=_reset_fields(kind, options.subresource),
    )


_STATUS = from_paths(("status",))
_SPEC = from_paths(("spec",))
_SPEC_AND_METADATA = from_paths(("spec",), ("metadata",))


def _reset_fields(kind: ObjectType, subresource: str) -> FieldSet:
    """The fields that an endpoint ignores and hence never owns (`GetResetFields`)."""
    if subresource == "status":
        if kind.custom is not None:
            return _SPEC_AND_METADATA
        return union(_SPEC, _rules(kind).status_reset)
    if subresource or not kind.resource.has_subresource("status"):
        return {}
    return {} if _rules(kind).status_is_written else _STATUS


def _own_update(
    kind: ObjectType,
    live: Object,
    new: Object,
    entries: list[Object],
    options: WriteOptions,
    environment: Environment,
) -> list[Object]:
    try:
        return own_updated(kind.schema, live, new, entries, _writer(kind, options, environment))
    except MergeError:
        # Objects that cannot be typed (duplicate keys the schema forbids) keep the owners they had.
        return entries


# ---------------------------------------------------------------- create


def _rules(kind: ObjectType) -> KindRules:
    if kind.custom is not None:
        return custom_resources.RULES
    return rules_of(kind.resource.group, kind.resource.kind)


def _finish_create(
    kind: ObjectType, new: Object, managed_fields: list[Object], environment: Environment
) -> Object:
    """System metadata, the kind's own preparation, validation (`rest.BeforeCreate`)."""
    rules, resource = _rules(kind), kind.resource
    metadata = new["metadata"]
    for name in (
        "deletionTimestamp",
        "deletionGracePeriodSeconds",
        "selfLink",
        "resourceVersion",
        "generation",
    ):
        metadata.pop(name, None)
    metadata["uid"] = environment.new_uid()
    metadata["creationTimestamp"] = environment.now
    if not metadata.get("name") and metadata.get("generateName"):
        metadata["name"] = metadata["generateName"][:58] + environment.name_suffix()
    if rules.has_generation:
        metadata["generation"] = 1
    if resource.has_subresource("status") and not rules.status_is_written:
        _restore_status(kind, new, _empty(kind))
    rules.prepare_create(new, environment)
    problems = Problems()
    validate_metadata(metadata, resource.namespaced, rules.name, rules.bare_finalizers, problems)
    _validate(kind, new, problems)
    if problems:
        raise invalid(resource.group, resource.kind, metadata.get("name", ""), problems.causes)
    return _ordered(_with_managed_fields(new, managed_fields))


def _validate(kind: ObjectType, new: Object, problems: Problems) -> None:
    if kind.custom is not None:
        custom_resources.validate(kind.custom, new, problems)
    else:
        _rules(kind).validate(new, problems)


def _restore_status(kind: ObjectType, new: Object, source: Object) -> None:
    new.pop("status", None)
    if "status" in source:
        new["status"] = source["status"]


def _with_managed_fields(new: Object, managed_fields: list[Object]) -> Object:
    new["metadata"].pop("managedFields", None)
    if managed_fields:
        new["metadata"]["managedFields"] = managed_fields
    return new


_FIRST = ("kind", "apiVersion", "metadata")


def _ordered(new: Object) -> Object:
    """The order in which Go writes the top of an object."""
    first = {name: new[name] for name in _FIRST}
    return first | {name: value for name, value in new.items() if name not in first}


# ---------------------------------------------------------------- update


def _update(
    kind: ObjectType,
    live: Object,
    new: Object,
    warnings: tuple[str, ...],
    options: WriteOptions,
    environment: Environment,
) -> Outcome:
    _check_same_name(kind, live, new)
    requested = new["metadata"].pop("managedFields", None)
    owned: list[Object] = live["metadata"].get("managedFields") or []
    if options.subresource:
        owned = _own_update(kind, live, new, owned, options, environment)
    elif is_reset(requested):
        owned = []
    else:
        owned = _own_update(kind, live, new, requested or owned, options, environment)
    finished = _finish_update(kind, live, new, owned, options, environment)
    return _outcome(live, finished, warnings)


def _check_same_name(kind: ObjectType, live: Object, new: Object) -> None:
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


def _finish_update(
    kind: ObjectType,
    live: Object,
    new: Object,
    managed_fields: list[Object],
    options: WriteOptions,
    environment: Environment,
) -> Object:
    """What the endpoint may not write is put back, then generation and validation (`rest.BeforeUpdate`)."""
    rules, resource = _rules(kind), kind.resource
    new = _keep_what_the_endpoint_leaves(kind, live, new, options.subresource, rules)
    metadata, known = new["metadata"], live["metadata"]
    for name in ("generation", "resourceVersion", "creationTimestamp", "uid", "deletionTimestamp"):
        metadata.pop(name, None)
        if name in known:
            metadata[name] = known[name]
    if "deletionGracePeriodSeconds" in known:
        metadata.setdefault("deletionGracePeriodSeconds", known["deletionGracePeriodSeconds"])
    else:
        metadata.pop("deletionGracePeriodSeconds", None)
    problems = Problems()
    if options.subresource != "status":
        rules.prepare_update(new, live, environment)
        if rules.has_generation and rules.generation_changes(new, live):
            metadata["generation"] = known.get("generation", 0) + 1
        validate_metadata_update(metadata, known, rules.bare_finalizers, problems)
        _validate(kind, new, problems)
        rules.validate_update(new, live, problems)
    else:
        validate_metadata_update(metadata, known, rules.bare_finalizers, problems)
        if kind.custom is not None:
            custom_resources.validate(kind.custom, new, problems)
    if problems:
        raise invalid(resource.group, resource.kind, known["name"], problems.causes)
    return _ordered(_with_managed_fields(new, managed_fields))


def _keep_what_the_endpoint_leaves(
    kind: ObjectType, live: Object, new: Object, subresource: str, rules: KindRules
) -> Object:
    if subresource != "status":
        if kind.resource.has_subresource("status") and not rules.status_is_written:
            _restore_status(kind, new, live)
        return new
    kept = {name: value for name, value in live.items() if name != "status"}
    if kind.custom is not None:
        kept["metadata"] = dict(live["metadata"])
    else:
        kept["metadata"] = new["metadata"]
        for path in rules.status_reset.get("f:metadata", {}):
            name = path[2:]
            kept["metadata"].pop(name, None)
            if name in live["metadata"]:
                kept["metadata"][name] = live["metadata"][name]
    if "status" in new:
        kept["status"] = new["status"]
    return kept


def _outcome(live: Object, finished: Object, warnings: tuple[str, ...]) -> Outcome:
    """A write that changes nothing but times of owners is no write (`IgnoreManagedFieldsTimestamps`)."""
    changed = _without_times(finished) != _without_times(live)
    return Outcome(finished if changed else live, changed, warnings)


def _without_times(value: Object) -> Object:
    entries = value["metadata"].get("managedFields")
    if not entries:
        return value
    timeless = [{name: found for name, found in entry.items() if name != "time"} for entry in entries]
    return {**value, "metadata": {**value["metadata"], "managedFields": timeless}}
