import asyncio

import pytest
from cluster_calls import CONFIG_MAPS, MERGE, config_map, owner_reference, play

SECRETS = "/api/v1/namespaces/default/secrets"


async def exists(calls, target):
    return (await calls.get(target)).status == 200


def test_deleting_answers_with_what_went():
    async def story(calls):
        made = await calls.config_map("a")
        answer = await calls.ask("DELETE", f"{CONFIG_MAPS}/a")
        assert answer.body["status"] == "Success"
        assert answer.body["details"] == {"name": "a", "kind": "configmaps", "uid": made["metadata"]["uid"]}
        assert (await calls.ask("DELETE", f"{CONFIG_MAPS}/a")).status == 404

    play(story)


@pytest.mark.parametrize("wrong", [{"uid": "another"}, {"resourceVersion": "1"}])
def test_preconditions_hold_a_delete_back(wrong):
    async def story(calls):
        await calls.config_map("a")
        answer = await calls.ask("DELETE", f"{CONFIG_MAPS}/a", {"preconditions": wrong})
        assert (answer.status, answer.body["reason"]) == (409, "Conflict")
        assert await exists(calls, f"{CONFIG_MAPS}/a")

    play(story)


def test_a_dry_run_deletes_nothing():
    async def story(calls):
        await calls.config_map("a")
        assert (await calls.ask("DELETE", f"{CONFIG_MAPS}/a?dryRun=All")).status == 200
        assert (await calls.ask("DELETE", f"{CONFIG_MAPS}/a", {"dryRun": ["All"]})).status == 200
        assert await exists(calls, f"{CONFIG_MAPS}/a")

    play(story)


def test_a_finalizer_holds_an_object_until_it_is_taken_off():
    async def story(calls):
        await calls.config_map("a", finalizers=["demo.io/hold"])
        held = await calls.must("DELETE", f"{CONFIG_MAPS}/a")
        assert held["metadata"]["deletionTimestamp"]
        added = {"metadata": {"finalizers": ["demo.io/hold", "demo.io/more"]}}
        assert (await calls.ask("PATCH", f"{CONFIG_MAPS}/a", added, MERGE)).status == 422
        await calls.must("PATCH", f"{CONFIG_MAPS}/a", {"metadata": {"finalizers": None}}, MERGE)
        assert not await exists(calls, f"{CONFIG_MAPS}/a")

    play(story)


async def family(calls, **reference):
    owner = await calls.config_map("owner")
    child = config_map("child", ownerReferences=[owner_reference(owner, **reference)])
    await calls.create(SECRETS, {**child, "kind": "Secret", "data": {}})
    return owner


def test_dependents_follow_their_owner_in_the_background():
    async def story(calls):
        await family(calls)
        await calls.must("DELETE", f"{CONFIG_MAPS}/owner?propagationPolicy=Background")
        assert not await exists(calls, f"{CONFIG_MAPS}/owner")
        assert await exists(calls, f"{SECRETS}/child")
        await asyncio.sleep(1)
        assert not await exists(calls, f"{SECRETS}/child")

    play(story)


def test_an_owner_waits_for_dependents_in_the_foreground():
    async def story(calls):
        await family(calls, blockOwnerDeletion=True)
        await calls.must("PATCH", f"{SECRETS}/child", {"metadata": {"finalizers": ["demo.io/hold"]}}, MERGE)
        held = await calls.must("DELETE", f"{CONFIG_MAPS}/owner", {"propagationPolicy": "Foreground"})
        assert held["metadata"]["finalizers"] == ["foregroundDeletion"]
        await asyncio.sleep(5)
        assert await exists(calls, f"{CONFIG_MAPS}/owner")
        await calls.must("PATCH", f"{SECRETS}/child", {"metadata": {"finalizers": None}}, MERGE)
        await asyncio.sleep(1)
        assert not await exists(calls, f"{CONFIG_MAPS}/owner")

    play(story)


def test_orphans_stay_without_their_owner():
    async def story(calls):
        await family(calls)
        await calls.must("DELETE", f"{CONFIG_MAPS}/owner?propagationPolicy=Orphan")
        await asyncio.sleep(5)
        assert not await exists(calls, f"{CONFIG_MAPS}/owner")
        child = (await calls.get(f"{SECRETS}/child")).body
        assert "ownerReferences" not in child["metadata"]

    play(story)


def test_what_has_another_owner_stays():
    async def story(calls):
        first, second = await calls.config_map("first"), await calls.config_map("second")
        references = [owner_reference(first), owner_reference(second)]
        await calls.create(CONFIG_MAPS, config_map("child", ownerReferences=references))
        await calls.must("DELETE", f"{CONFIG_MAPS}/first")
        await asyncio.sleep(1)
        child = (await calls.get(f"{CONFIG_MAPS}/child")).body
        assert [item["name"] for item in child["metadata"]["ownerReferences"]] == ["second"]

    play(story)


def test_what_names_an_owner_that_never_was_goes():
    async def story(calls):
        ghost = {"apiVersion": "v1", "kind": "ConfigMap", "name": "ghost", "uid": "none"}
        await calls.create(CONFIG_MAPS, config_map("child", ownerReferences=[ghost]))
        await asyncio.sleep(1)
        assert not await exists(calls, f"{CONFIG_MAPS}/child")

    play(story)


def test_a_collection_is_deleted_by_selector():
    async def story(calls):
        await calls.config_map("a", labels={"old": "yes"})
        await calls.config_map("b")
        deleted = await calls.must("DELETE", f"{CONFIG_MAPS}?labelSelector=old")
        assert deleted["kind"] == "ConfigMapList"
        assert not await exists(calls, f"{CONFIG_MAPS}/a")
        assert await exists(calls, f"{CONFIG_MAPS}/b")

    play(story)


def test_an_unknown_policy_names_the_known_ones():
    async def story(calls):
        await calls.config_map("a")
        answer = await calls.ask("DELETE", f"{CONFIG_MAPS}/a?propagationPolicy=Sideways")
        assert answer.status == 422
        assert '"Background", "Foreground", "Orphan"' in answer.body["message"]

    play(story)
