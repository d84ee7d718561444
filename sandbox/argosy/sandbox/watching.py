"""The watch verb: a stream of events from a version on, with bookmarks, initial events and an end.

The same stream serves sockets and callers in the same process; it ends when the cluster closes.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from typing import Any

from argosy.sandbox.errors import ApiError, Cause, bad_request, invalid
from argosy.sandbox.listing import expired, selection, shown
from argosy.sandbox.messages import Request
from argosy.sandbox.registry import storage_key
from argosy.sandbox.resource_types import ObjectType
from argosy.sandbox.selectors import Predicate
from argosy.sandbox.state import ClusterState
from argosy.sandbox.store import Event, EventType, ExpiredError, Object, Stored, Subscription, encode

__all__ = ["Show", "Watch", "start_watch"]

Show = Callable[[Stored], bytes]
"""How an object is written in an event: as itself, as a row of a table, as its metadata."""

_INITIAL_EVENTS_END = {"k8s.io/initial-events-end": "true"}


@dataclass(frozen=True, slots=True)
class _Wanted:
    namespace: str
    predicate: Predicate | None

    def has(self, obj: Object) -> bool:
        if self.namespace and obj["metadata"].get("namespace") != self.namespace:
            return False
        return self.predicate is None or self.predicate(obj)


def start_watch(
    state: ClusterState, kind: ObjectType, namespace: str, request: Request, show: Show | None = None
) -> "Watch":
    """A watch that misses nothing from this call on. Raises `ApiError` (400, 422); 410 comes as an event."""
    initial = _initial_events(kind, request)
    text = request.query.get("resourceVersion") or "0"
    if not text.isdigit():
        raise bad_request(f'invalid resourceVersion: found "{text}", expected a whole number')
    since = int(text)
    wanted = _Wanted(namespace, selection(request))
    show = show or (lambda stored: shown(stored, kind))
    first: list[bytes] = []
    subscription: Subscription | None = None
    store = state.store
    snapshot = store.version
    try:
        if since and not initial:
            subscription = store.subscribe(storage_key(kind), since)
        else:
            subscription = store.subscribe(storage_key(kind))
            if initial is not False:
                first = [
                    _line("ADDED", show(item))
                    for item in store.items(storage_key(kind), namespace)
                    if wanted.has(item.object)
                ]
    except ExpiredError as error:
        first = [_line("ERROR", encode(expired(error).to_status()))]
    bookmarks = request.flag("allowWatchBookmarks")
    if initial and bookmarks:
        first.append(_bookmark(kind, snapshot, _INITIAL_EVENTS_END))
    return Watch(state, kind, wanted, show, subscription, first, _end(state, request), bookmarks)


def _end(state: ClusterState, request: Request) -> float:
    text = request.query.get("timeoutSeconds") or "0"
    if not text.isdigit():
        raise bad_request(f'invalid timeoutSeconds: found "{text}", expected a whole number')
    return float(text) or state.settings.watch_timeout


def _initial_events(kind: ObjectType, request: Request) -> bool | None:
    """`sendInitialEvents`: None where it is not set, by which an unversioned watch begins with all
    there is.
    """
    if "sendInitialEvents" not in request.query:
        return None
    if request.query.get("resourceVersionMatch") != "NotOlderThan":
        cause = Cause(
            "FieldValueForbidden",
            "Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan",
            "resourceVersionMatch",
        )
        raise invalid("meta.k8s.io", "ListOptions", "", [cause])
    return request.flag("sendInitialEvents")


class Watch:
    """One running watch: an async iterator of lines. Closing it frees its subscription."""

    def __init__(
        self,
        state: ClusterState,
        kind: ObjectType,
        wanted: _Wanted,
        show: Show,
        subscription: Subscription | None,
        first: list[bytes],
        seconds: float,
        bookmarks: bool,
    ) -> None:
        self._state = state
        self._kind = kind
        self._wanted = wanted
        self._show = show
        self._subscription = subscription
        self._first = first
        self._seconds = seconds
        self._bookmarks = bookmarks
        self._wake = asyncio.Event()
        self._ended = False
        if subscription is not None:
            subscription.wake = self._wake.set

    def end(self) -> None:
        """Ends the stream after what has been written; reading it then stops."""
        self._ended = True
        self._wake.set()

    def close(self) -> None:
        """Stops taking events in."""
        if self._subscription is not None:
            self._state.store.unsubscribe(self._subscription)

    async def __aiter__(self) -> AsyncGenerator[bytes, None]:
        if self._first:
            yield b"".join(self._first)
        if self._subscription is None:
            return
        loop = asyncio.get_running_loop()
        end = loop.time() + self._seconds
        interval = self._state.settings.bookmark_interval if self._bookmarks else self._seconds
        bookmark_at = loop.time() + interval
        while True:
            lines = [line for event in self._subscription.take() if (line := self._event_line(event))]
            if lines:
                yield b"".join(lines)
                continue
            if self._subscription.overflown:
                yield _line("ERROR", encode(_TOO_SLOW.to_status()))
                return
            now = loop.time()
            if self._ended or now >= end:
                return
            if self._bookmarks and now >= bookmark_at:
                bookmark_at = now + interval
                yield _bookmark(self._kind, self._state.store.version)
                continue
            await self._sleep(loop, min(end, bookmark_at))

    async def _sleep(self, loop: asyncio.AbstractEventLoop, until: float) -> None:
        """Until there is an event or the time has come; cheaper than a task per wait."""
        timer = loop.call_at(until, self._wake.set)
        try:
            await self._wake.wait()
        finally:
            timer.cancel()
            self._wake.clear()

    def _event_line(self, event: Event) -> bytes | None:
        matches = self._wanted.has(event.stored.object)
        matched = event.previous is not None and self._wanted.has(event.previous.object)
        if event.type is EventType.MODIFIED and matches != matched:
            if matches:
                return _line("ADDED", self._show(event.stored))
            assert event.previous is not None
            return _line("DELETED", self._show(_renumbered(event.previous, event.stored.version)))
        if event.type is EventType.DELETED and not matches and matched:
            # its last write took it out of the selection, so this reader knew it as it was before
            assert event.previous is not None
            return _line("DELETED", self._show(_renumbered(event.previous, event.stored.version)))
        return _line(event.type.value, self._show(event.stored)) if matches else None


_TOO_SLOW = ApiError(410, "Expired", "the watch fell too far behind: list anew")


def _renumbered(stored: Stored, version: int) -> Stored:
    """What a reader knew, under the version of the event that takes it away."""
    metadata: dict[str, Any] = {**stored.object["metadata"], "resourceVersion": str(version)}
    obj = {**stored.object, "metadata": metadata}
    return Stored(obj, encode(obj), version)


def _line(kind: str, obj: bytes) -> bytes:
    return b'{"type":"' + kind.encode() + b'","object":' + obj + b"}\n"


def _bookmark(kind: ObjectType, version: int, annotations: dict[str, str] | None = None) -> bytes:
    metadata: Object = {"resourceVersion": str(version)}
    if annotations:
        metadata["annotations"] = annotations
    resource = kind.resource
    body = {"kind": resource.kind, "apiVersion": resource.api_version, "metadata": metadata}
    return _line("BOOKMARK", encode(body))
