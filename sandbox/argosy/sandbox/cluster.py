"""One sandbox cluster: its parts put together, and the door through which every request comes.

`Cluster` is an ASGI application; `InProcessTransport` calls `handle` without HTTP. Both see the same answers.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, MutableMapping
from contextlib import aclosing
from dataclasses import replace
from typing import Any

from argosy.sandbox.api import Api
from argosy.sandbox.clock import Clock, LoopClock
from argosy.sandbox.definitions import DefinitionController
from argosy.sandbox.deletion import Deleter
from argosy.sandbox.errors import ApiError
from argosy.sandbox.faults import DroppedConnectionError, Fault, Faults
from argosy.sandbox.garbage import GarbageCollector
from argosy.sandbox.messages import Request, Response, failure
from argosy.sandbox.namespaces import NamespaceController
from argosy.sandbox.request_log import LogEntry, RequestLog
from argosy.sandbox.settings import Settings
from argosy.sandbox.simulation import start as start_simulation
from argosy.sandbox.state import ClusterState
from argosy.sandbox.writing import Writer

__all__ = ["Cluster"]

_Scope = MutableMapping[str, Any]
_Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
_Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_MOST_BODY = 3 * 1024 * 1024
"""Bytes of a request's body, the API server's own limit."""


class Cluster:
    """A Kubernetes API without a cluster behind it. Set `faults` to make it misbehave."""

    def __init__(
        self,
        name: str = "sandbox",
        *,
        clock: Clock | None = None,
        settings: Settings | None = None,
        faults: Faults | None = None,
        tokens: frozenset[str] | None = None,
        log_sink: Callable[[LogEntry], None] | None = None,
    ) -> None:
        """`tokens` are the bearer tokens let in over HTTP; None lets everybody in."""
        self.name = name
        self.settings = settings or Settings()
        self.clock = clock or LoopClock()
        self.faults = faults
        self.log = RequestLog(self.settings.log_kept, log_sink)
        self.state = ClusterState(name, self.clock, self.settings)
        self.writer = Writer(self.state)
        self.deleter = Deleter(self.state, self.writer)
        self._tokens = tokens
        self._api = Api(self.state, self.writer, self.deleter)
        garbage = GarbageCollector(self.state, self.writer, self.deleter)
        namespaces = NamespaceController(self.state, self.writer, self.deleter)
        DefinitionController(self.state, self.writer, self.deleter)
        if self.settings.workloads is not None:
            start_simulation(self.state, self.writer, self.deleter, garbage, self.settings.workloads)
        namespaces.create_initial()

    async def handle(self, request: Request) -> Response:
        """The answer to a request, faults included. Raises `DroppedConnectionError`."""
        self.state.timers.start()
        fault = self.faults(request) if self.faults is not None else None
        if fault is None:
            response = self._answer(request)
        else:
            response = await self._answer_with(fault, request)
        self._log(request, response.status)
        return response

    def end_watches(self) -> None:
        """Ends every stream after what has been written, as a server does that shuts down."""
        for watch in tuple(self._api.watches):
            watch.end()

    async def close(self) -> None:
        """Ends watches and everything that was to happen later. Raises what failed behind the scenes."""
        self.end_watches()
        self.state.timers.close()
        if self.state.timers.failures:
            raise ExceptionGroup(f"controllers of cluster {self.name} failed", self.state.timers.failures)

    def _answer(self, request: Request) -> Response:
        try:
            return self._api.answer(request)
        except ApiError as error:
            return failure(error)
        except Exception as error:  # noqa: BLE001 - a defect of the sandbox, told to whoever closes the cluster
            self.state.timers.failures.append(error)
            return failure(ApiError(500, "InternalError", f"the sandbox failed: {error!r}"))

    async def _answer_with(self, fault: Fault, request: Request) -> Response:
        if fault.delay:
            await asyncio.sleep(fault.delay)
        if fault.drop:
            self._log(request, 0)
            raise DroppedConnectionError("the sandbox dropped the connection on purpose")
        if fault.error is not None:
            return failure(fault.error)
        response = self._answer(request)
        if fault.drop_answer:
            self._log(request, 0)
            raise DroppedConnectionError("the sandbox dropped the answer on purpose")
        if fault.end_stream_after is not None and response.stream is not None:
            broken = _broken_off(response.stream, fault.end_stream_after)
            response = replace(response, stream=broken)
        return response

    def _log(self, request: Request, status: int) -> None:
        self.log.add(
            LogEntry(self.clock.now(), self.name, request.method, request.target, request.user_agent, status)
        )

    async def __call__(self, scope: _Scope, receive: _Receive, send: _Send) -> None:
        """The ASGI application."""
        if scope["type"] != "http":
            raise ValueError(f"a sandbox cluster speaks HTTP only, found {scope['type']}")
        query = scope["query_string"].decode("ascii", "replace")
        path = scope.get("raw_path") or scope["path"].encode()
        target = path.decode("ascii", "replace") + (f"?{query}" if query else "")
        headers = {
            name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]
        }
        body = await _read(receive) if scope["method"] not in {"GET", "HEAD"} else b""
        request = Request(scope["method"], target, headers, body or b"")
        if body is None:
            limit = f"limit is {_MOST_BODY}"
            response = failure(ApiError(413, "RequestEntityTooLarge", f"Request entity too large: {limit}"))
        elif self._tokens is not None and not _is_let_in(headers, self._tokens):
            self._log(request, 401)
            response = failure(ApiError(401, "Unauthorized", "Unauthorized"))
        else:
            try:
                response = await self.handle(request)
            except DroppedConnectionError:
                await _break_off(send)
                return
        await _send_response(response, receive, send)


async def _read(receive: _Receive) -> bytes | None:
    """The whole body; None where it is too large."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        part = message.get("body", b"")
        size += len(part)
        if size <= _MOST_BODY:
            parts.append(part)
        if not message.get("more_body"):
            return b"".join(parts) if size <= _MOST_BODY else None


