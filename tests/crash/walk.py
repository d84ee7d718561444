"""Kills Argosy at every step of the demo's plan and at random moments, and looks at what comes of it.

    walk.py                  every step on both sides, and 50 random moments
    walk.py --sample 8       eight steps of each act, chosen by the seed

The plan has three acts, each played by a process of its own: `argosy bootstrap` of the root, `argosy run`
after a commit that changes infrastructure and apps together, and after that commit's revert. First the
acts are played without a fault: that gives the steps (every API write, status write and Git fetch, by name)
and the objects at the end of each act. Then for each step, once before and once after it: play up to it,
SIGKILL, start again without a fault, wait until all is settled, and hold the world against the promises
below. To save time a successor may be killed as well, before and after steps that were not done yet
(`--in-a-row`); at random moments it is a plain `argosy` process that is killed, once.

- all objects equal those of the uninterrupted run (`comparison.py` says what cannot);
- nobody asked for a deletion, and every object that there was at the kill is the same one (its uid);
- one more pass of a fresh controller leaves every resourceVersion as it was;
- the process that was killed left none of its own behind.

A step that a run does not come to by its name (how often a status is written depends on what comes first) is
tried again, and then taken by its number, so that no kill is left out. Exit status 0 only if all of it held
and there were as many kills as steps and sides.
"""

import argparse
import asyncio
import json
import random
import signal
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, field, replace
from itertools import zip_longest
from pathlib import Path

from ending import end_with_parent
from world import (
    Child,
    Nursery,
    Repository,
    WalkError,
    World,
    make_world,
    nursery,
    require_none,
    require_same,
)

from argosy.sandbox.server import new_event_loop

ACTS = 3
_TRIES = 2
_SEED = 20
_START = 1.0
"""Seconds that Python needs to start before an act begins."""
_ENOUGH = 5
"""Failures after which a process of the walk gives up."""


@dataclass(frozen=True, slots=True)
class Kill:
    """Where a process is killed. `step` is a step's name; at random `moment` seconds after the start."""

    act: int
    step: str = ""
    number: int = 0
    after: bool = False
    moment: float = 0.0
    tries: int = 0

    @property
    def cut(self) -> str:
        """Where the process dies, as the nursery takes it: by name, after some tries by number."""
        return self.step if self.tries < _TRIES else str(self.number)

    def __str__(self) -> str:
        if not self.step:
            return f"act {self.act}, {self.moment:.3f} s after the start"
        return f"act {self.act}, {'after' if self.after else 'before'} step {self.number}: {self.step}"


Story = tuple[list[Kill], ...]
"""For each act the kills in it, one after the other, each in a process of its own."""


@dataclass(slots=True)
class Counts:
    """What a process of the walk has done."""

    kills: int = 0
    failures: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Reference:
    """The uninterrupted run: of each act its steps, its objects at the end, and the seconds that it took."""

    steps: list[list[str]]
    objects: list[dict[str, str]]
    seconds: list[float]


def command(world: World, act: int) -> list[str]:
    """What plays an act."""
    common = ["--context", "management", "--allow-file-repositories"]
    if act == 0:
        return ["bootstrap", str(world.repository.repository.work_tree / "root.yaml"), *common]
    return ["run", "--poll", "1h", *common]


async def play(world: World, nurse: Nursery, act: int, about: str) -> Child:
    """Plays an act to its end, without a fault."""
    child = await nurse.start(world.order(*command(world, act)))
    if act == 0 and (status := await child.ended()):
        raise WalkError(f"{about}: bootstrap ended with {status}")
    rested = await world.at_rest(lambda: world.settled_at(act) or child.end.done())
    if act and (status := await _stop(child)):
        raise WalkError(f"{about}: run ended with {status}")
    if not rested or not world.settled_at(act):
        raise WalkError(f"{about}: the Applications did not settle")
    return child


async def _stop(child: Child) -> int:
    if not child.end.done():
        child.signal(signal.SIGTERM)
    return await child.ended()


