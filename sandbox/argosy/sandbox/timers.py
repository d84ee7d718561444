"""Delayed work of a cluster: what its controllers do "later", owned by the cluster and cancelled with it.

A failure of such work is kept and raised to the owner when the cluster closes, never lost in the loop.
"""

import asyncio
from collections.abc import Callable

__all__ = ["Timers"]


class Timers:
    """Callbacks in the future of the running event loop; before a loop runs they wait for it."""

    def __init__(self) -> None:
        self._handles: set[asyncio.TimerHandle] = set()
        self._waiting: list[tuple[float, Callable[[], None]]] = []
        self._closed = False
        self.failures: list[Exception] = []

    def later(self, seconds: float, work: Callable[[], None]) -> None:
        """Calls `work` after so many seconds of the loop's time."""
        if self._closed:
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self._waiting.append((seconds, work))
            return
        self.start()
        self._schedule(loop, seconds, work)

    def start(self) -> None:
        """Starts what was asked for before there was a loop; to be called from inside of one."""
        if self._waiting:
            waiting, self._waiting = self._waiting, []
            loop = asyncio.get_running_loop()
            for seconds, work in waiting:
                self._schedule(loop, seconds, work)

    def close(self) -> None:
        """Cancels what has not happened yet."""
        self._closed = True
        for handle in self._handles:
            handle.cancel()
        self._handles.clear()
        self._waiting.clear()

    def _schedule(self, loop: asyncio.AbstractEventLoop, seconds: float, work: Callable[[], None]) -> None:
        def run() -> None:
            self._handles.discard(handle)
            try:
                work()
            except Exception as error:  # noqa: BLE001 - kept for the owner, who raises it
                self.failures.append(error)

        handle = loop.call_later(seconds, run)
        self._handles.add(handle)
