"""Who writes, how, and what comes of it: the values that go in and out of `objects`."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from argosy.sandbox.schema import Object

__all__ = ["Environment", "FieldValidation", "Outcome", "WriteOptions"]


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
