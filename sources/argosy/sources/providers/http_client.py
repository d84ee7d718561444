"""The small paging HTTP client for providers and plugins. Knows HTTP and JSON, no provider.

Every call has a deadline, unchanged answers are asked for conditionally, rate limits are waited out as far as
the question's own deadline allows. The credential goes to the service's own origin and nowhere else, and is
taken out of every message. Import late: aiohttp takes a tenth of a second.
"""

import asyncio
import json
import os
import re
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
from yarl import URL

from argosy.sources.providers.endpoint import Endpoint, origin_of, shown_url
from argosy.sources.providers.errors import (
    BAD_ANSWER,
    DEADLINE,
    INVALID_CREDENTIALS,
    RATE_LIMITED,
    REFUSED,
    UNREACHABLE,
    ProviderError,
    ProviderNotFoundError,
)
from argosy.sources.providers.rate_limits import RateLimits, seconds_to_wait
from argosy.sources.providers.reply_cache import CachedReply, ReplyCache

__all__ = ["HttpClient", "Memory", "Reply"]

_MOST_BYTES = 32 << 20
_MOST_PAGES = 1000
_MOST_REDIRECTS = 5
_TRIES = 3
_BACKOFF = 0.25
_NEXT = re.compile(r'<([^>]*)>\s*;(?:[^,<]*;)?\s*rel="?next"?', re.IGNORECASE)
_IS_IT_THE_API = "check that the URL is that of the API, and what stands between"
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer with status 2xx: its JSON and its headers, names in lower case."""

    value: object
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Memory:
    """What is kept from one question to the next: replies and rate limits."""

    replies: ReplyCache = field(default_factory=ReplyCache)
    limits: RateLimits = field(default_factory=lambda: RateLimits(time.monotonic))


@dataclass(frozen=True, slots=True)
class _Raw:
    status: int
    headers: Mapping[str, str]
    body: bytes


class HttpClient:
    """Calls one service until the loop's time `ends`. Enter it; `parallel` bounds calls at once."""

    def __init__(self, endpoint: Endpoint, memory: Memory, ends: float, parallel: int = 8) -> None:
        self.endpoint = endpoint
        self._memory = memory
        self._deadline = ends
        self._slots = asyncio.Semaphore(parallel)

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(ssl=self._tls if self._is_encrypted else True, limit=0),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": "argosy", "Accept": "application/json", **self.endpoint.headers},
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    # What providers use

    async def get(self, path: str, query: Mapping[str, str] | None = None) -> Reply:
        """One GET of a path behind the base (each segment already quoted). Raises `ProviderError`."""
        return self._reply(await self._get(self._url(path, query or {})), path)

    async def exists(self, path: str, query: Mapping[str, str] | None = None) -> bool:
        """Whether there is such a thing. Raises `ProviderError` where that is not known."""
        try:
            await self.get(path, query)
        except ProviderNotFoundError:
            return False
        return True

    async def get_pages(self, path: str, query: Mapping[str, str] | None = None) -> list[dict[str, object]]:
        """All items of a list, page by page, all of them maps. Half a list is never returned: any page that
        is missing raises `ProviderError`."""
        found: list[dict[str, object]] = []
        asked: set[str] = set()
        url = self._url(path, query or {})
        for _ in range(_MOST_PAGES):
            if url in asked:
                raise self._bad(path, "leads from a page back to an earlier one")
            asked.add(url)
            reply = self._reply(await self._get(url), path)
            if not isinstance(reply.value, list) or not all(isinstance(each, dict) for each in reply.value):
                raise self._bad(path, "is not a list of maps")
            found += reply.value
            following = _next_page(url, reply.headers, len(reply.value), len(found))
            if following is None:
                return found
            url = following
        raise self._bad(path, f"has more than {_MOST_PAGES} pages")

    async def post(self, path: str, body: object, headers: Mapping[str, str] | None = None) -> Reply:
        """One POST of JSON. Tried again only where the service did not take it."""
        content = json.dumps(body).encode()
        raw = await self._send("POST", self._url(path, {}), content, headers or {})
        return self._reply(raw, path)

    # Calls

    async def _get(self, url: str) -> _Raw:
        key = f"{self.endpoint.identity} {url}"
        kept = self._memory.replies.get(key)
        raw = await self._send("GET", url, None, kept.conditions if kept else {})
        if raw.status == 304:
            if kept is None:
                raise self._bad(url, "is `not modified`, which was not asked for")
            return _Raw(200, {**kept.headers, **raw.headers}, kept.body)
        if raw.status == 200:
            self._memory.replies.put(key, CachedReply(raw.headers, raw.body))
        return raw

    async def _send(self, method: str, url: str, body: bytes | None, headers: Mapping[str, str]) -> _Raw:
        failures = 0
        while True:
            held = self._memory.limits.remaining(self.endpoint.identity)
            if held:
                await self._wait(held, url, limited=True)
            try:
                raw = await self._follow(method, url, body, headers)
            except TimeoutError as error:
                raise self._late(url) from error
            except (aiohttp.ClientError, OSError, asyncio.IncompleteReadError) as error:
                failures += 1
                if failures >= _TRIES or not _may_repeat(method, error):
                    raise self._unreachable(url, _words(error)) from error
                await self._wait(_BACKOFF * 2 ** (failures - 1), url)
                continue
            wait = seconds_to_wait(raw.status, raw.headers, time.time())
            if wait is not None:
                self._memory.limits.hold(self.endpoint.identity, wait)
                continue
            if raw.status in (500, 502, 503, 504) and method == "GET" and failures + 1 < _TRIES:
                failures += 1
                await self._wait(_BACKOFF * 2 ** (failures - 1), url)
                continue
            return raw

    async def _wait(self, seconds: float, url: str, *, limited: bool = False) -> None:
        loop = asyncio.get_running_loop()
        if loop.time() + seconds < self._deadline:
            await asyncio.sleep(seconds)
            return
        if limited:
            raise ProviderError(
                f"{self._where(url)}: the rate limit is used up, for {seconds:.0f} s more",
                code=RATE_LIMITED,
                hint="it is asked again later; a token (tokenRef) gives a higher limit"
                if not self.endpoint.secrets
                else "it is asked again later",
            )
        raise self._late(url)

    async def _follow(self, method: str, url: str, body: bytes | None, headers: Mapping[str, str]) -> _Raw:
        for _ in range(_MOST_REDIRECTS):
            raw = await self._call(method, url, body, headers)
            if raw.status not in (301, 302, 303, 307, 308) or "location" not in raw.headers:
                return raw
            target = urljoin(url, raw.headers["location"])
            if origin_of(target) != self.endpoint.origin:
                raise ProviderError(
                    f"{self._where(url)}: redirects to another host, {shown_url(target)}; "
                    "the token was not sent there",
                    code=REFUSED,
                    hint="give that host as the API's URL if it is the right one",
                )
            url = target
        raise self._bad(url, f"redirects more than {_MOST_REDIRECTS} times")

    async def _call(self, method: str, url: str, body: bytes | None, headers: Mapping[str, str]) -> _Raw:
        left = self._deadline - asyncio.get_running_loop().time()
        if left <= 0:
            raise self._late(url)
        sent = dict(headers) if body is None else {"Content-Type": "application/json", **headers}
        timeout = aiohttp.ClientTimeout(total=min(self.endpoint.timeout, left))
        async with (
            self._slots,
            self._session.request(
                method,
                URL(url, encoded=True),
                data=body,
                headers=sent,
                timeout=timeout,
                allow_redirects=False,
                proxy=_proxy(url),
            ) as response,
        ):
            found = {name.lower(): value for name, value in response.headers.items()}
            return _Raw(response.status, found, await self._body(response, url))

    async def _body(self, response: aiohttp.ClientResponse, url: str) -> bytes:
        pieces, size = [], 0
        async for piece in response.content.iter_chunked(1 << 16):
            size += len(piece)
            if size > _MOST_BYTES:
                raise self._bad(url, f"is larger than {_MOST_BYTES >> 20} MiB")
            pieces.append(piece)
        return b"".join(pieces)

    # Answers

    def _reply(self, raw: _Raw, path: str) -> Reply:
        if raw.status == 404:
            hint = "check the name, and whether the token may see it"
            if not self.endpoint.secrets:
                hint = "check the name; what is private needs a token (tokenRef)"
            raise ProviderNotFoundError(f"{self._where(path)}: {self._told(raw)}", hint=hint)
        if raw.status in (401, 403):
            place = self.endpoint.token_place
            raise ProviderError(
                f"{self._where(path)}: {self._told(raw)}",
                code=REFUSED,
                hint=f"look at the token in {place}: is it valid, and may it read this?"
                if place
                else "a token is needed (tokenRef)",
            )
        if raw.status >= 500:
            raise self._unreachable(path, self._told(raw))
        if not 200 <= raw.status < 300:
            raise ProviderError(
                f"{self._where(path)}: {self._told(raw)}", code=BAD_ANSWER, hint=_IS_IT_THE_API
            )
        try:
            return Reply(json.loads(raw.body), raw.headers)
        except (ValueError, RecursionError) as error:
            raise self._bad(path, "is not JSON") from error

    def _told(self, raw: _Raw) -> str:
        """The status, and what the service says about it."""
        try:
            value = json.loads(raw.body)
        except (ValueError, RecursionError):
            value = None
        said = value.get("message") or value.get("error") if isinstance(value, dict) else None
        text = f"answered {raw.status}"
        if isinstance(said, str):
            text += f", {self.endpoint.masked(_CONTROL.sub(' ', said))[:200]}"
        return text

    def _bad(self, place: str, what: str) -> ProviderError:
        return ProviderError(f"{self._where(place)}: the answer {what}", code=BAD_ANSWER, hint=_IS_IT_THE_API)

    def _unreachable(self, place: str, what: str) -> ProviderError:
        return ProviderError(
            f"{self._where(place)}: {self.endpoint.masked(what)}",
            code=UNREACHABLE,
            hint="check the URL, the service and the network between",
        )

    def _late(self, place: str) -> ProviderError:
        return ProviderError(
            f"{self._where(place)}: no whole answer in time",
            code=DEADLINE,
            hint=f"a call may take {self.endpoint.timeout:g} s (a plugin: `requestTimeout` in its ConfigMap)",
        )

    def _where(self, place: str) -> str:
        """The service and what was asked of it: a path behind the base, or a whole URL."""
        parts = urlsplit(place if "://" in place else self._url(place, {}))
        host = urlsplit(self.endpoint.base).netloc
        return self.endpoint.masked(f"{self.endpoint.name} at {host}{parts.path}")

    def _url(self, path: str, query: Mapping[str, str]) -> str:
        text = self.endpoint.base.rstrip("/") + "/" + path.lstrip("/")
        return f"{text}?{urlencode(query)}" if query else text

    @property
    def _is_encrypted(self) -> bool:
        return self.endpoint.origin[0] == "https" or bool(self.endpoint.authority)

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        if self.endpoint.insecure:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        elif self.endpoint.authority:
            try:
                context.load_verify_locations(cadata=self.endpoint.authority)
            except (ssl.SSLError, ValueError) as error:
                raise ProviderError(
                    f"{self.endpoint.name}: caRef holds no certificates", code=INVALID_CREDENTIALS
                ) from error
        return context


