"""Kubernetes Events: written behind the passes, counted up instead of repeated, and never in the way."""

import asyncio
import datetime
from collections.abc import Callable, Coroutine
from typing import Any

from argosy.clusters.client import Client
from argosy.clusters.objects import GroupVersionKind
from argosy.compiler.rollout import NodeKey
from argosy.reconciler.events import EventWriter
from argosy.reconciler.surroundings import Told
from argosy.sandbox.clock import START_OF_TIME, run_virtual
from argosy.sandbox.cluster import Cluster
from argosy.sandbox.faults import Fault
from argosy.sandbox.settings import Settings
from argosy.sandbox.transport import InProcessTransport

EVENT = GroupVersionKind("", "v1", "Event")
WEB = NodeKey("Application", "default", "web")

Story = Callable[[Cluster, Client, EventWriter], Coroutine[Any, Any, None]]


def now() -> datetime.datetime:
    return START_OF_TIME + datetime.timedelta(seconds=asyncio.get_running_loop().time())


def play(story: Story) -> None:
    async def main() -> None:
        cluster = Cluster(settings=Settings(workloads=None))
        client = Client(InProcessTransport(cluster), "management")
        writer = EventWriter(client, "argosy", now)
        task = asyncio.get_running_loop().create_task(writer.run())
        await story(cluster, client, writer)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await cluster.close()

    run_virtual(main())


async def events(client: Client) -> list[dict[str, Any]]:
    found = (await client.list(EVENT, "default")).items
    return sorted(found, key=lambda item: str(item["message"]))


def test_an_event_says_what_happened_to_which_application() -> None:
    async def story(cluster: Cluster, client: Client, writer: EventWriter) -> None:
        writer.post(Told(WEB, "OperationCompleted", "synced to 4f2a"))
        writer.post(Told(WEB, "SyncError", "no such path", warning=True))
        await writer.drain()
        wrong, done = await events(client)
        assert (done["type"], done["reason"], done["message"]) == (
            "Normal",
            "OperationCompleted",
            "synced to 4f2a",
        )
        assert wrong["type"] == "Warning"
        assert done["involvedObject"]["kind"] == "Application"
        assert done["involvedObject"]["name"] == "web"
        assert done["source"]["component"] == "argosy"

    play(story)


def test_the_same_thing_told_again_is_counted_up_in_one_event() -> None:
    async def story(cluster: Cluster, client: Client, writer: EventWriter) -> None:
        for _ in range(5):
            writer.post(Told(WEB, "SyncError", "no such path", warning=True))
            await asyncio.sleep(10)
        (found,) = await events(client)
        assert found["count"] == 5
        assert found["lastTimestamp"] > found["firstTimestamp"]

    play(story)


def test_a_new_process_goes_on_with_the_event_of_the_old_one() -> None:
    async def story(cluster: Cluster, client: Client, writer: EventWriter) -> None:
        told = Told(WEB, "SyncError", "no such path", warning=True)
        writer.post(told)
        await writer.drain()
        successor = EventWriter(client, "argosy", now)
        task = asyncio.get_running_loop().create_task(successor.run())
        successor.post(told)
        await successor.drain()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        (found,) = await events(client)
        assert found["count"] == 2

    play(story)


def test_a_server_that_refuses_events_holds_nothing_up_and_later_ones_are_written() -> None:
    async def story(cluster: Cluster, client: Client, writer: EventWriter) -> None:
        await client.discover()
        cluster.faults = lambda _: Fault(drop=True)
        writer.post(Told(WEB, "OperationStarted", "one"))
        await asyncio.sleep(60)
        cluster.faults = None
        writer.post(Told(WEB, "OperationCompleted", "two"))
        await asyncio.sleep(5)
        assert "two" in [item["message"] for item in await events(client)]

    play(story)


def test_a_flood_is_bounded() -> None:
    async def story(cluster: Cluster, client: Client, writer: EventWriter) -> None:
        cluster.faults = lambda _: Fault(delay=1000)
        for number in range(10_000):
            writer.post(Told(WEB, "SyncError", f"number {number}", warning=True))
        cluster.faults = None
        await asyncio.sleep(3000)
        assert 0 < len(await events(client)) <= 1001

    play(story)
