"""One cluster as the reconciler knows it: a cache of what is ours, fed by watches and by our own writes.

Watches by label only, and only kinds that were asked for, so memory grows with what is managed. A lost
watch makes the view `lost`, never empty. Knows nothing of Applications but the owner that a tracking id
names.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Coroutine, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from argosy.clusters.client import Client
from argosy.clusters.errors import ApiError, NotFound, TooManyRequests, UnknownKind, Unreachable
from argosy.clusters.objects import GroupVersionKind, ObjectRef
from argosy.clusters.stream import EventType
from argosy.reconciler.drift import Applied
from argosy.reconciler.installation import Installation
from argosy.reconciler.resource import (
    KubernetesObject,
    ResourceKey,
    key_of,
    labels_of,
    metadata_of,
    namespace_of,
    resource_version_of,
)
from argosy.reconciler.served_apis import ServedApis, is_definition
from argosy.reconciler.tracking import owner_of
from argosy.schemas.knowledge import Answer
from argosy.schemas.model.annotations import INSTALLATION as INSTALLATION_LABEL
from argosy.sources.capabilities import Capabilities

__all__ = ["Change", "ClusterView", "Memory", "Scope", "Spawn"]

_PATIENCE = 20.0
"""Seconds that a server may take to serve a kind whose definition is new."""
_REMEMBERED = 1024
"""So many objects are known to be gone: that is only of use while calls for them may be under way."""

Spawn = Callable[[Coroutine[Any, Any, None]], "asyncio.Task[None]"]
"""Starts a task whose failure reaches its owner."""


def _anywhere(_namespace: str) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Scope:
    """What of a kind is watched: by default what bears our label, anywhere."""

    namespace: str = ""
    label_selector: str = ""
    holds: Callable[[str], bool] = _anywhere
    """Which namespaces count, where all are watched for want of a narrower watch."""


@dataclass(frozen=True, slots=True)
class Change:
    """An object of a cluster is another one now. Both are `None` when the cluster itself came back."""

    view: "ClusterView"
    key: ResourceKey
    before: KubernetesObject | None
    after: KubernetesObject | None
    ours: bool = False
    """It is the answer to a call of ours."""


@dataclass(slots=True)
class Memory:
    """What is remembered of one object beside the object: a cache, every pass is right without it."""

    applied: Applied | None = None
    applied_at: float = 0.0
    different: tuple[str, str] = ("", "")
    """Digest of what was compared by a dry run and of the live content that differed from it."""
    failed: tuple[str, str] = ("", "")
    """Digest of what could not be applied, and the error."""
    foreign: tuple[str, str] = ("", "")
    """Digest of what was to be applied, and whom the object belongs to instead."""
    retry_at: float = 0.0
    tries: int = 0


@dataclass(slots=True)
class _Watch:
    kind: GroupVersionKind
    synced: asyncio.Event = field(default_factory=asyncio.Event)
    lost: ApiError | None = None
    told: asyncio.Event = field(default_factory=asyncio.Event)
    keys: set[ResourceKey] = field(default_factory=set)


class ClusterView:
    """The objects of ours in one cluster. `on_change` is called in the event loop, after the cache
    changed."""

    def __init__(
        self,
        client: Client,
        installation: Installation,
        on_change: Callable[[Change], None],
        spawn: Spawn,
        scopes: dict[tuple[str, str], Scope] | None = None,
    ) -> None:
        self.client = client
        self.installation = installation
        self.memory: dict[ResourceKey, Memory] = defaultdict(Memory)
        self.claims: dict[ResourceKey, set[str]] = defaultdict(set)
        """Which Applications want an object at their target."""
        self.examined: Callable[[str], bool] = lambda _application: False
        """Whether what an Application wants is known, so that its claims are complete."""
        self.asked_by: set[str] = set()
        """Applications with a chart that asks for what the cluster serves."""
        self.holders: dict[ResourceKey, str] = {}
        """Which Application applied an object that no watch has shown yet, or is about to."""
        self.in_flight: set[ResourceKey] = set()
        """Objects with a call of ours under way: who made it looks at them when it returns."""
        self.namespaces: set[str] = set()
        """Namespaces that are known to exist."""
        self.capabilities_changed: Callable[[], None] = lambda: None
        """Called in the event loop when the cluster serves something else than was told."""
        self._on_change = on_change
        self._spawn = spawn
        self._served = ServedApis(client, lambda: self.capabilities_changed())
        self._scopes = scopes or {}
        self._watches: dict[tuple[str, str], _Watch] = {}
        self._objects: dict[ResourceKey, KubernetesObject] = {}
        self._owned: dict[str, set[ResourceKey]] = defaultdict(set)
        self._deleted_by_us: set[str] = set()
        # By uid, the oldest first: an answer of ours may come after the watch has told of the end.
        self._gone: dict[str, None] = {}
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def name(self) -> str:
        """The cluster's name."""
        return self.client.name

    def get(self, key: ResourceKey) -> KubernetesObject | None:
        """The object as last seen, `None` if there is none of ours."""
        return self._objects.get(key)

    def all(self, group: str, kind: str) -> list[KubernetesObject]:
        """All objects of a watched kind, by name."""
        watch = self._watches.get((group, kind))
        return [self._objects[key] for key in sorted(watch.keys)] if watch else []

    def owned(self, application: str) -> list[KubernetesObject]:
        """The objects whose tracking id names the Application and themselves, by key."""
        return [self._objects[key] for key in sorted(self._owned.get(application, ()))]

    @property
    def lost(self) -> ApiError | None:
        """Why the cache may be out of date, `None` while all watches run."""
        return next((watch.lost for watch in self._watches.values() if watch.lost), None)

    def watches(self, group: str, kind: str) -> bool:
        """Whether a kind is watched and its present state was read."""
        watch = self._watches.get((group, kind))
        return watch is not None and watch.synced.is_set()

    async def capabilities(self, application: str) -> Answer[Capabilities]:
        """What the cluster is and serves now, for an Application that is told of changes from then on.

        Its definitions are watched from the first question on.
        """
        self.asked_by.add(application)
        if not self._served.followed:
            self._served.followed = True
            self._tasks.append(self._spawn(self._served.follow()))
        return await self._served.now()

    async def watch(self, kinds: Iterable[GroupVersionKind]) -> None:
        """Watch these kinds from now on and wait until their present state is read.

        Raises `UnknownKind` for the first kind that is not served and `Unreachable` if the cluster does not
        answer; what is watched already goes on and the rest can be asked for again.
        """
        waiting = []
        for kind in kinds:
            known = self._watches.get((kind.group, kind.kind))
            if known is None:
                await self.client.resource(kind)
                known = self._watches.get((kind.group, kind.kind))
            if known is None:
                known = self._watches[kind.group, kind.kind] = _Watch(kind)
                self._tasks.append(self._spawn(self._follow(known)))
            waiting.append(known)
        for watch in waiting:
            while not watch.synced.is_set():
                await watch.told.wait()
                if watch.lost is None or watch.synced.is_set():
                    continue
                if not isinstance(watch.lost, TooManyRequests):
                    raise watch.lost
                # A server that has just learnt a kind says so for some seconds.
                with suppress(TimeoutError):
                    async with asyncio.timeout(_PATIENCE):
                        await watch.synced.wait()
                if not watch.synced.is_set():
                    raise watch.lost

    def put(self, obj: KubernetesObject) -> KubernetesObject:
        """Take an object in, as an answer to a call of ours shows it, unless a newer one is known, or that it
        is gone since."""
        key = key_of(obj)
        before = self._objects.get(key)
        if metadata_of(obj).get("uid") in self._gone:
            return obj
        if before is not None and resource_version_of(before) > resource_version_of(obj):
            return before
        obj = self._trimmed(obj)
        self._store(key, obj)
        self._on_change(Change(self, key, before, obj, ours=True))
        return obj

    def expect_deletion(self, uid: str) -> None:
        """We are about to delete an object: its leaving needs no confirmation."""
        self._deleted_by_us.add(uid)

    def forget(self, key: ResourceKey) -> None:
        """The object is gone."""
        before = self._objects.pop(key, None)
        if before is not None:
            self._bury(before)
            if is_definition(key):
                self._served.note(before, gone=True)
        watch = self._watches.get((key.group, key.kind))
        if watch is not None:
            watch.keys.discard(key)
        if before is not None and (owner := owner_of(before)):
            self._owned[owner.app].discard(key)
        self.memory.pop(key, None)
        self.holders.pop(key, None)
        if key.kind == "Namespace" and not key.group:
            self.namespaces.discard(key.name)

    def _bury(self, obj: KubernetesObject) -> None:
        self._gone[str(metadata_of(obj).get("uid", ""))] = None
        if len(self._gone) > _REMEMBERED:
            del self._gone[next(iter(self._gone))]

    async def close(self) -> None:
        """End the watches and let go of the connections."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.client.close()

    def _store(self, key: ResourceKey, obj: KubernetesObject) -> None:
        before = self._objects.get(key)
        if before is not None and (owner := owner_of(before)):
            self._owned[owner.app].discard(key)
        self._objects[key] = obj
        if owner := owner_of(obj):
            self._owned[owner.app].add(key)
        if is_definition(key):
            # Before anybody learns that it is established: who waited for that may ask what is served.
            self._served.note(obj)
        watch = self._watches.get((key.group, key.kind))
        if watch is not None:
            watch.keys.add(key)

    def _trimmed(self, obj: KubernetesObject) -> KubernetesObject:
        """Without the other managers' entries: they are half of an object and nobody reads them."""
        metadata = dict(metadata_of(obj))
        ours = (self.installation.manager, self.installation.status_manager)
        entries = [entry for entry in metadata.get("managedFields") or () if entry.get("manager") in ours]
        metadata["managedFields"] = entries
        return {**obj, "metadata": metadata}

    async def _follow(self, watch: _Watch) -> None:
        scope = self._scopes.get((watch.kind.group, watch.kind.kind))
        if scope is None:
            scope = Scope(label_selector=f"{INSTALLATION_LABEL}={self.installation.id}")
        events = self.client.watch(watch.kind, scope.namespace, label_selector=scope.label_selector)
        seen: set[ResourceKey] | None = None
        async for event in events:
            if event.object and not scope.holds(namespace_of(event.object)):
                continue
            match event.type:
                case EventType.RELIST:
                    seen = set()
                case EventType.ADDED | EventType.MODIFIED:
                    key = self._take(event.object, watch)
                    if seen is not None:
                        seen.add(key)
                case EventType.DELETED:
                    await self._confirm_deletion(self._typed(event.object, watch), scope)
                case EventType.SYNCED | EventType.RESUMED:
                    if event.type is EventType.SYNCED and seen is not None:
                        for key in sorted(watch.keys - seen):
                            await self._confirm_deletion(self._objects[key], scope)
                        seen = None
                    self._back(watch, event.type is EventType.SYNCED)
                case EventType.LOST:
                    watch.lost = event.error or Unreachable(event.reason, cluster=self.name)
                    watch.told.set()

    def _back(self, watch: _Watch, synced: bool) -> None:
        was_lost, first = watch.lost is not None, not watch.synced.is_set()
        watch.lost = None
        if synced:
            watch.synced.set()
        watch.told.set()
        if was_lost and not first:
            self._on_change(Change(self, ResourceKey(watch.kind.group, watch.kind.kind, "", ""), None, None))

    def _typed(self, obj: KubernetesObject, watch: _Watch) -> KubernetesObject:
        obj.setdefault("apiVersion", watch.kind.api_version)
        obj.setdefault("kind", watch.kind.kind)
        return obj

    def _take(self, obj: KubernetesObject, watch: _Watch) -> ResourceKey:
        obj = self._typed(obj, watch)
        key = key_of(obj)
        before = self._objects.get(key)
        if before is not None and resource_version_of(before) >= resource_version_of(obj):
            return key  # our own write, already known
        obj = self._trimmed(obj)
        self._store(key, obj)
        self._on_change(Change(self, key, before, obj))
        return key

    async def _confirm_deletion(self, obj: KubernetesObject, scope: Scope) -> None:
        """An object left the watch: deleted, or somebody took our label away, which is drift."""
        key = key_of(obj)
        before = self._objects.get(key)
        uid = str(metadata_of(obj).get("uid", ""))
        if before is not None and metadata_of(before).get("uid") != uid:
            return  # its successor is known already
        live: KubernetesObject | None = None
        if scope.label_selector and uid not in self._deleted_by_us:
            try:
                live = await self.client.get(ObjectRef.of(obj))
            except (NotFound, UnknownKind):
                live = None
            except ApiError:
                live = before  # not known to be gone; the next list will tell
        self._deleted_by_us.discard(uid)
        if live is None:
            self.forget(key)
            self._bury(obj)  # which no answer has shown yet, perhaps
        elif live is not before:
            live = self._trimmed(live)
            self._store(key, live)
        self._on_change(Change(self, key, before, live))

    def is_ours(self, obj: KubernetesObject) -> bool:
        """Whether an object bears this installation's label."""
        return labels_of(obj).get(INSTALLATION_LABEL) == self.installation.id
