"""One endless watch of a kind: list, follow, reconnect, list again where the past is gone. Yields events
only.

Knows nothing of who keeps the objects. Time is the event loop's; waits and chance are handed in.
"""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol
from urllib.parse import urlencode

import msgspec

from argosy.clusters.backoff import Backoff
from argosy.clusters.calls import Call, Calls, error_of_answer, error_of_status
from argosy.clusters.discovery import ResourceType
from argosy.clusters.errors import ApiError, Gone, Invalid
from argosy.clusters.objects import GroupVersionKind, JsonObject

__all__ = ["EventType", "WatchEvent", "WatchSettings", "watch_events"]

_INITIAL_EVENTS_END = "k8s.io/initial-events-end"
_STREAMED_LISTS_SINCE = (1, 30)
"""Older servers may ignore `sendInitialEvents`, and then never say where the list ends."""
_SHORT_LIFE = 1.0
"""A stream that ends sooner, in seconds, and without an event counts as a failure: else a broken server is
hammered.
"""


class EventType(StrEnum):
    """What a watch tells.

    RELIST: what follows up to SYNCED is the whole state anew, whatever was told before. LOST: from now on
    nothing is known until RESUMED (nothing was missed) or the SYNCED after a RELIST.
    """

    RELIST = "RELIST"
    ADDED = "ADDED"
    MODIFIED = "MODIFIED"
    DELETED = "DELETED"
    SYNCED = "SYNCED"
    LOST = "LOST"
    RESUMED = "RESUMED"


@dataclass(frozen=True, slots=True)
class WatchEvent:
    """One event. `object` is there for ADDED, MODIFIED and DELETED; `reason` and `error` for RELIST and
    LOST.
    """

    type: EventType
    object: JsonObject = field(default_factory=dict)
    reason: str = ""
    error: ApiError | None = None


@dataclass(frozen=True, slots=True)
class WatchSettings:
    """Times of a watch, in seconds.

    The server is asked to end each stream after `duration` (shortened by chance, so that not all end at
    once); `grace` after that a stream that is still there counts as stalled. Within `initial`, each next
    part of the first state must come.
    """

    duration: float = 600.0
    grace: float = 15.0
    initial: float = 60.0
    backoff: Backoff = field(default_factory=Backoff)


class Lister(Protocol):
    """What a watch needs of the client."""

    async def resource(self, kind: GroupVersionKind) -> ResourceType:
        """How the kind is served."""

    async def list_pages(
        self, kind: GroupVersionKind, namespace: str, query: Mapping[str, str]
    ) -> tuple[list[JsonObject], str]:
        """All objects and the resourceVersion that they were read at."""

    async def serves_since(self, version: tuple[int, int]) -> bool:
        """Whether the server is of this version (major, minor) or later."""


async def watch_events(
    lister: Lister,
    calls: Calls,
    kind: GroupVersionKind,
    namespace: str,
    query: Mapping[str, str],
    settings: WatchSettings,
) -> AsyncGenerator[WatchEvent, None]:
    """All objects of a kind, SYNCED, then every change, for ever. Never raises for the cluster's sake."""
    watch = _Watch(lister, calls, kind, namespace, query, settings)
    attempt, lost, reason = 0, False, "started"
    while True:
        error: ApiError | None = None
        began, told = asyncio.get_running_loop().time(), False
        try:
            events = watch.follow() if watch.version else watch.start(reason)
            async for event in events:
                if event.type is EventType.RESUMED:
                    if not lost:
                        continue
                elif event.type is not EventType.RELIST:
                    told = True
                if event.type in (EventType.SYNCED, EventType.RESUMED):
                    lost = False
                yield event
        except Gone as gone:
            # The relist is not an outage: the server answers. But the state is not current until it is
            # through.
            error, reason, watch.version = gone, gone.message, ""
        except ApiError as failure:
            error, reason = failure, failure.message
            if not lost:
                lost = True
                yield WatchEvent(EventType.LOST, reason=failure.message, error=failure)
        lived = asyncio.get_running_loop().time() - began
        if told or (error is None and lived >= _SHORT_LIFE):
            attempt = 0
        if error is not None or (not told and lived < _SHORT_LIFE):
            await asyncio.sleep(settings.backoff.delay(attempt))
            attempt += 1


