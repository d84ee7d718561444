"""Retries, deadlines and limits, against a sandbox that misbehaves; minutes pass in no time."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from argosy.clusters.backoff import Backoff
from argosy.clusters.calls import Limits
from argosy.clusters.client import Client
from argosy.clusters.errors import ApiError, NotFound, TooManyRequests, Unreachable
from argosy.clusters.objects import GroupVersionKind, ObjectRef
from argosy.sandbox.clock import run_virtual
from argosy.sandbox.cluster import Cluster
from argosy.sandbox.errors import ApiError as Refusal
from argosy.sandbox.faults import Fault
from argosy.sandbox.messages import Request
from argosy.sandbox.settings import Settings
from argosy.sandbox.transport import InProcessTransport

REF = ObjectRef("", "v1", "ConfigMap", "default", "one")
VALUE = {
    "apiVersion": "v1",
    "kind": "ConfigMap",
    "metadata": {"name": "one", "namespace": "default"},
    "data": {"value": "1"},
}
LIMITS = Limits(calls=4, deadline=60, tries=4, backoff=Backoff(first=1.0, longest=5.0, chance=lambda: 1.0))

Story = Callable[[Client, Cluster], Coroutine[Any, Any, None]]


def play(story: Story) -> None:
    async def main() -> None:
        cluster = Cluster(settings=Settings(workloads=None))
        client = Client(InProcessTransport(cluster), "tested", limits=LIMITS)
        await client.discover()
        await story(client, cluster)
        await cluster.close()

    run_virtual(main())


def in_turn(cluster: Cluster, *faults: Fault | None) -> None:
    """The next requests meet these faults, those after them none."""
    waiting = list(faults)
    cluster.faults = lambda _: waiting.pop(0) if waiting else None


def requests(cluster: Cluster, method: str) -> list[int]:
    return [entry.status for entry in cluster.log if entry.method == method]


def elapsed_since(start: float) -> float:
    return asyncio.get_running_loop().time() - start


def now() -> float:
    return asyncio.get_running_loop().time()


def test_a_server_that_is_too_busy_is_asked_again_when_it_wished_to_be() -> None:
    async def story(client: Client, cluster: Cluster) -> None:
        busy = Fault(error=Refusal(429, "TooManyRequests", "slow down", retry_after=7))
        in_turn(cluster, busy, busy)
        start = now()
        await client.apply(VALUE, manager="m", force=True)
        assert elapsed_since(start) == pytest.approx(14, abs=0.1)

    play(story)


def test_a_server_that_stays_busy_ends_in_an_error_that_carries_its_wish() -> None:
    async def story(client: Client, cluster: Cluster) -> None:
        cluster.faults = lambda _: Fault(error=Refusal(429, "TooManyRequests", "slow down", retry_after=1))
        with pytest.raises(TooManyRequests) as caught:
            await client.get(REF)
        assert caught.value.retry_after == 1
        assert requests(cluster, "GET").count(429) == LIMITS.tries

    play(story)


def test_a_wish_for_a_very_long_wait_is_passed_on_and_not_slept_through() -> None:
    async def story(client: Client, cluster: Cluster) -> None:
        cluster.faults = lambda _: Fault(error=Refusal(429, "TooManyRequests", "later", retry_after=3600))
        start = now()
        with pytest.raises(TooManyRequests):
            await client.get(REF)
        assert elapsed_since(start) < 1

    play(story)


def test_a_lost_connection_is_tried_again_with_growing_waits() -> None:
    async def story(client: Client, cluster: Cluster) -> None:
        in_turn(cluster, Fault(drop=True), Fault(drop=True))
        start = now()
        await client.apply(VALUE, manager="m", force=True)
        assert elapsed_since(start) == pytest.approx(1 + 2, abs=0.1)

    play(story)


def test_an_apply_whose_answer_was_lost_is_sent_again_and_creates_one_object() -> None:
    async def story(client: Client, cluster: Cluster) -> None:
        in_turn(cluster, Fault(drop_answer=True))
        await client.apply(VALUE, manager="m", force=True)
        assert len(requests(cluster, "PATCH")) == 2
        found = await client.list(REF.gvk, "default", field_selector="metadata.name=one")
        assert len(found.items) == 1

    play(story)


def test_a_create_whose_answer_was_lost_is_not_sent_again() -> None:
    async def story(client: Client, cluster: Cluster) -> None:
        in_turn(cluster, Fault(drop_answer=True))
        with pytest.raises(Unreachable):
            await client.create(VALUE)
        assert len(requests(cluster, "POST")) == 1
        assert await client.find(REF) is not None

    play(story)


def test_a_cluster_that_stays_away_is_unreachable_and_named() -> None:
    async def story(client: Client, cluster: Cluster) -> None:
        cluster.faults = lambda _: Fault(drop=True)
        with pytest.raises(Unreachable, match="cluster tested does not answer") as caught:
            await client.get(REF)
        assert isinstance(caught.value.__cause__, OSError)
        assert "nothing is changed or deleted" in caught.value.hint

    play(story)


def test_a_request_that_hangs_ends_at_the_deadline_and_is_not_tried_again() -> None:
    async def story(client: Client, cluster: Cluster) -> None:
        cluster.faults = lambda _: Fault(delay=100_000)
        start = now()
        with pytest.raises(Unreachable, match="no answer within 60 s"):
            await client.get(REF)
        assert elapsed_since(start) == pytest.approx(60, abs=0.1)

    play(story)


def test_an_unavailable_server_is_tried_again_but_an_internal_error_is_not() -> None:
    async def story(client: Client, cluster: Cluster) -> None:
        in_turn(cluster, Fault(error=Refusal(503, "ServiceUnavailable", "starting")))
        await client.apply(VALUE, manager="m", force=True)
        in_turn(cluster, Fault(error=Refusal(500, "InternalError", "broken")))
        with pytest.raises(ApiError, match="broken") as caught:
            await client.get(REF)
        assert caught.value.status == 500

    play(story)


def test_no_more_calls_are_under_way_than_the_limit_says() -> None:
    async def story(client: Client, cluster: Cluster) -> None:
        under_way, most = 0, 0

        def slow(request: Request) -> Fault:
            nonlocal under_way, most
            under_way += 1
            most = max(most, under_way)
            asyncio.get_running_loop().call_later(1, leave)
            return Fault(delay=1)

        def leave() -> None:
            nonlocal under_way
            under_way -= 1

        cluster.faults = slow
        await asyncio.gather(*(client.find(REF) for _ in range(20)))
        assert most == LIMITS.calls

    play(story)


def test_many_objects_of_one_unknown_kind_ask_for_discovery_together() -> None:
    async def story(client: Client, cluster: Cluster) -> None:
        before = cluster.log.total
        missing = GroupVersionKind("example.com", "v1", "Nothing")
        asked = await asyncio.gather(*(client.resource(missing) for _ in range(50)), return_exceptions=True)
        assert len(asked) == 50
        assert all(isinstance(answer, ApiError) for answer in asked)
        assert cluster.log.total - before <= 4

    play(story)


def test_a_continue_token_that_expires_starts_the_list_anew() -> None:
    async def story(client: Client, cluster: Cluster) -> None:
        small = Client(InProcessTransport(cluster), "tested", limits=LIMITS, page=2)
        for number in range(5):
            metadata = {"name": f"n{number}", "namespace": "default", "labels": {"mine": "yes"}}
            await client.create({**VALUE, "metadata": metadata})
        await small.discover()
        in_turn(cluster, None, Fault(error=Refusal(410, "Expired", "too old")))
        found = await small.list(REF.gvk, "default", label_selector="mine")
        assert [item["metadata"]["name"] for item in found.items] == [f"n{number}" for number in range(5)]

    play(story)


def test_not_found_is_not_tried_again() -> None:
    async def story(client: Client, cluster: Cluster) -> None:
        before = cluster.log.total
        with pytest.raises(NotFound):
            await client.get(REF)
        assert cluster.log.total == before + 1

    play(story)


def test_a_server_without_aggregated_discovery_is_read_list_by_list() -> None:
    class Old(InProcessTransport):
        """Answers as servers did before discovery was aggregated."""

        async def request(self, method: str, target: str, headers: Any, body: bytes | None) -> Any:
            return await super().request(method, target, {**headers, "accept": "application/json"}, body)

    async def story(client: Client, cluster: Cluster) -> None:
        old = await Client(Old(cluster), "old").discover()
        new = await client.discover()
        assert old.types == new.types
        assert old.preferred == new.preferred

    play(story)