async def record(folder: Path, repository: Repository, nurse: Nursery, acts: int = ACTS) -> Reference:
    """Plays the acts without a fault."""
    reference = Reference([], [], [])
    async with make_world(folder, repository) as world:
        for act in range(acts):
            repository.show(act)
            begin = time.monotonic()
            child = await explained(world, play(world, nurse, act, f"act {act}"))
            reference.seconds.append(time.monotonic() - begin)
            reference.steps.append(child.steps())
            reference.objects.append(world.comparable())
            await explained(world, one_more_pass(world, nurse, f"act {act}"))
        require_none(world.deletions(), "the uninterrupted run deleted")
    return reference


async def explained(world, work):  # type: ignore[no-untyped-def]
    """What the work gives; where it fails, with what the processes printed."""
    try:
        return await work
    except WalkError as error:
        raise WalkError(f"{error}\n--- the processes said:\n{world.tail()}") from error


async def one_more_pass(world: World, nurse: Nursery, about: str) -> None:
    """A fresh controller looks at everything once and changes nothing."""
    before = world.versions()
    child = await nurse.start(world.order("pass", "management"))
    if status := await child.ended():
        raise WalkError(f"{about}: the pass ended with {status}")
    after = world.versions()
    changed = [key for key in sorted(before.keys() | after.keys()) if before.get(key) != after.get(key)]
    require_none(changed, f"{about}: one more pass changed")


async def kill(world: World, nurse: Nursery, where: Kill, done: list[str]) -> bool:
    """Plays an act until the kill, which is false where it ended without having come to it. `done` has the
    steps of the act that were done before, and afterwards those of this process, too."""
    if where.moment:
        child = await world.start(*command(world, where.act))
        await asyncio.wait({child.end}, timeout=where.moment)
        if not child.end.done():
            child.signal(signal.SIGKILL)
    else:
        order = world.order(*command(world, where.act), cut=where.cut, after=where.after, done=done)
        child = await nurse.start(order)
    rested = asyncio.ensure_future(world.at_rest(lambda: world.settled_at(where.act)))
    await asyncio.wait({child.end, rested}, return_when=asyncio.FIRST_COMPLETED)
    rested.cancel()
    killed = await _stop(child) == -signal.SIGKILL
    await world.alone(child)
    done += child.steps()[: -1 if killed and not where.after else None]
    return killed


async def check(world: World, nurse: Nursery, reference: Reference, act: int, about: str) -> None:
    """Starts again after a kill and holds the world against the promises."""
    identities = world.identities()
    await play(world, nurse, act, about)
    require_same(world, reference.objects[act], about)
    require_none(world.deletions(), f"{about}: somebody deleted")
    now = world.identities()
    others = [key for key, uid in identities.items() if now.get(key) != uid]
    require_none(others, f"{about}: other objects took the place of")
    await one_more_pass(world, nurse, about)


async def tell(
    folder: Path, repository: Repository, nurse: Nursery, reference: Reference, story: Story, counts: Counts
) -> list[Kill]:
    """Plays a story in a new world; the kills that it did not come to."""
    missed: list[Kill] = []
    last = max(act for act in range(ACTS) if story[act])
    async with make_world(folder, repository) as world:
        for act in range(last + 1):
            repository.show(act)
            done: list[str] = []
            for where in story[act]:
                if await explained(world, kill(world, nurse, where, done)):
                    counts.kills += 1
                else:
                    missed.append(where)
            about = "; ".join(str(where) for where in story[act]) or f"act {act}"
            await explained(world, check(world, nurse, reference, act, about))
    return missed


