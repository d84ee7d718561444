"""Requests to a cluster in the same process: no socket, no HTTP, and watches that really stream.

Fits the client's transport protocol by shape: `request`, `stream`, `close`.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager

from argosy.sandbox.cluster import Cluster
from argosy.sandbox.messages import Request

__all__ = ["InProcessTransport"]


class InProcessTransport:
    """A way to one cluster. Header names may be in any case; answers have them in lower case."""

    def __init__(self, cluster: Cluster, *, user_agent: str = "in-process") -> None:
        self._cluster = cluster
        self._user_agent = user_agent

    async def request(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes | None
    ) -> tuple[int, Mapping[str, str], bytes]:
        """Status, headers and body of an answer. `target` is path and query. Raises ConnectionResetError."""
        # A real answer never comes within the same turn of the loop; code that relies on that would
        # hide races.
        await asyncio.sleep(0)
        response = await self._cluster.handle(self._request(method, target, headers, body))
        if response.stream is None:
            return response.status, response.headers, response.body
        return response.status, response.headers, b"".join([part async for part in response.stream])

    @asynccontextmanager
    async def stream(
        self, method: str, target: str, headers: Mapping[str, str]
    ) -> AsyncIterator[tuple[int, Mapping[str, str], AsyncIterator[bytes]]]:
        """Status, headers and the parts of an answer as they come; leaving the context ends it."""
        await asyncio.sleep(0)
        response = await self._cluster.handle(self._request(method, target, headers, None))
        parts = response.stream if response.stream is not None else _once(response.body)
        try:
            yield response.status, response.headers, parts
        finally:
            await parts.aclose()

    async def close(self) -> None:
        """Nothing is kept open: a stream ends with its context."""

    def _request(self, method: str, target: str, headers: Mapping[str, str], body: bytes | None) -> Request:
        lowered = {name.lower(): value for name, value in headers.items()}
        lowered.setdefault("user-agent", self._user_agent)
        return Request(method, target, lowered, body or b"")


async def _once(body: bytes) -> AsyncGenerator[bytes, None]:
    yield body
