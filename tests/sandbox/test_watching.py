import asyncio
import gc

import pytest
from cluster_calls import CONFIG_MAPS, MERGE, TABLE, config_map, play

from argosy.sandbox.settings import Settings


async def take(events, count):
    return [await anext(events) for _ in range(count)]


def test_a_watch_begins_with_all_there_is():
    async def story(calls):
        await calls.config_map("a")
        async with calls.watch(f"{CONFIG_MAPS}?watch=true") as events:
            assert [(kind, obj["metadata"]["name"]) for kind, obj in await take(events, 1)] == [
                ("ADDED", "a")
            ]
            await calls.config_map("b")
            await calls.must("PATCH", f"{CONFIG_MAPS}/b", {"data": {"key": "2"}}, MERGE)
            await calls.must("DELETE", f"{CONFIG_MAPS}/b")
            found = await take(events, 3)
            assert [kind for kind, _ in found] == ["ADDED", "MODIFIED", "DELETED"]
            versions = [int(obj["metadata"]["resourceVersion"]) for _, obj in found]
            assert versions == sorted(set(versions))

    play(story)


def test_a_watch_goes_on_from_a_version():
    async def story(calls):
        version = (await calls.config_map("a"))["metadata"]["resourceVersion"]
        await calls.config_map("b")
        async with calls.watch(f"{CONFIG_MAPS}?watch=1&resourceVersion={version}") as events:
            ((kind, obj),) = await take(events, 1)
            assert (kind, obj["metadata"]["name"]) == ("ADDED", "b")

    play(story)


def test_a_forgotten_version_ends_the_watch_with_410():
    async def story(calls):
        version = (await calls.config_map("a"))["metadata"]["resourceVersion"]
        for number in range(5):
            await calls.must("PATCH", f"{CONFIG_MAPS}/a", {"data": {"n": str(number)}}, MERGE)
        async with calls.watch(f"{CONFIG_MAPS}?watch=1&resourceVersion={version}") as events:
            found = [event async for event in events]
            ((kind, status),) = found
            assert (kind, status["code"], status["reason"]) == ("ERROR", 410, "Expired")

    play(story, Settings(workloads=None, events_kept=3))


def test_initial_events_end_with_a_bookmark():
    async def story(calls):
        await calls.config_map("a")
        query = "watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true"
        async with calls.watch(f"{CONFIG_MAPS}?{query}") as events:
            (added, _), (kind, mark) = await take(events, 2)
            assert (added, kind) == ("ADDED", "BOOKMARK")
            assert mark["metadata"]["annotations"] == {"k8s.io/initial-events-end": "true"}
            assert mark["metadata"]["resourceVersion"] == str(calls.cluster.state.store.version)
            await calls.config_map("b")
            assert (await anext(events))[1]["metadata"]["name"] == "b"

    play(story)


def test_initial_events_need_a_word_about_their_version():
    async def story(calls):
        answer = await calls.get(f"{CONFIG_MAPS}?watch=1&sendInitialEvents=true")
        assert answer.status == 422
        assert "resourceVersionMatch" in answer.body["message"]

    play(story)


def test_a_quiet_watch_is_given_bookmarks():
    async def story(calls):
        version = calls.cluster.state.store.version
        query = f"watch=1&resourceVersion={version}&allowWatchBookmarks=true"
        async with calls.watch(f"{CONFIG_MAPS}?{query}") as events:
            await calls.create("/api/v1/namespaces", {"metadata": {"name": "elsewhere"}})
            begun = asyncio.get_running_loop().time()
            kind, mark = await anext(events)
            assert kind == "BOOKMARK"
            assert int(mark["metadata"]["resourceVersion"]) > version
            assert asyncio.get_running_loop().time() - begun == pytest.approx(60)

    play(story)


def test_a_watch_ends_at_its_time():
    async def story(calls):
        async with calls.watch(f"{CONFIG_MAPS}?watch=1&timeoutSeconds=30") as events:
            assert [event async for event in events] == []
            assert asyncio.get_running_loop().time() == pytest.approx(30)

    play(story)


def test_an_object_that_leaves_the_selection_is_told_as_deleted():
    async def story(calls):
        async with calls.watch(f"{CONFIG_MAPS}?watch=1&labelSelector=mine%3Dyes") as events:
            await calls.config_map("other")
            await calls.config_map("a", labels={"mine": "yes"})
            await calls.must("PATCH", f"{CONFIG_MAPS}/a", {"metadata": {"labels": {"mine": "no"}}}, MERGE)
            await calls.must("PATCH", f"{CONFIG_MAPS}/a", {"metadata": {"labels": {"mine": "yes"}}}, MERGE)
            found = await take(events, 3)
            assert [kind for kind, _ in found] == ["ADDED", "DELETED", "ADDED"]
            # as it was when it was last seen, under the version of the change that took it away
            assert found[1][1]["metadata"]["labels"] == {"mine": "yes"}
            live = (await calls.get(f"{CONFIG_MAPS}/a")).body
            assert int(found[1][1]["metadata"]["resourceVersion"]) < int(live["metadata"]["resourceVersion"])

    play(story)


def test_a_watch_of_one_namespace_hears_of_no_other():
    async def story(calls):
        async with calls.watch(f"{CONFIG_MAPS}?watch=1") as events:
            await calls.create("/api/v1/namespaces/kube-system/configmaps", config_map("far"))
            await calls.config_map("near")
            assert (await anext(events))[1]["metadata"]["name"] == "near"

    play(story)


def test_only_the_first_row_of_a_watched_table_has_the_columns():
    async def story(calls):
        await calls.config_map("a")
        headers = {"accept": TABLE}
        async with calls.transport.stream("GET", f"{CONFIG_MAPS}?watch=1", headers) as (_, _, parts):
            await anext(parts)
            await calls.config_map("b")
            assert b'"columnDefinitions":[]' in await anext(parts)

    play(story)


def test_leaving_a_watch_frees_it():
    async def story(calls):
        store = calls.cluster.state.store
        async with calls.watch(f"{CONFIG_MAPS}?watch=1&resourceVersion=1") as events:
            await calls.config_map("a")
            await anext(events)
            assert len(list(store.subscriptions())) == 1
        assert list(store.subscriptions()) == []

    play(story)


def test_an_answer_that_nobody_reads_keeps_no_events():
    async def story(calls):
        async with calls.transport.stream("GET", f"{CONFIG_MAPS}?watch=1", {}):
            pass
        gc.collect()
        assert list(calls.cluster.state.store.subscriptions()) == []

    play(story)


def test_closing_the_cluster_ends_every_watch():
    async def story(calls):
        async def follow():
            async with calls.watch(f"{CONFIG_MAPS}?watch=1") as events:
                return [kind async for kind, _ in events]

        watcher = asyncio.create_task(follow())
        await asyncio.sleep(1)
        await calls.config_map("a")
        await calls.cluster.close()
        assert await asyncio.wait_for(watcher, 5) == ["ADDED"]

    play(story)
