"""The delete verb: preconditions, propagation, finalizers. What follows from it is the garbage
collector's.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from argosy.sandbox.errors import ApiError, bad_request, resource_details
from argosy.sandbox.registry import storage_key
from argosy.sandbox.resource_types import ObjectType
from argosy.sandbox.state import ClusterState
from argosy.sandbox.store import Object
from argosy.sandbox.writing import Writer

__all__ = ["FOREGROUND", "ORPHAN", "DeleteOptions", "Deleted", "Deleter", "Propagation"]

FOREGROUND = "foregroundDeletion"
"""Finalizer that holds an owner until its dependents are gone."""

ORPHAN = "orphan"
"""Finalizer that holds an owner until its dependents have forgotten it."""


class Propagation(Enum):
    """What happens to the dependents of a deleted object."""

    BACKGROUND = "Background"
    FOREGROUND = "Foreground"
    ORPHAN = "Orphan"


@dataclass(frozen=True, slots=True)
class DeleteOptions:
    """`metav1.DeleteOptions` as far as the sandbox heeds it."""

    propagation: Propagation | None = None
    uid: str = ""
    resource_version: str = ""
    dry_run: bool = False

    @classmethod
    def parse(cls, body: Mapping[str, Any], query: Mapping[str, str]) -> "DeleteOptions":
        """From the body of the request and its query, which holds where the body is silent. Raises
        `ApiError`.
        """
        policy = body.get("propagationPolicy") or query.get("propagationPolicy")
        orphan = body.get("orphanDependents")
        if orphan is None and "orphanDependents" in query:
            orphan = query["orphanDependents"] == "true"
        propagation: Propagation | None = None
        if policy:
            try:
                propagation = Propagation(policy)
            except ValueError:
                raise _unsupported_policy(str(policy)) from None
        elif orphan is not None:
            propagation = Propagation.ORPHAN if orphan else Propagation.BACKGROUND
        preconditions = body.get("preconditions") or {}
        if not isinstance(preconditions, Mapping):
            raise bad_request(f"preconditions must be an object, found {type(preconditions).__name__}")
        return cls(
            propagation,
            preconditions.get("uid", ""),
            preconditions.get("resourceVersion", ""),
            dry_run="All" in (body.get("dryRun") or ()) or query.get("dryRun") == "All",
        )


@dataclass(frozen=True, slots=True)
class Deleted:
    """What a delete left: the last state of the object, and whether it is gone already."""

    object: Object
    gone: bool


class Deleter:
    """Deletes objects of one cluster."""

    def __init__(self, state: ClusterState, writer: Writer) -> None:
        self._state = state
        self._writer = writer

    def delete(self, kind: ObjectType, namespace: str, name: str, options: DeleteOptions) -> Deleted:
        """Deletes at once, or marks what finalizers hold. Raises `ApiError` (404, 409)."""
        live = self._writer.live(kind, namespace, name)
        obj = live.object
        metadata = obj["metadata"]
        _check_preconditions(kind, name, metadata, options)
        key = (metadata.get("namespace", ""), metadata["name"])
        finalizers = _finalizers_for(metadata.get("finalizers") or [], options.propagation)
        held = bool(finalizers) or _namespace_finalizers(kind, obj)
        store, place = self._state.store, storage_key(kind)
        if not held:
            if options.dry_run:
                return Deleted(obj, gone=True)
            return Deleted(store.remove(place, key).object, gone=True)
        if "deletionTimestamp" in metadata and finalizers == (metadata.get("finalizers") or []):
            return Deleted(obj, gone=False)
        marked = self._marked(obj, finalizers)
        if options.dry_run:
            return Deleted(marked, gone=False)
        return Deleted(store.put(place, marked).object, gone=False)

    def _marked(self, obj: Object, finalizers: list[str]) -> Object:
        """The object with its deletion noted, as `rest.BeforeDelete` does (generation goes up)."""
        metadata = dict(obj["metadata"])
        if finalizers:
            metadata["finalizers"] = finalizers
        if "deletionTimestamp" not in metadata:
            metadata["deletionTimestamp"] = self._state.now()
            metadata["deletionGracePeriodSeconds"] = 0
            if metadata.get("generation"):
                metadata["generation"] += 1
        marked = {**obj, "metadata": metadata}
        if obj.get("kind") == "Namespace" and obj.get("apiVersion") == "v1":
            metadata.pop("deletionGracePeriodSeconds", None)
            marked["status"] = {**(obj.get("status") or {}), "phase": "Terminating"}
        return marked


def _check_preconditions(
    kind: ObjectType, name: str, metadata: Mapping[str, Any], options: DeleteOptions
) -> None:
    resource = kind.resource
    found = ""
    if options.uid and options.uid != metadata["uid"]:
        found = f"UID in precondition: {options.uid}, UID in object meta: {metadata['uid']}"
    elif options.resource_version and options.resource_version != metadata["resourceVersion"]:
        found = (
            f"ResourceVersion in precondition: {options.resource_version}, "
            f"ResourceVersion in object meta: {metadata['resourceVersion']}"
        )
    if found:
        raise ApiError(
            409,
            "Conflict",
            f'Operation cannot be fulfilled on {resource.group_resource} "{name}": '
            f"Precondition failed: {found}",
            resource_details(resource.group, resource.plural, name),
        )


def _finalizers_for(present: list[str], propagation: Propagation | None) -> list[str]:
    """What holds the object now: an explicit propagation replaces what an earlier delete asked for."""
    if propagation is None:
        return list(present)
    kept = [finalizer for finalizer in present if finalizer not in {FOREGROUND, ORPHAN}]
    if propagation is Propagation.FOREGROUND:
        kept.append(FOREGROUND)
    if propagation is Propagation.ORPHAN:
        kept.append(ORPHAN)
    return kept


def _namespace_finalizers(kind: ObjectType, obj: Object) -> bool:
    resource = kind.resource
    if (resource.group, resource.plural) != ("", "namespaces"):
        return False
    return bool((obj.get("spec") or {}).get("finalizers"))


def _unsupported_policy(policy: str) -> ApiError:
    known = ", ".join(f'"{value.value}"' for value in sorted(Propagation, key=lambda known: known.value))
    message = f'Unsupported value: "{policy}": supported values: {known}'
    return ApiError(
        422,
        "Invalid",
        f'DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: {message}',
        {"group": "meta.k8s.io", "kind": "DeleteOptions"},
    )
