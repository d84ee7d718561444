"""One call to an API server: limits, deadlines, retries, and answers turned into typed errors.

Knows Kubernetes' Status object but no verbs or kinds. Time is the event loop's.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from argosy.clusters.backoff import Backoff
from argosy.clusters.errors import (
    AlreadyExists,
    ApiError,
    Cause,
    Conflict,
    Forbidden,
    Gone,
    Invalid,
    NotFound,
    TooManyRequests,
    Unauthorized,
    Unreachable,
)
from argosy.clusters.transport import Transport

__all__ = ["Call", "Calls", "Limits", "error_of_status"]

_BY_STATUS: Mapping[int, type[ApiError]] = {
    400: Invalid,
    401: Unauthorized,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    410: Gone,
    422: Invalid,
    429: TooManyRequests,
    502: Unreachable,
    503: Unreachable,
    504: Unreachable,
}
_HINTS: Mapping[type[ApiError], str] = {
    Unauthorized: "the credentials of this cluster are wrong or expired; add it again: argosy cluster add",
    Forbidden: "grant it with a role, or use credentials that may",
}


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on speaking with one cluster. Times are in seconds.

    `calls` at once; `deadline` for one try; `tries` in all for what may be tried again; `longest_wait` is the
    most that a server's Retry-After is obeyed before the call fails with that wish in the error.
    """

    calls: int = 16
    deadline: float = 60.0
    tries: int = 4
    longest_wait: float = 30.0
    backoff: Backoff = field(default_factory=lambda: Backoff(longest=5.0))


@dataclass(frozen=True, slots=True)
class Call:
    """A request. `idempotent`: to send it twice does the same as once, so a lost answer may be asked for
    again.

    `about` names the object for errors; `mask` blanks secrets out of what the server says.
    """

    method: str
    target: str
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    idempotent: bool = True
    about: str = ""
    mask: Callable[[str], str] = str


class Calls:
    """Sends calls to one cluster, a bounded number at a time."""

    def __init__(self, transport: Transport, cluster: str, limits: Limits) -> None:
        self.transport = transport
        self.cluster = cluster
        self._limits = limits
        self._slots = asyncio.Semaphore(limits.calls)

    async def send(self, call: Call) -> tuple[Mapping[str, str], bytes]:
        """Headers and body of a good answer.

        Tries again after 429 and after 503 or a lost connection where the call is idempotent.

        Raises the `ApiError` that fits the answer; `Unreachable` when there was none.
        """
        attempt = 0
        while True:
            try:
                async with self._slots:
                    return await self._once(call)
            except ApiError as error:
                wait = self._wait(call, error, attempt)
                if wait is None:
                    raise
            attempt += 1
            await asyncio.sleep(wait)

    async def _once(self, call: Call) -> tuple[Mapping[str, str], bytes]:
        try:
            async with asyncio.timeout(self._limits.deadline):
                status, headers, body = await self.transport.request(
                    call.method, call.target, call.headers, call.body
                )
        except TimeoutError as error:
            # Not tried again: each try takes the whole deadline.
            raise self.unreachable(
                call.about, f"no answer within {self._limits.deadline:g} s", error
            ) from error
        except OSError as error:
            raise self.unreachable(call.about, str(error), error) from error
        if status >= 300 and status != 304:
            raise error_of_answer(status, headers, body, call, self.cluster)
        return headers, body

    def _wait(self, call: Call, error: ApiError, attempt: int) -> float | None:
        if attempt + 1 >= self._limits.tries:
            return None
        lost = isinstance(error, Unreachable) and error.status in (0, 503)
        if isinstance(error.__cause__, TimeoutError) or not (isinstance(error, TooManyRequests) or lost):
            return None
        if lost and not call.idempotent and not isinstance(error.__cause__, ConnectionRefusedError):
            return None
        if error.retry_after is not None:
            return error.retry_after if error.retry_after <= self._limits.longest_wait else None
        return self._limits.backoff.delay(attempt)

    def unreachable(self, about: str, what: str, cause: BaseException) -> Unreachable:
        """The error for "no answer"; the state of what was asked about is unknown."""
        subject = f", asked for {about}" if about else ""
        error = Unreachable(
            f"cluster {self.cluster} does not answer{subject}: {what}",
            cluster=self.cluster,
            reason="Unreachable",
            hint="check its address, its certificate and the network; "
            "nothing is changed or deleted there until it answers",
        )
        error.__cause__ = cause
        return error


def error_of_answer(
    status: int, headers: Mapping[str, str], body: bytes, call: Call, cluster: str
) -> ApiError:
    """The error for an HTTP answer of 300 and above, from its Status object where there is one."""
    try:
        decoded = msgspec.json.decode(body) if body else {}
    except (msgspec.DecodeError, UnicodeDecodeError):
        decoded = {}
    if not isinstance(decoded, dict) or decoded.get("kind") != "Status":
        # A proxy's page, or the plain "404 page not found" of a path that is not served.
        text = body[:200].decode("utf-8", "replace").strip()
        decoded = {"message": text or f"HTTP status {status}"}
    error = error_of_status({**decoded, "code": status}, call.about, call.mask, cluster)
    error.retry_after = _retry_after(headers, decoded)
    return error


def error_of_status(
    answer: Mapping[str, Any], about: str, mask: Callable[[str], str], cluster: str
) -> ApiError:
    """The error for a Kubernetes Status object, masked."""
    status, reason = int(answer.get("code") or 500), str(answer.get("reason") or "")
    details = answer.get("details") or {}
    causes = tuple(
        Cause(
            str(cause.get("reason") or ""),
            mask(str(cause.get("message") or "")),
            str(cause.get("field") or ""),
        )
        for cause in details.get("causes") or ()
    )
    kind = AlreadyExists if reason == "AlreadyExists" else _BY_STATUS.get(status, ApiError)
    message = mask(str(answer.get("message") or reason or f"HTTP status {status}"))
    return kind(
        f"cluster {cluster}: {about}: {message}" if about else f"cluster {cluster}: {message}",
        cluster=cluster,
        status=status,
        reason=reason,
        causes=causes,
        hint=_HINTS.get(kind, ""),
    )


def _retry_after(headers: Mapping[str, str], answer: Mapping[str, Any]) -> float | None:
    wished = headers.get("retry-after") or (answer.get("details") or {}).get("retryAfterSeconds")
    try:
        return max(0.0, float(wished)) if wished is not None else None
    except (TypeError, ValueError):
        return None  # An HTTP date: no API server sends one.
