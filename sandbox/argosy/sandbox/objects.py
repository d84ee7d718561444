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

from collections.abc import Mapping
from typing import Any

from argosy.sandbox.errors import Cause, invalid
from argosy.sandbox.fieldset import FieldSet, MergeError, from_paths, union
from argosy.sandbox.managed_fields import (
    Writer,
    is_reset,
    own_applied,
    own_updated,
    refresh_last_applied,
    without_managed_fields,
)
from argosy.sandbox.patches import apply_patch
from argosy.sandbox.request_objects import (
    applied_configuration,
    cannot_type,
    check_kind,
    check_namespace,
    check_preconditions,
    check_same_name,
    empty_of,
    shape,
)
from argosy.sandbox.resource_types import ObjectType
from argosy.sandbox.schema import Object
from argosy.sandbox.strategy import finish_create, finish_update, rules_for
from argosy.sandbox.write_options import Environment, FieldValidation, Outcome, WriteOptions

__all__ = ["Environment", "FieldValidation", "Outcome", "WriteOptions", "apply", "create", "patch", "update"]


def create(
    kind: ObjectType, namespace: str, body: Object, options: WriteOptions, environment: Environment
) -> Outcome:
    """A new object from a POST body, without `resourceVersion`. Raises `ApiError` (400, 422)."""
    check_kind(kind, body)
    new, warnings = shape(kind, body, options)
    metadata = new["metadata"]
    check_namespace(kind, namespace, metadata)
    metadata.pop("managedFields", None)
    owned = _own_update(kind, empty_of(kind), new, [], options, environment)
    return Outcome(finish_create(kind, new, owned, environment), True, warnings)


def update(
    kind: ObjectType, live: Object, body: Object, options: WriteOptions, environment: Environment
) -> Outcome:
    """The live object replaced by a PUT body. Raises `ApiError` (400, 409, 422)."""
    check_kind(kind, body)
    new, warnings = shape(kind, body, options)
    check_preconditions(kind, live, new["metadata"])
    if rules_for(kind).needs_resource_version and not new["metadata"].get("resourceVersion"):
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
    new, warnings = shape(kind, patched, options)
    check_preconditions(kind, live, new["metadata"])
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
    config = applied_configuration(kind, namespace, name, live, configuration, options)
    empty = empty_of(kind)
    writer = _writer(kind, options, environment)
    entries = (live or {}).get("metadata", {}).get("managedFields") or []
    given = configuration if "name" in (configuration.get("metadata") or {}) else config
    try:
        applied = own_applied(
            kind.schema, live or empty, config, entries, writer, force=options.force, empty=empty
        )
    except MergeError as error:
        raise cannot_type(kind, configuration, name, error) from None
    merged = refresh_last_applied(applied.object or without_managed_fields(live or config), given, writer)
    new, warnings = shape(kind, merged, options, merged=True)
    if live is None:
        if kind.resource.namespaced:
            new["metadata"].setdefault("namespace", namespace)
        return Outcome(finish_create(kind, new, applied.managed_fields, environment), True, warnings)
    finished = finish_update(kind, live, new, applied.managed_fields, options, environment)
    return _outcome(live, finished, warnings)


def _update(
    kind: ObjectType,
    live: Object,
    new: Object,
    warnings: tuple[str, ...],
    options: WriteOptions,
    environment: Environment,
) -> Outcome:
    check_same_name(kind, live, new)
    requested = new["metadata"].pop("managedFields", None)
    owned: list[Object] = live["metadata"].get("managedFields") or []
    if options.subresource:
        owned = _own_update(kind, live, new, owned, options, environment)
    elif is_reset(requested):
        owned = []
    else:
        owned = _own_update(kind, live, new, requested or owned, options, environment)
    finished = finish_update(kind, live, new, owned, options, environment)
    return _outcome(live, finished, warnings)


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
        return union(_SPEC, rules_for(kind).status_reset)
    if subresource or not kind.resource.has_subresource("status"):
        return {}
    return {} if rules_for(kind).status_is_written else _STATUS


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
