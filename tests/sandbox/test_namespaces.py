import asyncio

from cluster_calls import APPLY, CONFIG_MAPS, MERGE, config_map, play

NAMESPACES = "/api/v1/namespaces"
CONTENT = f"{NAMESPACES}/team/configmaps"


async def team(calls):
    await calls.create(NAMESPACES, {"metadata": {"name": "team"}})


def test_a_cluster_has_its_namespaces_from_the_start():
    async def story(calls):
        listed = (await calls.get(NAMESPACES)).body["items"]
        assert [item["metadata"]["name"] for item in listed] == [
            "default",
            "kube-node-lease",
            "kube-public",
            "kube-system",
        ]
        assert all(item["status"] == {"phase": "Active"} for item in listed)

    play(story)


def test_nothing_can_be_created_where_no_namespace_is():
    async def story(calls):
        answer = await calls.ask("POST", CONTENT, config_map("a"))
        assert (answer.status, answer.body["message"]) == (404, 'namespaces "team" not found')
        answer = await calls.ask("PATCH", f"{CONTENT}/a?fieldManager=me", config_map("a"), APPLY)
        assert answer.status == 404

    play(story)


def test_a_namespace_takes_its_content_along():
    async def story(calls):
        await team(calls)
        await calls.create(CONTENT, config_map("a"))
        going = await calls.must("DELETE", f"{NAMESPACES}/team")
        assert going["status"]["phase"] == "Terminating"
        answer = await calls.ask("POST", CONTENT, config_map("late"))
        assert answer.status == 403
        assert answer.body["details"]["causes"][0]["reason"] == "NamespaceTerminating"
        await asyncio.sleep(1)
        assert (await calls.get(f"{NAMESPACES}/team")).status == 404
        assert (await calls.get(f"{CONTENT}/a")).status == 404

    play(story)


def test_a_finalizer_on_content_holds_the_namespace():
    async def story(calls):
        await team(calls)
        await calls.create(CONTENT, config_map("a", finalizers=["demo.io/hold"]))
        await calls.must("DELETE", f"{NAMESPACES}/team")
        await asyncio.sleep(60)
        assert (await calls.get(f"{NAMESPACES}/team")).body["status"]["phase"] == "Terminating"
        await calls.must("PATCH", f"{CONTENT}/a", {"metadata": {"finalizers": None}}, MERGE)
        await asyncio.sleep(1)
        assert (await calls.get(f"{NAMESPACES}/team")).status == 404

    play(story)


def test_other_namespaces_stay_as_they_are():
    async def story(calls):
        await team(calls)
        await calls.config_map("a")
        await calls.must("DELETE", f"{NAMESPACES}/team")
        await asyncio.sleep(1)
        assert (await calls.get(f"{CONFIG_MAPS}/a")).status == 200

    play(story)
