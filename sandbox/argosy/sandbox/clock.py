"""Time as the sandbox sees it: a cluster's wall clock, and an event loop whose time jumps to the next timer.

API timestamps are a start instant plus the event loop's time, so the same cluster runs in real time behind a
socket and minutes within a second in a test. Nothing else in the sandbox may ask the machine for the time.
"""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol, TypeVar

__all__ = [
    "START_OF_TIME",
    "Clock",
    "LoopClock",
    "VirtualEventLoop",
    "rfc3339",
    "rfc3339_micro",
    "run_virtual",
]

_T = TypeVar("_T")

START_OF_TIME = datetime(2026, 1, 1, tzinfo=UTC)
"""Where virtual time begins unless a clock says otherwise: fixed, so that two runs give the same bytes."""


class Clock(Protocol):
    """What the sandbox asks for the time of day."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...


class LoopClock:
    """A start instant plus the running event loop's time since the clock was first asked."""

    def __init__(self, start: datetime = START_OF_TIME) -> None:
        self._start = start
        self._origin: float | None = None
        self._elapsed = 0.0

    def now(self) -> datetime:
        try:
            time = asyncio.get_running_loop().time()
        except RuntimeError:  # outside of a loop time stands still
            return self._start + timedelta(seconds=self._elapsed)
        if self._origin is None:
            self._origin = time - self._elapsed
        self._elapsed = time - self._origin
        return self._start + timedelta(seconds=self._elapsed)


def rfc3339(instant: datetime) -> str:
    """`metav1.Time` as the API writes it: whole seconds, UTC, `Z`."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def rfc3339_micro(instant: datetime) -> str:
    """`metav1.MicroTime` as the API writes it: six digits of a second, UTC, `Z`."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class _JumpingSelector(selectors.DefaultSelector):
    """Never waits for a timer; waits for real only while somebody outside of the loop works for it."""

    def __init__(self) -> None:
        super().__init__()
        self.jump: Callable[[float], None] = lambda seconds: None
        self.busy: Callable[[], bool] = lambda: False

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if ready or (timeout is not None and timeout <= 0):
            return ready
        if self.busy():
            return super().select(_REAL_PATIENCE)
        if len(self.get_map()) > 1:  # more than the loop's own wake-up pipe: sockets or pipes of a process
            ready = super().select(_IO_PATIENCE)
            if ready:
                return ready
        if timeout is None:
            return super().select(_REAL_PATIENCE)
        self.jump(timeout)
        return []


_REAL_PATIENCE = 60.0
"""Real seconds to wait for a thread in one go: long enough for work, bounded so that signals are seen."""

_IO_PATIENCE = 0.02
"""Real seconds that an open pipe or socket may take to speak before time goes on."""


class VirtualEventLoop(asyncio.SelectorEventLoop):
    """An event loop whose `time()` starts at zero and jumps to the next timer as soon as nothing can run.

    Time stands still while a job of `run_in_executor` (so also `asyncio.to_thread`) is under way: what it
    computes belongs to the present instant. Sockets get only a glance; clusters are reached in process.
    """

    def __init__(self) -> None:
        self._virtual = 0.0
        self._jobs = 0
        selector = _JumpingSelector()
        super().__init__(selector)
        selector.jump = self._jump
        selector.busy = lambda: self._jobs > 0

    def time(self) -> float:
        return self._virtual

    def _jump(self, seconds: float) -> None:
        self._virtual += seconds

    def run_in_executor(  # type: ignore[override]  # typeshed's variadic form says no more
        self, executor: Executor | None, func: Callable[..., _T], *args: Any
    ) -> asyncio.Future[_T]:
        future = super().run_in_executor(executor, func, *args)
        self._jobs += 1
        future.add_done_callback(self._job_done)
        return future

    def _job_done(self, future: asyncio.Future[Any]) -> None:
        self._jobs -= 1


def run_virtual(main: Coroutine[Any, Any, _T]) -> _T:
    """Runs a coroutine to its end in virtual time."""
    with asyncio.Runner(loop_factory=VirtualEventLoop) as runner:
        return runner.run(main)
