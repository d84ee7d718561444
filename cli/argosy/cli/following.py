"""Follows a rollout by what is said of it until nothing of it moves any more, or time is up. Reads only."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from argosy.cli.live_state import APPLICATION, APPLICATION_SET, LiveState, Row, read_live_state
from argosy.cli.motion import moving
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


async def follow(
    client: Client,
    installation: Installation,
    wanted: Callable[[list[Row]], list[Row]],
    seconds: float,
    *,
    sets: bool = False,
    stop: Callable[[], bool] = lambda: False,
) -> "Followed":
    """Look until all of `wanted` are settled, or failed, or wait for what has failed, or time is up; what was
    seen last. `sets`: ApplicationSets count, too."""
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
        if still >= 6 and not _moves(live, found.rows, sets):
            return found
        if loop.time() > end or stop():
            return found
        await asyncio.sleep(_LOOK)


def _moves(live: LiveState, rows: list[Row], sets: bool) -> bool:
    """Whether one of these Applications still moves, or with `sets` any ApplicationSet."""
    wanted = {(APPLICATION, row.name) for row in rows}
    return any(key in wanted or (sets and key[0] == APPLICATION_SET) for key in moving(live))
