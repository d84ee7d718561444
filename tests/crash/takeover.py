"""Two controllers on one world: the second writes nothing while the first lives, the rest afterwards.

Exit status 0 only if the second one took over within seconds and both together did what one does alone.
"""

import asyncio
import random
import signal
import sys
import tempfile
from pathlib import Path

from walk import command, explained, one_more_pass, play, record
from world import Child, Repository, WalkError, make_world, nursery, require_none, require_same

from argosy.sandbox.server import new_event_loop

_INSTALLS = ("customresourcedefinitions/", "v1/namespaces/argocd ", "appprojects/default ")
"""What every process tries to create, where it is missing, before it asks for the Lease."""
_WITHIN = 20.0
"""Seconds; the dead one's Lease would run for 150."""


def writes(child: Child) -> list[str]:
    """What a controller did that only the holder of the Lease may do."""
    return [
        step
        for step in child.steps()
        if not (" POST " in step and any(installed in step for installed in _INSTALLS))
    ]


async def main() -> int:
    chance = random.Random(20)
    with tempfile.TemporaryDirectory(prefix="argosy-walk-") as place:
        folder = Path(place)
        repository = Repository.make(folder)
        async with nursery() as one, nursery() as two:
            reference = await record(folder, repository, one, acts=2)
            async with make_world(folder, repository) as world:
                await explained(world, play(world, one, 0, "bootstrap"))
                act = 1
                repository.show(act)
                cut = chance.choice(reference.steps[act][20:])
                first = await one.start(world.order(*command(world, act), cut=cut))
                while not any("/leases/" in step for step in first.steps()):
                    await asyncio.sleep(0.01)
                second = await two.start(world.order(*command(world, act)))
                await asyncio.wait({first.end}, timeout=60)
                require_none(writes(second), "the second one wrote while the first held the Lease")
                if await first.ended() != -signal.SIGKILL:
                    raise WalkError("the first one was not killed")
                if not await world.at_rest(lambda: world.settled_at(act), _WITHIN):
                    raise WalkError(f"the second one did not take over\n{world.tail()}")
                second.signal(signal.SIGTERM)
                await second.ended()
                require_same(world, reference.objects[act], f"act {act}")
                await explained(world, one_more_pass(world, one, f"act {act}"))
    return 0


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        sys.exit(runner.run(main()))
