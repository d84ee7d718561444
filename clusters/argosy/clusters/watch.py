"""Keeps the objects of one kind as they are now, and tells what changes. Sits on the client's endless watch.

Knows nothing of GitOps. What is not known to be current is never handed out as current: `answer` is
`Unknown` then.
"""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from enum import StrEnum

from argosy.clusters.client import Client
from argosy.clusters.objects import GroupVersionKind, JsonObject, ObjectRef
from argosy.clusters.stream import EventType, WatchEvent, WatchSettings
from argosy.schemas.knowledge import Answer, Known, Unknown

__all__ = ["Change", "ChangeType", "ObjectWatch"]


class ChangeType(StrEnum):
    """What happened. RESYNCED follows the changes of a list; LOST and RESTORED are about the knowledge
    itself.
    """

    ADDED = "added"
    MODIFIED = "modified"
    DELETED = "deleted"
    RESYNCED = "resynced"
    LOST = "lost"
    RESTORED = "restored"


@dataclass(frozen=True, slots=True)
class Change:
    """One change, told to the callback in the order in which it happened.

    `object` is the object now (for DELETED, as it was last), `before` what was kept until now; both as
    `project` left them. `ref` is `None` and `reason` says why where the change is about the watch.
    """

    type: ChangeType
    ref: ObjectRef | None = None
    object: JsonObject | None = None
    before: JsonObject | None = None
    reason: str = ""


class ObjectWatch:
    """The current objects of one kind that match a label selector. Needs its `run` to be a task of somebody.

    `deliver` is called for each change, at once and in order; it must not wait. `project` cuts an object
    down to what is worth its memory (it must keep `metadata` with name, namespace and resourceVersion).
    """

    def __init__(
        self,
        client: Client,
        kind: GroupVersionKind,
        deliver: Callable[[Change], None],
        *,
        namespace: str = "",
        label_selector: str = "",
        field_selector: str = "",
        project: Callable[[JsonObject], JsonObject] = lambda value: value,
        settings: WatchSettings | None = None,
    ) -> None:
        self.kind = kind
        self._client = client
        self._deliver = deliver
        self._scope = (namespace, label_selector, field_selector)
        self._project = project
        self._settings = settings
        self._objects: dict[tuple[str, str], JsonObject] = {}
        self._listing: dict[tuple[str, str], JsonObject] | None = None
        self._unknown_because = "not read yet"
        self._current = asyncio.Event()

    @property
    def is_synced(self) -> bool:
        """Whether the objects are known to be those of now."""
        return self._current.is_set()

    async def synced(self) -> None:
        """Wait until the objects are known. The caller sets the deadline."""
        await self._current.wait()

    def answer(self) -> Answer[tuple[JsonObject, ...]]:
        """The objects of now in order of namespace and name; `Unknown` with the reason where that is not
        known.
        """
        if not self.is_synced:
            what = f"{self.kind.group_kind} of cluster {self._client.name}"
            return Unknown(f"{what}: {self._unknown_because}", code="unreachable-cluster")
        found = tuple(self._objects[key] for key in sorted(self._objects))
        return Known(found, f"watch of cluster {self._client.name}")

    def get(self, namespace: str, name: str) -> JsonObject | None:
        """The object as last told. Whether that is current is asked with `is_synced`."""
        return self._objects.get((namespace, name))

    def last_told(self) -> Mapping[tuple[str, str], JsonObject]:
        """All objects as last told, by namespace and name, current or not."""
        return self._objects

    async def run(self) -> None:
        """Follow the cluster until cancelled."""
        namespace, label_selector, field_selector = self._scope
        events = self._client.watch(
            self.kind,
            namespace,
            label_selector=label_selector,
            field_selector=field_selector,
            settings=self._settings,
        )
        try:
            async with aclosing(events):
                async for event in events:
                    self._take(event)
        finally:
            self._current.clear()
            self._unknown_because = "no longer watched"

    def _take(self, event: WatchEvent) -> None:
        match event.type:
            case EventType.RELIST:
                self._listing = {}
                if self.is_synced:
                    self._lose(f"being read anew ({event.reason})")
            case EventType.ADDED | EventType.MODIFIED | EventType.DELETED:
                self._keep(event.type, event.object)
            case EventType.SYNCED:
                self._resync()
            case EventType.LOST:
                self._lose(event.reason)
            case EventType.RESUMED:
                # Only after a loss; if a list was under way, its SYNCED decides.
                if self._listing is None:
                    self._current.set()
                    self._deliver(Change(ChangeType.RESTORED))

    def _lose(self, reason: str) -> None:
        self._current.clear()
        self._unknown_because = reason
        self._deliver(Change(ChangeType.LOST, reason=reason))

    def _keep(self, event: EventType, value: JsonObject) -> None:
        metadata = value.get("metadata") or {}
        key = (str(metadata.get("namespace") or ""), str(metadata.get("name") or ""))
        if self._listing is not None:
            if event is EventType.DELETED:
                self._listing.pop(key, None)
            else:
                self._listing[key] = self._project(value)
            return
        if event is EventType.DELETED:
            before = self._objects.pop(key, None)
            self._tell(ChangeType.DELETED, key, self._project(value), before)
            return
        now, before = self._project(value), self._objects.get(key)
        self._objects[key] = now
        self._tell(ChangeType.ADDED if before is None else ChangeType.MODIFIED, key, now, before)

    def _resync(self) -> None:
        """Take over the list that is complete now, and tell how it differs from what was known before."""
        before, self._objects = self._objects, self._listing or {}
        self._listing = None
        self._current.set()
        for key in sorted(before.keys() - self._objects.keys()):
            self._tell(ChangeType.DELETED, key, before[key], before[key])
        for key in sorted(self._objects):
            now, old = self._objects[key], before.get(key)
            if old is None:
                self._tell(ChangeType.ADDED, key, now, None)
            elif _version(old) != _version(now):
                self._tell(ChangeType.MODIFIED, key, now, old)
        self._deliver(Change(ChangeType.RESYNCED))

    def _tell(
        self, change: ChangeType, key: tuple[str, str], now: JsonObject, before: JsonObject | None
    ) -> None:
        ref = ObjectRef(self.kind.group, self.kind.version, self.kind.kind, *key)
        self._deliver(Change(change, ref, now, before))


def _version(value: JsonObject) -> tuple[object, object]:
    metadata = value["metadata"]
    return metadata.get("uid"), metadata.get("resourceVersion")
