"""The truth of one cluster while it runs: objects with their encoded bytes, one version counter, event rings.

Knows no HTTP, no validation and no time; it numbers what it is given and tells who listens.
"""

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any

import msgspec

__all__ = [
    "Event",
    "EventType",
    "ExpiredError",
    "Key",
    "Object",
    "ObjectKey",
    "ResourceKey",
    "Store",
    "Stored",
    "Subscription",
    "encode",
    "key_of",
]

Object = dict[str, Any]

ResourceKey = tuple[str, str]
"""API group and plural: all versions of a resource share their objects."""

ObjectKey = tuple[str, str]
"""Namespace (empty for cluster scope) and name."""

Key = tuple[ResourceKey, ObjectKey]

encode: Callable[[object], bytes] = msgspec.json.Encoder().encode
"""JSON bytes of an object as the API sends it."""


class ExpiredError(LookupError):
    """A version from before the ring of events: what held then is no longer known."""

    def __init__(self, version: int, oldest: int) -> None:
        super().__init__(f"too old resource version: {version} ({oldest})")


class EventType(Enum):
    """The types of a watch event that tell of an object."""

    ADDED = "ADDED"
    MODIFIED = "MODIFIED"
    DELETED = "DELETED"


@dataclass(frozen=True, slots=True)
class Stored:
    """An object as it was last written, never to be changed, with its bytes and the version of that write."""

    object: Object
    encoded: bytes
    version: int


@dataclass(frozen=True, slots=True)
class Event:
    """One write. For DELETED, `stored` is the last state, numbered with the version of the deletion."""

    type: EventType
    resource: ResourceKey
    key: ObjectKey
    stored: Stored
    previous: Stored | None


class Subscription:
    """Events of one resource since a moment, to be taken in order; `wake` is called when there is one
    more.
    """

    def __init__(self, resource: ResourceKey, limit: int) -> None:
        self.resource = resource
        self.wake: Callable[[], None] = lambda: None
        self.overflown = False
        self._limit = limit
        self._events: deque[Event] = deque()

    def offer(self, event: Event) -> None:
        """Takes an event in; a reader that is too slow loses the subscription, never single events."""
        if len(self._events) >= self._limit:
            self.overflown = True
            self._events.clear()
        if not self.overflown:
            self._events.append(event)
        self.wake()

    def take(self) -> tuple[Event, ...]:
        """What arrived since the last call."""
        events = tuple(self._events)
        self._events.clear()
        return events


class Store:
    """Objects of all resources of one cluster."""

    def __init__(self, *, events_kept: int = 10_000) -> None:
        self._objects: dict[ResourceKey, dict[ObjectKey, Stored]] = defaultdict(dict)
        self._rings: dict[ResourceKey, deque[Event]] = defaultdict(lambda: deque(maxlen=events_kept))
        self._forgotten: dict[ResourceKey, int] = defaultdict(int)
        self._subscriptions: dict[ResourceKey, set[Subscription]] = defaultdict(set)
        self._observers: list[Callable[[Event], None]] = []
        self._untold: deque[Event] = deque()
        self._telling = False
        self._events_kept = events_kept
        self._version = 1

    @property
    def version(self) -> int:
        """The version of the last write: the resourceVersion of a list made now."""
        return self._version

    def observe(self, observer: Callable[[Event], None]) -> None:
        """Calls `observer` with every event, in order, after the write; it may write itself."""
        self._observers.append(observer)

    def get(self, resource: ResourceKey, key: ObjectKey) -> Stored | None:
        return self._objects[resource].get(key)

    def items(self, resource: ResourceKey, namespace: str = "") -> list[Stored]:
        """All objects of a resource, or those of one namespace, by namespace and name."""
        return _sorted_items(self._objects[resource], namespace)

    def resources(self) -> list[ResourceKey]:
        """The resources that have objects."""
        return sorted(resource for resource, objects in self._objects.items() if objects)

    def items_at(self, resource: ResourceKey, version: int, namespace: str = "") -> list[Stored]:
        """As `items`, but as they were right after the write of that version. Raises `ExpiredError`."""
        objects = dict(self._objects[resource])
        for event in reversed(self._since(resource, version)):
            if event.previous is None:
                objects.pop(event.key, None)
            else:
                objects[event.key] = event.previous
        return _sorted_items(objects, namespace)

    def put(self, resource: ResourceKey, obj: Object) -> Stored:
        """Writes an object under the next version; gives it back as stored."""
        key = key_of(obj)
        previous = self._objects[resource].get(key)
        stored = self._numbered(obj)
        self._objects[resource][key] = stored
        kind = EventType.ADDED if previous is None else EventType.MODIFIED
        self._publish(Event(kind, resource, key, stored, previous))
        return stored

    def remove(self, resource: ResourceKey, key: ObjectKey, last: Object | None = None) -> Stored:
        """Removes an object that is there. `last` is its final state where that is not what is stored."""
        previous = self._objects[resource].pop(key)
        stored = self._numbered(previous.object if last is None else last)
        self._publish(Event(EventType.DELETED, resource, key, stored, previous))
        return stored

    def subscribe(
        self, resource: ResourceKey, since: int | None = None, *, limit: int = 100_000
    ) -> Subscription:
        """The events of a resource after version `since`, or from now on. Raises `ExpiredError`."""
        subscription = Subscription(resource, limit)
        if since is not None:
            for event in self._since(resource, since):
                subscription.offer(event)
        self._subscriptions[resource].add(subscription)
        return subscription

    def unsubscribe(self, subscription: Subscription) -> None:
        self._subscriptions[subscription.resource].discard(subscription)

    def subscriptions(self) -> Iterator[Subscription]:
        """Everything that watches now."""
        for subscriptions in self._subscriptions.values():
            yield from tuple(subscriptions)

    def forget_events(self) -> None:
        """Drops all rings, as a compaction does: every version older than the present one is
        `ExpiredError`.
        """
        for resource, ring in self._rings.items():
            ring.clear()
            self._forgotten[resource] = self._version

    def _numbered(self, obj: Object) -> Stored:
        self._version += 1
        metadata = {**obj["metadata"], "resourceVersion": str(self._version)}
        numbered = {**obj, "metadata": metadata}
        return Stored(numbered, encode(numbered), self._version)

    def _since(self, resource: ResourceKey, version: int) -> list[Event]:
        if version < self._forgotten[resource]:
            raise ExpiredError(version, self._forgotten[resource])
        found: list[Event] = []
        for event in reversed(self._rings[resource]):
            if event.stored.version <= version:
                break
            found.append(event)
        found.reverse()
        return found

    def _publish(self, event: Event) -> None:
        ring = self._rings[event.resource]
        if len(ring) == self._events_kept:
            self._forgotten[event.resource] = ring[0].stored.version
        ring.append(event)
        for subscription in tuple(self._subscriptions[event.resource]):
            subscription.offer(event)
        # An observer may write: its event waits until everybody has heard of this one. All see one order.
        self._untold.append(event)
        if self._telling:
            return
        self._telling = True
        try:
            while self._untold:
                told = self._untold.popleft()
                for observer in self._observers:
                    observer(told)
        finally:
            self._telling = False


def key_of(obj: Object) -> ObjectKey:
    """Namespace and name of an object."""
    metadata = obj["metadata"]
    return metadata.get("namespace", ""), metadata["name"]


def _sorted_items(objects: dict[ObjectKey, Stored], namespace: str) -> list[Stored]:
    keys: Iterable[ObjectKey] = objects
    if namespace:
        keys = (key for key in objects if key[0] == namespace)
    return [objects[key] for key in sorted(keys)]
