"""The four writes of the API on one object, as pure functions: create, update, patch and server-side apply.

This is the door of the object engine. It decodes as Go would, defaults, validates, keeps generation and
`managedFields`, and decides whether anything changed. It knows no store, no HTTP and no watch.

Who does what:

* Here: strict decoding, defaulting, quantities, `metadata.name` from `generateName`, uid,
  `creationTimestamp`,
  `generation`, `managedFields`, immutable fields, validation, what a subresource may write, conflicts of
  field
  managers, `resourceVersion` and `uid` preconditions in the body.
* The caller: existence (`AlreadyExists`, `NotFound`), namespaces, new `resourceVersion`s, deletion. An
  outcome
  whose object carries a `deletionTimestamp` and no finalizers any more is to be removed. Dry run is "do
  not store".

No function changes its arguments, and none of the returned values may be changed: they share parts with the
live object.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum

from argosy.sandbox.resource_types import ObjectType
from argosy.sandbox.schema import Object

__all__ = ["Environment", "FieldValidation", "Outcome", "WriteOptions", "apply", "create", "patch", "update"]


class FieldValidation(Enum):
    """What happens to unknown and duplicate fields (query parameter `fieldValidation`)."""

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
    """What a cluster hands out: the time (RFC 3339, UTC, whole seconds), uids, addresses, ports, name
    suffixes."""

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
    raise NotImplementedError


def update(
    kind: ObjectType, live: Object, body: Object, options: WriteOptions, environment: Environment
) -> Outcome:
    """The live object replaced by a PUT body. Raises `ApiError` (400, 409, 422)."""
    raise NotImplementedError


def patch(
    kind: ObjectType,
    live: Object,
    body: bytes,
    content_type: str,
    options: WriteOptions,
    environment: Environment,
) -> Outcome:
    """A JSON, merge or strategic merge patch. Raises `ApiError` (400, 409, 415, 422)."""
    raise NotImplementedError


def apply(
    kind: ObjectType,
    namespace: str,
    name: str,
    live: Object | None,
    configuration: Mapping[str, object],
    options: WriteOptions,
    environment: Environment,
) -> Outcome:
    """Server-side apply; `live` is None when nothing exists yet. Raises `ApiError`: 409 with a cause per
    conflict,
    400, 422 and 500 as the API server does."""
    raise NotImplementedError