def _next_page(url: str, headers: Mapping[str, str], size: int, collected: int) -> str | None:
    """Where the next page is, `None` behind the last one.

    Of a link only the query is taken: a service behind a proxy may call itself by another name, and the
    credential stays with the host that it is meant for.
    """
    address, _, query = url.partition("?")
    link = _NEXT.search(headers.get("link", ""))
    if link:
        return f"{address}?{urlsplit(link[1]).query}"
    following = headers.get("x-next-page", "")
    total = headers.get("x-total-count", "")
    if not following and "link" not in headers and size and total.isdigit() and collected < int(total):
        following = str(int(dict(parse_qsl(query)).get("page", "1")) + 1)
    if not following:
        return None
    return f"{address}?{urlencode({**dict(parse_qsl(query)), 'page': following})}"


def _may_repeat(method: str, error: Exception) -> bool:
    if isinstance(error, aiohttp.ClientConnectorError):
        # Nothing was sent. A certificate that is wrong is wrong the next time, too.
        return not isinstance(error, aiohttp.ClientConnectorCertificateError)
    return method == "GET"


def _words(error: Exception) -> str:
    if isinstance(error, aiohttp.ClientConnectorCertificateError | aiohttp.ClientConnectorSSLError):
        return f"TLS: {error}"
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return f"the name {error.host} cannot be resolved"
    if isinstance(error, aiohttp.ClientConnectorError):
        reason = os.strerror(error.os_error.errno) if error.os_error.errno else str(error.os_error)
        return f"cannot be reached: {reason.lower()}"
    return str(error) or type(error).__name__


def _proxy(url: str) -> str | None:
    """The proxy that the environment names. (aiohttp's own look-up would send passwords of ~/.netrc, too.)"""
    parts = urlsplit(url)
    if not parts.hostname or proxy_bypass(parts.hostname):
        return None
    return getproxies().get(parts.scheme)
