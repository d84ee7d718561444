"""Follows a rollout by the status of Applications until it settles, fails, or time is up. Reads only."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from argosy.cli.live_state import Row, read_live_state
from argosy.clusters.client import Client
from argosy.reconciler.installation import Installation

__all__ = ["Followed", "follow"]

_LOOK = 0.5


@dataclass(frozen=True, slots=True)
class Followed:
    """What was seen last. `set_problems` are by the set's name."""

    rows: list[Row]
    set_problems: dict[str, str]

    @property
    def settled(self) -> bool:
        """Whether there is something, and all of it is as it should be."""
        return bool(self.rows) and all(row.settled for row in self.rows) and not self.set_problems

    @property
    def failed(self) -> bool:
        """Whether something is there that nothing but somebody's doing changes."""
        return any(row.failed for row in self.rows) or bool(self.set_problems)


async def follow(
    client: Client,
    installation: Installation,
    wanted: Callable[[list[Row]], list[Row]],
    seconds: float,
    *,
    sets: bool = False,
    stop: Callable[[], bool] = lambda: False,
) -> "Followed":
    """Look until all of `wanted` are settled, one has failed and the rest waits, or time is up; what was
    seen last. `sets`: an ApplicationSet that generates nothing has failed, too."""
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    still = 0
    before = None
    while True:
        live = await read_live_state(client, installation)
        found = Followed(wanted(list(live.rows)), live.set_problems if sets else {})
        still = still + 1 if found == before else 0
        before = found
        # Settled for a moment, so that children that were just made are seen too.
        if found.settled and still >= 2:
            return found
        if found.failed and still >= 6:
            return found
        if loop.time() > end or stop():
            return found
        await asyncio.sleep(_LOOK)
