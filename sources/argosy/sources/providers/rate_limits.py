"""When a service wants to be left alone, and until when. Reads headers; `RateLimits` remembers.

GitHub: 403 or 429 with `Retry-After` (secondary limits), or with `X-RateLimit-Remaining: 0` and the time
`X-RateLimit-Reset`. GitLab: 429 with `Retry-After` and `RateLimit-Reset`. Times are seconds since 1970.
"""

import threading
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime

__all__ = ["RateLimits", "seconds_to_wait"]

_UNTOLD = 60.0
"""Seconds to wait where a service says that it is too much, but not for how long (GitHub's own advice)."""
_MOST = 24 * 3600.0


def seconds_to_wait(status: int, headers: Mapping[str, str], now: float) -> float | None:
    """For how long an answer wants no further call, `None` if it is no such answer.

    `now` (seconds since 1970) is used only where the answer does not bear its own time: the two clocks may
    differ. Header names are lower-case.
    """
    exhausted = _remaining(headers) == 0
    if status not in (403, 429) or (status == 403 and not exhausted and "retry-after" not in headers):
        return None
    told = _retry_after(headers, now)
    if told is None:
        told = _until_reset(headers, now)
    return min(max(told if told is not None else _UNTOLD, 1.0), _MOST)


class RateLimits:
    """Who must not be called before when, for all questions of a process. `clock` is monotonic seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._until: dict[str, float] = {}
        self._lock = threading.Lock()

    def hold(self, who: str, seconds: float) -> None:
        """No calls for `who` (a service and a credential) for so long."""
        with self._lock:
            self._until[who] = max(self._until.get(who, 0.0), self._clock() + seconds)

    def remaining(self, who: str) -> float:
        """For how many seconds `who` is still to be left alone; 0 if it may be called."""
        with self._lock:
            left = self._until.get(who, 0.0) - self._clock()
            if left <= 0:
                self._until.pop(who, None)
            return max(left, 0.0)


def _remaining(headers: Mapping[str, str]) -> float | None:
    return _number(headers.get("x-ratelimit-remaining", headers.get("ratelimit-remaining", "")))


def _retry_after(headers: Mapping[str, str], now: float) -> float | None:
    value = headers.get("retry-after", "")
    seconds = _number(value)
    if seconds is not None:
        return seconds
    date = _date(value)
    return None if date is None else date - (_date(headers.get("date", "")) or now)


def _until_reset(headers: Mapping[str, str], now: float) -> float | None:
    reset = _number(headers.get("x-ratelimit-reset", headers.get("ratelimit-reset", "")))
    return None if reset is None else reset - (_date(headers.get("date", "")) or now)


def _number(text: str) -> float | None:
    return float(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def _date(text: str) -> float | None:
    try:
        return parsedate_to_datetime(text).timestamp()
    except (ValueError, TypeError, OverflowError):
        return None
