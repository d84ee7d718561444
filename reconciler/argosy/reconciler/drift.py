"""Tells drift from noise by what the API server wrote down about our own last apply.

Another writer who changes a field of ours takes it out of our entry in `managedFields`. So an object has
drifted when our entry (fields and time) is another one than in the answer to our last apply, or when a
keyed list that we applied stands in another order, which no entry shows. Everything else, status and
foreign fields above all, leaves the entry alone and needs no call. Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from argosy.reconciler.resource import KubernetesObject, digest_of, metadata_of, walk

__all__ = ["Applied", "Verdict", "compare", "content_of", "examine", "examine_entries", "remember"]

_ITEM_KEYS = (
    "name",
    "key",
    "mountPath",
    "devicePath",
    "containerPort",
    "port",
    "protocol",
    "ip",
    "topologyKey",
    "type",
    "uid",
)
"""What tells the items of Kubernetes' keyed lists apart."""

_SERVERS_OWN = ("managedFields", "resourceVersion", "generation", "uid", "creationTimestamp", "selfLink")


class Verdict(StrEnum):
    """What one look at a live object says, compared with our last apply."""

    SAME = "same"
    DRIFTED = "drifted"
    UNKNOWN = "unknown"
    """Only the server can tell: ask it once."""


Entries = tuple[tuple[str, str, str], ...]
Order = tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Applied:
    """What is remembered of an object that the server said to be as we want it.

    `desired` is the digest of what was applied, `entries` are our entries in `managedFields` afterwards. An
    object that was only compared and never applied has no entry of ours; then `content` speaks for it.
    """

    desired: str
    uid: str
    resource_version: str
    generation: int
    entries: Entries
    order: Order
    content: str = ""


def remember(desired: Mapping[str, Any], digest: str, answer: KubernetesObject, manager: str) -> Applied:
    """What to keep of the server's answer to an apply, or of the live object after a dry run without
    difference."""
    metadata = metadata_of(answer)
    entries = _entries(metadata, manager)
    return Applied(
        desired=digest,
        uid=str(metadata.get("uid", "")),
        resource_version=str(metadata.get("resourceVersion", "")),
        generation=int(metadata.get("generation") or 0),
        entries=entries,
        order=_order(desired, answer),
        content="" if entries else digest_of(content_of(answer)),
    )


def examine(
    applied: Applied | None,
    desired: Mapping[str, Any],
    digest: str,
    live: KubernetesObject,
    manager: str,
    *,
    just_now: bool = False,
) -> Verdict:
    """Whether a live object still is what was applied.

    `just_now`: our apply is so recent that a second one under our name can bear the same time, which has a
    resolution of one second; then a new generation is reason enough to ask.
    """
    if applied is None or applied.desired != digest:
        return Verdict.UNKNOWN
    metadata = metadata_of(live)
    if metadata.get("uid") != applied.uid:
        return Verdict.UNKNOWN
    if metadata.get("resourceVersion") == applied.resource_version:
        return Verdict.SAME
    if not applied.entries:
        # Never applied by us: no entry tells what of it is ours.
        return Verdict.SAME if digest_of(content_of(live)) == applied.content else Verdict.UNKNOWN
    if _entries(metadata, manager) != applied.entries or _order(desired, live) != applied.order:
        return Verdict.DRIFTED
    if just_now and int(metadata.get("generation") or 0) != applied.generation:
        return Verdict.UNKNOWN
    return Verdict.SAME


def examine_entries(
    applied: Applied, before: KubernetesObject, after: KubernetesObject, manager: str
) -> Verdict:
    """The quick look at a watch event: `UNKNOWN` where a closer one is called for."""
    entries = _entries(metadata_of(after), manager)
    if entries != applied.entries:
        return Verdict.DRIFTED
    return Verdict.SAME if content_of(before) == content_of(after) else Verdict.UNKNOWN


def content_of(obj: KubernetesObject) -> KubernetesObject:
    """The object without what the server writes by itself: what a dry run is compared by."""
    metadata = {key: value for key, value in metadata_of(obj).items() if key not in _SERVERS_OWN}
    return {key: value for key, value in obj.items() if key not in ("status", "metadata")} | {
        "metadata": metadata
    }


def compare(live: KubernetesObject, dry_run: KubernetesObject) -> bool:
    """Whether a dry run of our apply would leave the live object as it is."""
    return content_of(live) == content_of(dry_run)


def _entries(metadata: Mapping[str, Any], manager: str) -> Entries:
    return tuple(
        (str(entry.get("apiVersion", "")), str(entry.get("time", "")), digest_of(entry.get("fieldsV1")))
        for entry in metadata.get("managedFields") or ()
        if entry.get("manager") == manager
        and entry.get("operation") == "Apply"
        and not entry.get("subresource")
    )


def _order(desired: Mapping[str, Any], live: KubernetesObject) -> Order:
    """For each list of mappings that we applied, the order in which its items stand in the live object."""
    wanted = dict(walk({key: value for key, value in desired.items() if key != "metadata"}))
    if not wanted:
        return ()
    found = []
    for path, items in walk({key: value for key, value in live.items() if key != "metadata"}):
        if path in wanted:
            ours = {_identity(item, wanted[path]) for item in wanted[path]}
            order = tuple(name for name in (_identity(item, wanted[path]) for item in items) if name in ours)
            found.append((path, order))
    return tuple(found)


def _identity(item: Mapping[str, Any], among: list[Any]) -> str:
    # Defaults that the server added (`protocol: TCP`) must not matter: only keys that we wrote count.
    written = {key for other in among for key in _ITEM_KEYS if key in other}
    return "|".join(f"{key}={item[key]}" for key in _ITEM_KEYS if key in written and key in item)
