import pytest
from cluster_calls import BARE, CONFIG_MAPS, TABLE, play

from argosy.sandbox.settings import Settings


def names(listed):
    return [item["metadata"]["name"] for item in listed["items"]]


def test_pages_show_what_held_at_the_first_one():
    async def story(calls):
        for name in "abcde":
            await calls.config_map(name)
        first = (await calls.get(f"{CONFIG_MAPS}?limit=2")).body
        assert first["metadata"]["remainingItemCount"] == 3
        await calls.must("DELETE", f"{CONFIG_MAPS}/d")
        await calls.config_map("bb")
        token = first["metadata"]["continue"]
        rest = (await calls.get(f"{CONFIG_MAPS}?limit=10&continue={token}")).body
        assert names(first) + names(rest) == ["a", "b", "c", "d", "e"]
        assert rest["metadata"]["resourceVersion"] == first["metadata"]["resourceVersion"]
        assert "continue" not in rest["metadata"]

    play(story)


def test_a_page_that_is_too_old_is_gone():
    async def story(calls):
        for name in "abc":
            await calls.config_map(name)
        token = (await calls.get(f"{CONFIG_MAPS}?limit=1")).body["metadata"]["continue"]
        await calls.config_map("later")
        calls.cluster.state.store.forget_events()
        answer = await calls.get(f"{CONFIG_MAPS}?limit=1&continue={token}")
        assert (answer.status, answer.body["reason"]) == (410, "Expired")

    play(story)


def test_a_token_that_is_none_is_refused():
    async def story(calls):
        answer = await calls.get(f"{CONFIG_MAPS}?continue=nonsense")
        assert answer.status == 400
        assert "continue" in answer.body["message"]

    play(story)


def test_an_exact_version_is_served():
    async def story(calls):
        version = (await calls.config_map("a"))["metadata"]["resourceVersion"]
        await calls.config_map("b")
        query = f"resourceVersion={version}&resourceVersionMatch=Exact"
        assert names((await calls.get(f"{CONFIG_MAPS}?{query}")).body) == ["a"]

    play(story)


def test_a_version_of_the_future_is_not_waited_for():
    async def story(calls):
        answer = await calls.get(f"{CONFIG_MAPS}?resourceVersion=99999")
        assert (answer.status, answer.headers["retry-after"]) == (504, "1")

    play(story)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("labelSelector=tier%3Dfront", ["a"]),
        ("labelSelector=tier%20notin%20(front)", ["b"]),
        ("fieldSelector=metadata.name%3Db", ["b"]),
        ("labelSelector=tier&fieldSelector=metadata.name!%3Da", []),
    ],
)
def test_selectors_choose(query, expected):
    async def story(calls):
        await calls.config_map("a", labels={"tier": "front"})
        await calls.config_map("b")
        assert names((await calls.get(f"{CONFIG_MAPS}?{query}")).body) == expected

    play(story)


def test_a_bad_selector_is_refused_with_what_was_found():
    async def story(calls):
        answer = await calls.get(f"{CONFIG_MAPS}?labelSelector=a%20in%20b")
        assert answer.status == 400
        assert "a in b" in answer.body["message"]

    play(story)


def test_only_the_metadata_is_sent_where_only_that_is_wanted():
    async def story(calls):
        await calls.config_map("a")
        accept = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json"
        listed = (await calls.get(CONFIG_MAPS, accept)).body
        assert listed["kind"] == "PartialObjectMetadataList"
        assert all("data" not in item for item in listed["items"])
        assert listed["items"][0]["kind"] == "PartialObjectMetadata"

    play(story)


def test_a_table_has_pages_too():
    async def story(calls):
        for name in "abc":
            await calls.config_map(name)
        table = (await calls.get(f"{CONFIG_MAPS}?limit=2", TABLE)).body
        assert len(table["rows"]) == 2
        assert table["metadata"]["continue"]

    play(story, Settings(workloads=None))


def test_all_namespaces_are_listed_together():
    async def story(calls):
        await calls.config_map("a")
        await calls.create("/api/v1/namespaces/kube-system/configmaps", {"metadata": {"name": "z"}})
        assert names((await calls.get("/api/v1/configmaps")).body) == ["a", "z"]

    play(story, BARE)
