"""The garbage collector: deletes dependents whose owners are gone, and ends foreground and orphan deletions.

Follows `k8s.io/kubernetes/pkg/controller/garbagecollector`: an object goes only when *no* owner is left.
"""

from collections import defaultdict
from functools import partial
from typing import Any

from argosy.sandbox.deletion import FOREGROUND, ORPHAN, DeleteOptions, Deleter, Propagation
from argosy.sandbox.resource_types import ObjectType
from argosy.sandbox.state import ClusterState
from argosy.sandbox.store import Event, EventType, Key, Object
from argosy.sandbox.writing import Writer

__all__ = ["GarbageCollector"]

_MANAGER = "kube-controller-manager"


class GarbageCollector:
    """Watches every write of a cluster and keeps the graph of owners."""

    def __init__(self, state: ClusterState, writer: Writer, deleter: Deleter) -> None:
        self._state = state
        self._writer = writer
        self._deleter = deleter
        self._by_uid: dict[str, Key] = {}
        self._dependents: dict[str, set[Key]] = defaultdict(set)
        self._owners: dict[Key, frozenset[str]] = {}
        state.store.observe(self._on_event)

    def dependents(self, uid: str) -> list[Key]:
        """Where the objects are that name this owner, in order."""
        return sorted(self._dependents.get(uid, ()))

    def located(self, uid: str) -> Key | None:
        """Where the object of that uid is."""
        return self._by_uid.get(uid)

    def _on_event(self, event: Event) -> None:
        key: Key = (event.resource, event.key)
        metadata = event.stored.object["metadata"]
        if event.type is EventType.DELETED:
            self._forget(key, metadata["uid"])
            return
        self._by_uid[metadata["uid"]] = key
        owners = frozenset(reference["uid"] for reference in metadata.get("ownerReferences") or ())
        before = self._owners.get(key, frozenset())
        if owners != before:
            self._link(key, before, owners)
        finalizers = metadata.get("finalizers") or ()
        if "deletionTimestamp" in metadata:
            if FOREGROUND in finalizers:
                self._soon(lambda: self._foreground(key))
            if ORPHAN in finalizers:
                self._soon(lambda: self._orphan(key))

    def _link(self, key: Key, before: frozenset[str], owners: frozenset[str]) -> None:
        for uid in before - owners:
            self._dependents[uid].discard(key)
            self._look_at_owner(uid)
        for uid in owners - before:
            self._dependents[uid].add(key)
        if owners:
            self._owners[key] = owners
        else:
            self._owners.pop(key, None)
        if any(uid not in self._by_uid for uid in owners):
            self._soon(lambda: self._attempt(key))

    def _forget(self, key: Key, uid: str) -> None:
        self._by_uid.pop(uid, None)
        for owner in self._owners.pop(key, frozenset()):
            self._dependents[owner].discard(key)
            self._look_at_owner(owner)
        for dependent in sorted(self._dependents.pop(uid, ())):
            self._soon(partial(self._attempt, dependent))

    def _look_at_owner(self, uid: str) -> None:
        owner = self._by_uid.get(uid)
        if owner is not None and self._waits(uid):
            self._soon(lambda: self._foreground(owner))

    def _soon(self, work: Any) -> None:
        self._state.timers.later(self._state.settings.collection_delay, work)

    def _find(self, key: Key) -> tuple[ObjectType, Object] | None:
        stored = self._state.store.get(*key)
        kind = self._state.registry.stored_as(key[0])
        return None if stored is None or kind is None else (kind, stored.object)

    def _waits(self, uid: str) -> bool:
        """Whether an owner is being deleted in the foreground."""
        key = self._by_uid.get(uid)
        found = None if key is None else self._state.store.get(*key)
        if found is None:
            return False
        metadata = found.object["metadata"]
        return "deletionTimestamp" in metadata and FOREGROUND in (metadata.get("finalizers") or ())

    def _attempt(self, key: Key) -> None:
        """Deletes a dependent that has no owner left; drops references to owners that are gone."""
        found = self._find(key)
        if found is None:
            return
        kind, obj = found
        metadata = obj["metadata"]
        references = metadata.get("ownerReferences") or []
        if not references:
            return
        waiting = [item for item in references if self._waits(item["uid"])]
        solid = [item for item in references if item["uid"] in self._by_uid and item not in waiting]
        if solid:
            if len(solid) < len(references):
                kept = {item["uid"] for item in solid}
                self._writer.change(kind, key[1], lambda live: _with_owners(live, kept), manager=_MANAGER)
            return
        if "deletionTimestamp" in metadata:
            return
        uid = metadata["uid"]
        propagation = Propagation.BACKGROUND
        finalizers = metadata.get("finalizers") or ()
        if FOREGROUND in finalizers or (waiting and self._dependents.get(uid)):
            propagation = Propagation.FOREGROUND
        elif ORPHAN in finalizers:
            propagation = Propagation.ORPHAN
        self._deleter.delete(kind, key[1][0], key[1][1], DeleteOptions(propagation, uid=uid))

    def _foreground(self, key: Key) -> None:
        found = self._find(key)
        if found is None:
            return
        kind, obj = found
        metadata = obj["metadata"]
        if FOREGROUND not in (metadata.get("finalizers") or ()):
            return
        uid = metadata["uid"]
        for dependent in sorted(self._dependents.get(uid, ())):
            self._attempt(dependent)
        if not any(self._blocks(dependent, uid) for dependent in self._dependents.get(uid, ())):
            self._writer.change(
                kind, key[1], lambda live: _without_finalizer(live, FOREGROUND), manager=_MANAGER
            )

    def _blocks(self, key: Key, owner: str) -> bool:
        stored = self._state.store.get(*key)
        if stored is None:
            return False
        references = stored.object["metadata"].get("ownerReferences") or ()
        return any(item["uid"] == owner and item.get("blockOwnerDeletion") for item in references)

    def _orphan(self, key: Key) -> None:
        found = self._find(key)
        if found is None:
            return
        kind, obj = found
        uid = obj["metadata"]["uid"]
        for dependent in sorted(self._dependents.get(uid, ())):
            other = self._find(dependent)
            if other is not None:
                references = other[1]["metadata"].get("ownerReferences") or ()
                kept = {item["uid"] for item in references if item["uid"] != uid}
                self._writer.change(
                    other[0], dependent[1], partial(_with_owners, kept=kept), manager=_MANAGER
                )
        self._writer.change(kind, key[1], lambda live: _without_finalizer(live, ORPHAN), manager=_MANAGER)


def _with_owners(obj: Object, kept: set[str]) -> Object:
    metadata = dict(obj["metadata"])
    references = [item for item in metadata.pop("ownerReferences", ()) if item["uid"] in kept]
    if references:
        metadata["ownerReferences"] = references
    return {**obj, "metadata": metadata}


def _without_finalizer(obj: Object, finalizer: str) -> Object:
    metadata = dict(obj["metadata"])
    finalizers = [item for item in metadata.pop("finalizers", ()) if item != finalizer]
    if finalizers:
        metadata["finalizers"] = finalizers
    return {**obj, "metadata": metadata}
