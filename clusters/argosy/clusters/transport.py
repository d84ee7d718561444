"""Carries requests to one API server. The only module that imports aiohttp; it knows HTTP, not Kubernetes.

`Transport` is structural: whatever has these three methods fits, an API in the same process included.
"""

import asyncio
import os
import socket
import ssl
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import cache
from importlib.metadata import version
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol

import aiohttp
from yarl import URL

from argosy.clusters.connection import Connection, Tls

__all__ = ["HttpTransport", "Transport"]

_BUFFER = 1 << 20
"""A watch's backlog is read in large pieces: one decode for many events."""
_NONE: Mapping[str, str] = MappingProxyType({})


class Transport(Protocol):
    """How the client reaches one API server. `target` is path and query; header names are lower-case in
    answers.

    Raises `OSError` (`ConnectionError`, `TimeoutError`) when no answer came.
    """

    async def request(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes | None
    ) -> tuple[int, Mapping[str, str], bytes]:
        """One call, its whole answer: status, headers, body."""

    def stream(
        self, method: str, target: str, headers: Mapping[str, str]
    ) -> AbstractAsyncContextManager[tuple[int, Mapping[str, str], AsyncIterator[bytes]]]:
        """A call whose answer comes in pieces for as long as the context is open."""

    async def close(self) -> None:
        """Let go of all connections."""


class HttpTransport:
    """HTTP/1.1 with TLS. One session, so one pool of connections, for one API server.

    The number of calls in flight is the client's business; `limit` bounds idle sockets kept for calls, while
    streams have a pool of their own: thirty watches must not use up what calls need.
    """

    def __init__(
        self,
        connection: Connection,
        *,
        limit: int = 32,
        connect_timeout: float = 10,
        read_timeout: float = 60,
    ) -> None:
        self._connection = connection
        self._base = connection.server.rstrip("/")
        self._limit = limit
        self._timeout = aiohttp.ClientTimeout(
            total=None, connect=read_timeout, sock_connect=connect_timeout, sock_read=read_timeout
        )
        self._stream_timeout = aiohttp.ClientTimeout(total=None, sock_connect=connect_timeout, sock_read=None)
        self._sessions: dict[str, aiohttp.ClientSession] = {}
        self._opening = asyncio.Lock()
        self._server_name = connection.tls.server_name or None
        self._proxy = connection.proxy or None

    def __repr__(self) -> str:
        return f"HttpTransport({self._connection.shown!r})"

    async def request(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes | None
    ) -> tuple[int, Mapping[str, str], bytes]:
        """One call. A 401 is asked once more with fresh credentials.

        Raises `ConnectionError` or `TimeoutError` when no answer came, with aiohttp's exception as the cause.
        """
        session = await self._session("calls", self._limit)
        for rejected in (False, True):
            sent = await self._headers(headers, rejected)
            try:
                async with session.request(
                    method,
                    self._url(target),
                    data=body,
                    headers=sent,
                    timeout=self._timeout,
                    **self._options,
                ) as response:
                    answer = await response.read()
            except (aiohttp.ClientError, OSError) as error:
                raise _as_os_error(error) from error
            if response.status != 401 or rejected or not self._connection.credentials.blocking:
                break
        return response.status, _lower(response.headers), answer

    @asynccontextmanager
    async def stream(
        self, method: str, target: str, headers: Mapping[str, str]
    ) -> AsyncIterator[tuple[int, Mapping[str, str], AsyncIterator[bytes]]]:
        """An answer in pieces; an error after the start ends the iterator with a `ConnectionError`."""
        session = await self._session("streams", 0)
        for rejected in (False, True):
            sent = await self._headers(headers, rejected)
            try:
                response = await session.request(
                    method, self._url(target), headers=sent, timeout=self._stream_timeout, **self._options
                )
            except (aiohttp.ClientError, OSError) as error:
                raise _as_os_error(error) from error
            if response.status != 401 or rejected or not self._connection.credentials.blocking:
                break
            response.close()
        try:
            yield response.status, _lower(response.headers), _pieces(response)
        finally:
            response.close()

    async def close(self) -> None:
        """Close every connection. The transport may be used again."""
        sessions, self._sessions = list(self._sessions.values()), {}
        for session in sessions:
            await session.close()

    def _url(self, target: str) -> URL:
        # The target is escaped already; escaping it anew would turn `%2F` and `%3A` in names into others.
        return URL(self._base + target, encoded=True)

    @property
    def _options(self) -> dict[str, Any]:
        return {"server_hostname": self._server_name, "proxy": self._proxy, "allow_redirects": False}

    async def _headers(self, headers: Mapping[str, str], rejected: bool) -> dict[str, str]:
        credentials = self._connection.credentials
        if credentials.blocking:
            # Exec plugins and token requests take seconds; they must not stop the event loop.
            authorization = await asyncio.to_thread(credentials.authorization, rejected=rejected)
        else:
            authorization = credentials.authorization(rejected=rejected)
        found = dict(headers)
        if authorization:
            found["authorization"] = authorization
        return found

    async def _session(self, purpose: str, limit: int) -> aiohttp.ClientSession:
        async with self._opening:
            session = self._sessions.get(purpose)
            if session is None:
                context: ssl.SSLContext | bool = True
                if self._base.startswith("https:"):
                    context = await asyncio.to_thread(_ssl_context, self._connection.tls)
                session = aiohttp.ClientSession(
                    connector=aiohttp.TCPConnector(ssl=context, limit=limit, socket_factory=_socket),
                    read_bufsize=_BUFFER,
                    # The API server pretty-prints for the agents of browsers and curl; ours gets it short.
                    headers={"User-Agent": _user_agent(), **self._connection.headers},
                    skip_auto_headers=("Content-Type",),
                )
                self._sessions[purpose] = session
            return session