class _Watch:
    """What a watch remembers between two streams. `version` is empty where the whole state has to be read."""

    def __init__(
        self,
        lister: Lister,
        calls: Calls,
        kind: GroupVersionKind,
        namespace: str,
        query: Mapping[str, str],
        settings: WatchSettings,
    ) -> None:
        self.version = ""
        self._lister = lister
        self._calls = calls
        self._kind = kind
        self._namespace = namespace
        self._query = query
        self._settings = settings
        self._streams_lists: bool | None = None

    async def start(self, reason: str) -> AsyncGenerator[WatchEvent, None]:
        """The whole state, then its changes."""
        if self._streams_lists is None:
            self._streams_lists = await self._lister.serves_since(_STREAMED_LISTS_SINCE)
        yield WatchEvent(EventType.RELIST, reason=reason)
        if self._streams_lists:
            try:
                async for event in self._stream(initial=True):
                    yield event
                if not self.version:
                    raise self._ended_early()
                return
            except Invalid:
                self._streams_lists = False  # The feature is switched off on this server.
        items, version = await self._lister.list_pages(self._kind, self._namespace, self._query)
        for item in items:
            yield WatchEvent(EventType.ADDED, item)
        self.version = version
        yield WatchEvent(EventType.SYNCED)
        async for event in self._stream(initial=False):
            yield event

    async def follow(self) -> AsyncGenerator[WatchEvent, None]:
        """The changes since the last event."""
        async for event in self._stream(initial=False):
            yield event

    async def _stream(self, *, initial: bool) -> AsyncGenerator[WatchEvent, None]:
        resource = await self._lister.resource(self._kind)
        duration = max(1, int(self._settings.duration * (0.5 + 0.5 * self._settings.backoff.chance())))
        target = self._target(resource, duration, initial)
        about = f"watch of {self._kind.group_kind}"
        call = Call("GET", target, headers={"accept": "application/json"}, about=about)
        try:
            async with self._calls.transport.stream("GET", target, call.headers) as (status, headers, pieces):
                if status >= 300:
                    body = b"".join([piece async for piece in pieces])
                    raise error_of_answer(status, headers, body, call, self._calls.cluster)
                yield WatchEvent(EventType.RESUMED)
                line = bytearray()
                while True:
                    patience = self._settings.initial if not self.version else duration + self._settings.grace
                    async with asyncio.timeout(patience):
                        piece = await anext(pieces, None)
                    if piece is None:
                        return
                    *whole, rest = piece.split(b"\n")
                    for part in whole:
                        line += part
                        event = self._event(bytes(line), about) if line else None
                        line.clear()
                        if event is not None:
                            yield event
                    line += rest
        except TimeoutError as error:
            raise self._calls.unreachable(about, "the stream stalled", error) from error
        except OSError as error:
            raise self._calls.unreachable(about, str(error), error) from error

    def _target(self, resource: ResourceType, duration: int, initial: bool) -> str:
        wanted = {
            **self._query,
            "watch": "true",
            "allowWatchBookmarks": "true",
            "timeoutSeconds": str(duration),
            "resourceVersion": self.version,
            "sendInitialEvents": "true" if initial else "",
            "resourceVersionMatch": "NotOlderThan" if initial else "",
        }
        query = urlencode({key: value for key, value in wanted.items() if value})
        return f"{resource.path(self._namespace)}?{query}"

    def _event(self, line: bytes, about: str) -> WatchEvent | None:
        try:
            decoded: dict[str, Any] = msgspec.json.decode(line)
        except msgspec.DecodeError as error:
            raise self._calls.unreachable(about, "the stream is not JSON", error) from error
        kind, value = decoded["type"], decoded["object"]
        if kind == "ERROR":
            raise error_of_status(value, about, str, self._calls.cluster)
        metadata = value.get("metadata") or {}
        version = str(metadata.get("resourceVersion") or "")
        if kind == "BOOKMARK":
            if self.version:
                self.version = version
            elif (metadata.get("annotations") or {}).get(_INITIAL_EVENTS_END) == "true":
                self.version = version
                return WatchEvent(EventType.SYNCED)
            return None
        if self.version:
            # Until the initial events are through, a lost stream has to begin anew.
            self.version = version
        return WatchEvent(EventType(kind), value)

    def _ended_early(self) -> ApiError:
        cause = ConnectionError("the stream ended before the whole state was told")
        return self._calls.unreachable(f"watch of {self._kind.group_kind}", str(cause), cause)