def plan(reference: Reference, arguments: argparse.Namespace) -> list[Story]:
    """All kills, or a sample of them, in stories of some kills an act."""
    chance = random.Random(arguments.seed)
    acts: list[list[list[Kill]]] = []
    for act, steps in enumerate(reference.steps):
        numbered = [(step, number) for number, step in enumerate(steps, start=1)]
        if arguments.sample:
            numbered = sorted(chance.sample(numbered, arguments.sample), key=lambda item: item[1])
        rows = -(-len(numbered) // arguments.in_a_row)
        # The kills of one row lie far from each other, in the order of the steps.
        chains = [
            [
                Kill(act, step, number, after)
                for step, number in numbered[row::rows]
                for after in (False, True)
            ]
            for row in range(rows)
        ]
        chance.shuffle(chains)
        acts.append(chains)
    for number in range(arguments.moments):
        act = number % ACTS
        acts[act].append([Kill(act, moment=chance.uniform(0.05, reference.seconds[act] + _START))])
    return [tuple(chains) for chains in zip_longest(*acts, fillvalue=[])]


async def work(path: Path, number: int) -> None:
    """One of the processes that share the work: plays every so manieth story and prints what it found."""
    order = json.loads(path.read_text())
    reference = Reference(**order["reference"])
    stories = [
        tuple([Kill(**where) for where in kills] for kills in story)
        for story in order["stories"][number :: order["workers"]]
    ]
    counts = Counts()
    with tempfile.TemporaryDirectory(prefix="argosy-walk-") as place:
        folder = Path(place)
        repository = Repository.make(folder)
        async with nursery() as nurse:
            while stories and len(counts.failures) < _ENOUGH:
                story = stories.pop(0)
                try:
                    missed = await tell(folder, repository, nurse, reference, story, counts)
                except WalkError as error:
                    counts.failures.append(str(error))
                    continue
                stories += [_alone(replace(where, tries=where.tries + 1)) for where in missed]
                print(f"{counts.kills} kills, {len(stories)} stories to come", file=sys.stderr, flush=True)
    print(json.dumps(asdict(counts)), flush=True)


def _alone(where: Kill) -> Story:
    if where.moment:
        where = replace(where, moment=where.moment * 0.7)
    return tuple([where] if act == where.act else [] for act in range(ACTS))


async def share(path: Path, workers: int) -> list[Counts]:
    """Has the work done by several processes."""
    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable, __file__, "--work", str(path), str(number), stdout=asyncio.subprocess.PIPE
        )
        for number in range(workers)
    ]
    outputs = await asyncio.gather(*(process.communicate() for process in processes))
    if any(process.returncode for process in processes):
        raise WalkError("a process of the walk itself failed")
    return [Counts(**json.loads(output)) for output, _ in outputs]


async def walk(arguments: argparse.Namespace) -> int:
    """The whole of it; the exit status."""
    begin = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="argosy-walk-") as place:
        folder = Path(place)
        repository = Repository.make(folder)
        async with nursery() as nurse:
            reference = await record(folder, repository, nurse)
        stories = plan(reference, arguments)
        wanted = sum(len(kills) for story in stories for kills in story)
        steps = sum(len(steps) for steps in reference.steps)
        acts = ", ".join(str(len(steps)) for steps in reference.steps)
        print(f"the uninterrupted run: {steps} steps in {ACTS} acts ({acts})", flush=True)
        order = {
            "reference": asdict(reference),
            "stories": [[[asdict(where) for where in kills] for kills in story] for story in stories],
            "workers": arguments.workers,
        }
        path = folder / "order.json"
        path.write_text(json.dumps(order))
        counts = await share(path, arguments.workers)
    kills = sum(count.kills for count in counts)
    failures = [failure for count in counts for failure in count.failures]
    for failure in failures:
        print(failure, file=sys.stderr)
    print(f"{kills} of {wanted} kills, {len(failures)} failures, {time.monotonic() - begin:.0f} s")
    return int(bool(failures) or kills < wanted)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--sample", type=int, default=0, help="so many steps of each act instead of all")
    parser.add_argument("--moments", type=int, default=50, help="kills at random moments")
    parser.add_argument(
        "--in-a-row", type=int, default=8, help="steps at which one act is killed before it is checked"
    )
    parser.add_argument("--workers", type=int, default=3, help="processes that share the work")
    parser.add_argument("--seed", type=int, default=_SEED)
    parser.add_argument("--work", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        if arguments.work:
            end_with_parent()
            runner.run(work(Path(arguments.work[0]), int(arguments.work[1])))
            return 0
        return runner.run(walk(arguments))


if __name__ == "__main__":
    sys.exit(main())
