"""One controller at a time, on a sandbox under a virtual clock."""

import asyncio
import datetime
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from argosy.clusters.client import Client
from argosy.clusters.objects import ObjectRef
from argosy.reconciler.lease import Holder, Lease, LeaseSettings
from argosy.sandbox.clock import START_OF_TIME, run_virtual
from argosy.sandbox.cluster import Cluster
from argosy.sandbox.faults import Fault
from argosy.sandbox.settings import Settings
from argosy.sandbox.transport import InProcessTransport

SETTINGS = LeaseSettings(duration=150, renew=60, look=2)
REF = ObjectRef("coordination.k8s.io", "v1", "Lease", "default", "argosy")

Story = Callable[[Cluster, Callable[..., Lease]], Coroutine[Any, Any, None]]


def now() -> datetime.datetime:
    return START_OF_TIME + datetime.timedelta(seconds=asyncio.get_running_loop().time())


def play(story: Story) -> None:
    async def main() -> None:
        cluster = Cluster(settings=Settings(workloads=None))

        def lease_of(identity: str, **more: Any) -> Lease:
            client = Client(InProcessTransport(cluster), identity)
            return Lease(client, REF.namespace, REF.name, Holder(identity, **more), now, SETTINGS)

        await story(cluster, lease_of)
        await cluster.close()

    run_virtual(main())


async def held_by(cluster: Cluster) -> str:
    value = await Client(InProcessTransport(cluster)).get(REF)
    return str(value["spec"]["holderIdentity"])


def test_the_first_gets_it_and_the_second_is_told_who_has_it() -> None:
    async def story(cluster: Cluster, lease_of: Callable[..., Lease]) -> None:
        assert await lease_of("one").try_acquire() == ""
        assert await lease_of("two").try_acquire() == "one"

    play(story)


def test_of_many_at_once_one_gets_it() -> None:
    async def story(cluster: Cluster, lease_of: Callable[..., Lease]) -> None:
        answers = await asyncio.gather(*(lease_of(f"p{number}").try_acquire() for number in range(10)))
        assert answers.count("") == 1
        assert set(answers) - {""} == {await held_by(cluster)}

    play(story)


def test_a_holder_that_is_killed_is_followed_after_its_time_and_not_before() -> None:
    async def story(cluster: Cluster, lease_of: Callable[..., Lease]) -> None:
        await lease_of("killed").try_acquire()
        told: list[str] = []
        start = asyncio.get_running_loop().time()
        await lease_of("next").acquire(told.append)
        waited = asyncio.get_running_loop().time() - start
        assert told == ["killed"]
        assert SETTINGS.duration < waited < SETTINGS.duration + 30
        assert await held_by(cluster) == "next"

    play(story)


def test_a_holder_that_renews_keeps_it_and_writes_once_a_minute() -> None:
    async def story(cluster: Cluster, lease_of: Callable[..., Lease]) -> None:
        lease, other = lease_of("one"), lease_of("two")
        await lease.try_acquire()
        task = asyncio.get_running_loop().create_task(lease.keep())
        before = sum(entry.is_write for entry in cluster.log)
        await asyncio.sleep(3600)
        assert await other.try_acquire() == "one"
        assert sum(entry.is_write for entry in cluster.log) - before <= 60
        assert not lease.lost.is_set()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    play(story)


def test_a_released_lease_goes_to_the_next_at_once() -> None:
    async def story(cluster: Cluster, lease_of: Callable[..., Lease]) -> None:
        lease = lease_of("one")
        await lease.try_acquire()
        await lease.release()
        assert await lease_of("two").try_acquire() == ""

    play(story)


def test_a_holder_that_is_known_to_be_gone_is_not_waited_for() -> None:
    async def story(cluster: Cluster, lease_of: Callable[..., Lease]) -> None:
        await lease_of("one").try_acquire()
        assert await lease_of("two", is_gone=lambda identity: identity == "one").try_acquire() == ""

    play(story)


def test_a_holder_whose_lease_was_taken_learns_it() -> None:
    async def story(cluster: Cluster, lease_of: Callable[..., Lease]) -> None:
        lease = lease_of("one")
        await lease.try_acquire()
        task = asyncio.get_running_loop().create_task(lease.keep())
        await lease_of("two", is_gone=lambda _: True).try_acquire()
        async with asyncio.timeout(SETTINGS.renew + 10):
            await lease.lost.wait()
        await lease.release()
        assert await held_by(cluster) == "two"
        await task

    play(story)


@pytest.mark.parametrize("fault", [Fault(drop=True), Fault(delay=100_000)], ids=["refused", "hanging"])
def test_a_holder_that_cannot_renew_stops_before_another_may_begin(fault: Fault) -> None:
    async def story(cluster: Cluster, lease_of: Callable[..., Lease]) -> None:
        lease = lease_of("one")
        await lease.try_acquire()
        start = asyncio.get_running_loop().time()
        task = asyncio.get_running_loop().create_task(lease.keep())
        cluster.faults = lambda _: fault
        await lease.lost.wait()
        assert asyncio.get_running_loop().time() - start < SETTINGS.duration
        await task

    play(story)


def test_an_outage_shorter_than_the_lease_does_not_lose_it() -> None:
    async def story(cluster: Cluster, lease_of: Callable[..., Lease]) -> None:
        lease = lease_of("one")
        await lease.try_acquire()
        task = asyncio.get_running_loop().create_task(lease.keep())
        await asyncio.sleep(50)
        cluster.faults = lambda _: Fault(drop=True)
        await asyncio.sleep(40)
        cluster.faults = None
        await asyncio.sleep(300)
        assert not lease.lost.is_set()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    play(story)