async def _pieces(response: aiohttp.ClientResponse) -> AsyncIterator[bytes]:
    try:
        async for piece in response.content.iter_any():
            yield piece
    except (aiohttp.ClientError, OSError) as error:
        raise _as_os_error(error) from error


def _as_os_error(error: Exception) -> OSError:
    if isinstance(error, TimeoutError):
        return TimeoutError(str(error) or "timed out")
    if isinstance(error, aiohttp.ClientConnectorCertificateError | aiohttp.ClientConnectorSSLError):
        return ConnectionError(f"TLS: {error}")
    if isinstance(error, aiohttp.ClientConnectorError) and isinstance(error.os_error, ConnectionRefusedError):
        # Told apart because then nothing was sent: even a create may be tried again.
        return ConnectionRefusedError(f"{error.host}:{error.port} refused the connection")
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return ConnectionError(f"the name {error.host} cannot be resolved")
    if isinstance(error, aiohttp.ClientConnectorError):
        reason = error.os_error.strerror or type(error.os_error).__name__
        return ConnectionError(f"{error.host}:{error.port} cannot be reached: {reason.lower()}")
    return ConnectionError(str(error) or type(error).__name__)


def _lower(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _ssl_context(tls: Tls) -> ssl.SSLContext:
    context = ssl.create_default_context(cadata=tls.authority.decode() if tls.authority else None)
    if hasattr(ssl, "VERIFY_X509_STRICT"):
        # Python 3.13 refuses authorities without key identifiers; Kubernetes installers still make them.
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    if tls.insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if tls.certificate:
        _load_pair(context, tls)
    return context


def _load_pair(context: ssl.SSLContext, tls: Tls) -> None:
    """Python's ssl reads a key from files only: a private file that lives as long as the reading of it."""
    handle, name = tempfile.mkstemp(prefix="argosy-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(tls.certificate + b"\n" + tls.key)
        context.load_cert_chain(name)
    finally:
        Path(name).unlink()


def _socket(address: tuple[Any, ...]) -> socket.socket:
    """A socket that notices within a minute that its peer is gone: a watch may be silent for long."""
    family, kind, protocol, *_ = address
    made = socket.socket(family=family, type=kind, proto=protocol)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, seconds in (("TCP_KEEPIDLE", 30), ("TCP_KEEPINTVL", 10), ("TCP_KEEPCNT", 3)):
        if hasattr(socket, option):
            made.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), seconds)
    return made


@cache
def _user_agent() -> str:
    return f"argosy/{version('argosy')}"
