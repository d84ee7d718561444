"""The endless watch and the cache on it, against an API that goes away, forgets and stalls."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from argosy.clusters.backoff import Backoff
from argosy.clusters.client import Client
from argosy.clusters.objects import GroupVersionKind, ObjectRef
from argosy.clusters.stream import WatchSettings
from argosy.clusters.watch import Change, ChangeType, ObjectWatch
from argosy.sandbox.clock import run_virtual
from argosy.sandbox.cluster import Cluster
from argosy.sandbox.errors import ApiError as Refusal
from argosy.sandbox.faults import Fault
from argosy.sandbox.messages import Request
from argosy.sandbox.settings import Settings
from argosy.sandbox.transport import InProcessTransport
from argosy.schemas.knowledge import Known, Unknown

CONFIG_MAP = GroupVersionKind("", "v1", "ConfigMap")
SETTINGS = WatchSettings(duration=600, backoff=Backoff(first=1.0, longest=8.0, chance=lambda: 1.0))


def value(name: str, data: str = "1", namespace: str = "default", **labels: str) -> dict[str, Any]:
    metadata = {"name": name, "namespace": namespace, "labels": labels or {"mine": "yes"}}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"value": data}}


class Watched:
    """A watch that runs beside a story, and what it told."""

    def __init__(self, client: Client, **options: Any) -> None:
        self.told: list[Change] = []
        options.setdefault("label_selector", "mine")
        options.setdefault("settings", SETTINGS)
        self.watch = ObjectWatch(client, CONFIG_MAP, self.told.append, **options)
        self._task = asyncio.get_running_loop().create_task(self.watch.run())

    def take(self) -> list[tuple[str, str]]:
        """What was told since the last time."""
        told, self.told[:] = [(item.type.value, item.ref.name if item.ref else "") for item in self.told], []
        return told

    def names(self) -> list[str]:
        answer = self.watch.answer()
        assert isinstance(answer, Known), answer
        return [item["metadata"]["name"] for item in answer.value]

    async def end(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)


Story = Callable[[Client, Cluster], Coroutine[Any, Any, None]]


def play(story: Story, **settings: Any) -> None:
    async def main() -> None:
        cluster = Cluster(settings=Settings(workloads=None, **settings))
        client = Client(InProcessTransport(cluster), "tested")
        await client.discover()
        await story(client, cluster)
        await cluster.close()

    run_virtual(main())


def is_watch(request: Request) -> bool:
    return request.method == "GET" and "watch=true" in request.target


def without_streamed_lists(request: Request) -> Fault | None:
    if "sendInitialEvents" in request.target:
        return Fault(error=Refusal(422, "Invalid", "sendInitialEvents is forbidden"))
    return None


@pytest.mark.parametrize("faults", [None, without_streamed_lists], ids=["streamed list", "list and watch"])
def test_what_is_there_is_told_first_and_then_each_change(faults: Any) -> None:
    async def story(client: Client, cluster: Cluster) -> None:
        cluster.faults = faults
        await client.create(value("a"))
        await client.create(value("other", other="label"))
        watched = Watched(client)
        await watched.watch.synced()
        assert watched.take() == [("added", "a"), ("resynced", "")]
        await client.create(value("b"))
        await client.apply(value("a", "2"), manager="m", force=True)
        await client.delete(ObjectRef.of(value("b")))
        await asyncio.sleep(1)
        assert watched.take() == [("added", "b"), ("modified", "a"), ("deleted", "b")]
        assert watched.names() == ["a"]
        await watched.end()

    play(story)


def test_before_the_first_list_is_through_the_answer_is_unknown() -> None:
    async def story(client: Client, cluster: Cluster) -> None:
        cluster.faults = lambda request: Fault(delay=5) if is_watch(request) else None
        watched = Watched(client)
        await asyncio.sleep(1)
        answer = watched.watch.answer()
        assert isinstance(answer, Unknown)
        assert "ConfigMap of cluster tested: not read yet" in answer.reason
        await watched.watch.synced()
        assert watched.names() == []
        await watched.end()

    play(story)


def test_taking_the_label_away_is_told_as_a_deletion() -> None:
    async def story(client: Client, cluster: Cluster) -> None:
        await client.create(value("a"))
        watched = Watched(client)
        await watched.watch.synced()
        watched.take()
        await client.patch(ObjectRef.of(value("a")), {"metadata": {"labels": {"mine": None}}})
        await asyncio.sleep(1)
        assert watched.take() == [("deleted", "a")]
        await watched.end()

    play(story)


def test_a_cluster_that_goes_away_makes_the_answer_unknown_with_the_reason_and_keeps_nothing_as_current() -> (
    None
):
    async def story(client: Client, cluster: Cluster) -> None:
        await client.create(value("a"))
        watched = Watched(client)
        await watched.watch.synced()
        watched.take()
        cluster.faults = lambda request: Fault(drop=True) if is_watch(request) else None
        cluster.end_watches()
        await asyncio.sleep(1)
        answer = watched.watch.answer()
        assert isinstance(answer, Unknown)
        assert "dropped the connection" in answer.reason
        assert watched.take() == [("lost", "")]
        cluster.faults = None
        await client.apply(value("a", "2"), manager="m", force=True)
        await watched.watch.synced()
        await asyncio.sleep(1)
        assert watched.take() == [("restored", ""), ("modified", "a")]
        await watched.end()

    play(story)


def test_a_stream_that_ends_in_time_loses_nothing_and_is_no_outage() -> None:
    async def story(client: Client, cluster: Cluster) -> None:
        watched = Watched(client, settings=WatchSettings(duration=10, backoff=SETTINGS.backoff))
        await watched.watch.synced()
        watched.take()
        for number in range(5):
            await asyncio.sleep(7)
            await client.create(value(f"n{number}"))
        await asyncio.sleep(1)
        assert watched.take() == [("added", f"n{number}") for number in range(5)]
        await watched.end()

    play(story)


def test_after_410_the_list_is_read_anew_and_only_the_difference_is_told() -> None:
    async def story(client: Client, cluster: Cluster) -> None:
        for name in ("gone", "changed", "same"):
            await client.create(value(name))
        watched = Watched(client)
        await watched.watch.synced()
        watched.take()
        broken = [Fault(drop=True), Fault(error=Refusal(410, "Expired", "too old resource version"))]
        cluster.faults = lambda request: broken.pop(0) if is_watch(request) and broken else None
        cluster.end_watches()
        await client.delete(ObjectRef.of(value("gone")))
        await client.apply(value("changed", "2"), manager="m", force=True)
        await client.create(value("new"))
        await asyncio.sleep(0.5)
        assert isinstance(watched.watch.answer(), Unknown)
        await watched.watch.synced()
        assert watched.take() == [
            ("lost", ""),
            ("deleted", "gone"),
            ("modified", "changed"),
            ("added", "new"),
            ("resynced", ""),
        ]
        assert watched.names() == ["changed", "new", "same"]
        await watched.end()

    play(story)


def test_a_list_that_breaks_off_half_way_is_never_taken_for_the_whole() -> None:
    async def story(client: Client, cluster: Cluster) -> None:
        for number in range(3):
            await client.create(value(f"n{number}"))
        watched = Watched(client)
        await watched.watch.synced()
        watched.take()
        # The stream is lost and its past forgotten; each new list breaks off at once, until the faults end.
        broken = [Fault(error=Refusal(410, "Expired", "too old")), *[Fault(end_stream_after=0.0)] * 3]
        cluster.faults = lambda request: broken.pop(0) if is_watch(request) and broken else None
        cluster.end_watches()
        await asyncio.sleep(60)
        await watched.watch.synced()
        assert ("deleted", "n0") not in watched.take()
        assert watched.names() == ["n0", "n1", "n2"]
        await watched.end()

    play(story)


def test_a_stream_that_stalls_is_given_up_after_its_time() -> None:
    async def story(client: Client, cluster: Cluster) -> None:
        hung = False

        class Hanging(InProcessTransport):
            """Answers watches and then says nothing more, bookmarks and the end included."""

            def stream(self, method: str, target: str, headers: Any) -> Any:
                return (
                    _silenced(super().stream(method, target, headers))
                    if hung
                    else super().stream(method, target, headers)
                )

        watched = Watched(
            Client(Hanging(cluster), "tested"), settings=WatchSettings(20, 5, backoff=SETTINGS.backoff)
        )
        await watched.watch.synced()
        watched.take()
        hung = True
        cluster.end_watches()
        await asyncio.sleep(1)
        await client.create(value("missed"))
        async with asyncio.timeout(27):
            while watched.watch.is_synced:
                await asyncio.sleep(0.1)
        hung = False
        await watched.watch.synced()
        await asyncio.sleep(1)
        assert watched.names() == ["missed"]
        await watched.end()

    play(story)


def test_a_server_that_ends_every_stream_at_once_is_not_hammered() -> None:
    async def story(client: Client, cluster: Cluster) -> None:
        watched = Watched(client)
        await watched.watch.synced()
        cluster.faults = lambda request: Fault(end_stream_after=0.0) if is_watch(request) else None
        cluster.end_watches()
        before = cluster.log.total
        await asyncio.sleep(120)
        assert cluster.log.total - before < 30
        await watched.end()

    play(story)


def test_a_kind_that_comes_later_is_watched_from_then_on() -> None:
    definition = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "gadgets.tests.argosy.dev"},
        "spec": {
            "group": "tests.argosy.dev",
            "scope": "Namespaced",
            "names": {"plural": "gadgets", "singular": "gadget", "kind": "Gadget", "listKind": "GadgetList"},
            "versions": [
                {
                    "name": "v1",
                    "served": True,
                    "storage": True,
                    "schema": {
                        "openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
                    },
                }
            ],
        },
    }

    async def story(client: Client, cluster: Cluster) -> None:
        gadget = GroupVersionKind("tests.argosy.dev", "v1", "Gadget")
        told: list[Change] = []
        watch = ObjectWatch(client, gadget, told.append, settings=SETTINGS)
        task = asyncio.get_running_loop().create_task(watch.run())
        await asyncio.sleep(3)
        answer = watch.answer()
        assert isinstance(answer, Unknown)
        assert "does not serve Gadget" in answer.reason
        await client.apply(definition, manager="m", force=True)
        await watch.synced()
        assert told[-1].type is ChangeType.RESYNCED
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    play(story)


def test_a_projection_keeps_only_what_it_leaves() -> None:
    def names_only(found: dict[str, Any]) -> dict[str, Any]:
        kept = ("name", "namespace", "resourceVersion", "uid")
        return {"metadata": {key: found["metadata"][key] for key in kept}}

    async def story(client: Client, cluster: Cluster) -> None:
        await client.create(value("a"))
        watched = Watched(client, project=names_only)
        await watched.watch.synced()
        assert set(watched.watch.last_told()[("default", "a")]) == {"metadata"}
        await watched.end()
        assert isinstance(watched.watch.answer(), Unknown)

    play(story)


def test_a_watch_of_a_server_that_answers_in_json_lines_cut_anywhere() -> None:
    class Cutting(InProcessTransport):
        """Gives every answer byte by byte."""

        def stream(self, method: str, target: str, headers: Any) -> Any:
            return _cut(super().stream(method, target, headers))

    async def story(client: Client, cluster: Cluster) -> None:
        await client.create(value("a", "ä€😀"))
        watched = Watched(Client(Cutting(cluster), "tested"))
        await watched.watch.synced()
        found = watched.watch.get("default", "a")
        assert found is not None
        assert found["data"]["value"] == "ä€😀"
        await watched.end()

    play(story)


class _Changed:
    """A stream's context whose pieces pass through a function."""

    def __init__(self, inner: Any, pieces: Callable[[Any], Any]) -> None:
        self._inner, self._pieces = inner, pieces

    async def __aenter__(self) -> Any:
        status, headers, pieces = await self._inner.__aenter__()
        return status, headers, self._pieces(pieces)

    async def __aexit__(self, *details: Any) -> Any:
        return await self._inner.__aexit__(*details)


def _silenced(inner: Any) -> _Changed:
    async def nothing(_: Any) -> Any:
        await asyncio.get_running_loop().create_future()
        yield b""

    return _Changed(inner, nothing)


def _cut(inner: Any) -> _Changed:
    async def bytewise(pieces: Any) -> Any:
        async for piece in pieces:
            for number in range(len(piece)):
                yield piece[number : number + 1]

    return _Changed(inner, bytewise)