def _is_let_in(headers: dict[str, str], tokens: frozenset[str]) -> bool:
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return scheme.lower() == "bearer" and token.strip() in tokens


async def _break_off(send: _Send) -> None:
    """ASGI has no word for a broken connection: an answer that ends before its announced length is one."""
    headers = [(b"content-type", b"application/json"), (b"content-length", b"1000")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})


async def _send_response(response: Response, receive: _Receive, send: _Send) -> None:
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in response.headers.items()]
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    if response.stream is None:
        await send({"type": "http.response.body", "body": response.body})
        return
    sender = asyncio.ensure_future(_send_stream(response.stream, send))
    gone = asyncio.ensure_future(_client_gone(receive))
    try:
        await asyncio.wait({sender, gone}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (sender, gone):
            task.cancel()
        await asyncio.gather(sender, gone, return_exceptions=True)


async def _send_stream(stream: AsyncGenerator[bytes, None], send: _Send) -> None:
    # An empty part makes the server send its headers now: a client waits for them before the first event.
    await send({"type": "http.response.body", "body": b"", "more_body": True})
    async with aclosing(stream) as lines:
        async for part in lines:
            await send({"type": "http.response.body", "body": part, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def _client_gone(receive: _Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _broken_off(stream: AsyncGenerator[bytes, None], seconds: float) -> AsyncGenerator[bytes, None]:
    """A stream that breaks after some time, between two events."""
    end = asyncio.get_running_loop().time() + seconds
    async with aclosing(stream) as lines:
        while True:
            try:
                async with asyncio.timeout_at(end):
                    part = await anext(lines)
            except StopAsyncIteration:
                return
            except TimeoutError:
                raise DroppedConnectionError("the sandbox broke the watch off on purpose") from None
            yield part
