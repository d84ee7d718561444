"""Who has to be looked at, and when: one worker a node, different nodes in parallel, marks that pile up
count once.

Knows nothing of what the work is. Time is the event loop's.
"""

import asyncio
from collections.abc import Awaitable, Callable

from argosy.compiler.rollout import NodeKey

__all__ = ["WorkQueue"]


class WorkQueue:
    """Runs `work(key)` for marked keys inside a task group.

    Of one key only one call runs at a time; a mark during the call leads to another one. `busy` is true while
    anything runs or is due at once.
    """

    def __init__(
        self, work: Callable[[NodeKey], Awaitable[None]], tasks: asyncio.TaskGroup, parallel: int = 32
    ) -> None:
        self._work = work
        self._tasks = tasks
        self._slots = asyncio.Semaphore(parallel)
        self._running: set[NodeKey] = set()
        self._again: set[NodeKey] = set()
        self._timers: dict[NodeKey, asyncio.TimerHandle] = {}
        self._stopped = True
        self._idle = asyncio.Event()
        self._idle.set()

    def open(self) -> None:
        """From now on marks count; before, nothing is known well enough to work on."""
        self._stopped = False

    @property
    def busy(self) -> bool:
        """Whether anything runs or waits for a free worker."""
        return bool(self._running)

    def mark(self, key: NodeKey, delay: float = 0.0) -> None:
        """Look at a node soon, or after a delay in seconds; of several delays the shortest counts."""
        if self._stopped:
            return
        if delay > 0:
            self._mark_later(key, delay)
            return
        if (timer := self._timers.pop(key, None)) is not None:
            timer.cancel()
        if key in self._running:
            self._again.add(key)
            return
        self._running.add(key)
        self._idle.clear()
        self._tasks.create_task(self._run(key))

    async def drain(self) -> None:
        """Take no more marks and wait for what runs."""
        self._stopped = True
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
        await self._idle.wait()

    async def idle(self) -> None:
        """Wait until nothing runs."""
        await self._idle.wait()

    def _mark_later(self, key: NodeKey, delay: float) -> None:
        loop = asyncio.get_running_loop()
        known = self._timers.get(key)
        if known is not None:
            if known.when() <= loop.time() + delay:
                return
            known.cancel()
        self._timers[key] = loop.call_later(delay, self.mark, key)

    async def _run(self, key: NodeKey) -> None:
        try:
            while True:
                self._again.discard(key)
                async with self._slots:
                    await self._work(key)
                if key not in self._again or self._stopped:
                    break
        finally:
            self._again.discard(key)
            self._running.discard(key)
            if not self._running:
                self._idle.set()
