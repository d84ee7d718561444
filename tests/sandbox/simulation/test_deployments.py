import asyncio

import pytest
from cluster_calls import DEPLOYMENTS, TABLE, deployment, play

from argosy.sandbox.outcomes import OUTCOME, READY_AFTER
from argosy.sandbox.settings import Settings

PODS = "/api/v1/namespaces/default/pods"
REPLICA_SETS = "/apis/apps/v1/namespaces/default/replicasets"
SETTINGS = Settings()


async def rolled_out(calls, body, seconds=30.0):
    await calls.apply(f"{DEPLOYMENTS}/{body['metadata']['name']}", body)
    await asyncio.sleep(seconds)
    return await status(calls, body["metadata"]["name"])


async def status(calls, name):
    return (await calls.get(f"{DEPLOYMENTS}/{name}")).body["status"]


def condition(found, kind):
    return next(item for item in found["conditions"] if item["type"] == kind)


def images(listed):
    return sorted(item["spec"]["containers"][0]["image"] for item in listed["items"])


def test_a_deployment_becomes_ready_after_its_time():
    async def story(calls):
        early = await rolled_out(calls, deployment("web"), 1.0)
        assert (early["replicas"], early["unavailableReplicas"]) == (3, 3)
        assert condition(early, "Available")["status"] == "False"
        await asyncio.sleep(2)
        late = await status(calls, "web")
        assert (late["observedGeneration"], late["availableReplicas"], late["updatedReplicas"]) == (1, 3, 3)
        assert "unavailableReplicas" not in late
        assert condition(late, "Progressing")["reason"] == "NewReplicaSetAvailable"
        pods = (await calls.get(f"{PODS}?labelSelector=app%3Dweb")).body["items"]
        assert len(pods) == 3
        assert all(pod["metadata"]["ownerReferences"][0]["kind"] == "ReplicaSet" for pod in pods)

    play(story, SETTINGS)


def test_a_rolling_update_stays_within_its_bounds():
    async def story(calls):
        await rolled_out(calls, deployment("web", replicas=4))
        await calls.apply(f"{DEPLOYMENTS}/web", deployment("web", "web:2", replicas=4))
        seen = []
        for _ in range(300):
            await asyncio.sleep(0.1)
            found = await status(calls, "web")
            seen.append((found["replicas"], found["availableReplicas"], found.get("updatedReplicas", 0)))
        assert max(replicas for replicas, _, _ in seen) == 5  # a quarter more
        assert min(available for _, available, _ in seen) == 3  # a quarter less
        assert seen[-1] == (4, 4, 4)
        updated = [count for _, _, count in seen]
        assert updated == sorted(updated)
        assert images((await calls.get(PODS)).body) == ["web:2"] * 4

    play(story, SETTINGS)


def test_recreate_ends_the_old_before_it_begins_the_new():
    async def story(calls):
        first, second = deployment("web"), deployment("web", "web:2")
        for body in (first, second):
            body["spec"]["strategy"] = {"type": "Recreate"}
        await rolled_out(calls, first)
        await calls.apply(f"{DEPLOYMENTS}/web", second)
        for _ in range(200):
            await asyncio.sleep(0.05)
            assert len(set(images((await calls.get(PODS)).body))) <= 1
        assert (await status(calls, "web"))["availableReplicas"] == 3

    play(story, SETTINGS)


def test_an_image_that_crashes_stops_the_rollout_and_misses_the_deadline():
    async def story(calls):
        await rolled_out(calls, deployment("web"))
        stuck = await rolled_out(calls, deployment("web", "web:broken"))
        assert stuck["availableReplicas"] == 3
        assert condition(stuck, "Progressing")["status"] == "True"
        rows = (await calls.get(PODS, TABLE)).cells
        assert sorted(row[2] for row in rows) == ["CrashLoopBackOff", "Running", "Running", "Running"]
        await asyncio.sleep(610)
        late = condition(await status(calls, "web"), "Progressing")
        assert (late["status"], late["reason"]) == ("False", "ProgressDeadlineExceeded")
        mended = await rolled_out(calls, deployment("web", "web:3"))
        assert condition(mended, "Progressing")["status"] == "True"
        assert mended["updatedReplicas"] == mended["availableReplicas"] == 3

    play(story, SETTINGS)


@pytest.mark.parametrize(
    ("image", "reason"),
    [("web:missing", "ImagePullBackOff"), ("web:broken", "CrashLoopBackOff"), ("web:never", "Pending")],
)
def test_pods_that_do_not_come_up_say_why(image, reason):
    async def story(calls):
        found = await rolled_out(calls, deployment("web", image, replicas=1))
        assert "availableReplicas" not in found
        ((_, ready, shown, *_),) = (await calls.get(PODS, TABLE)).cells
        assert (ready, shown) == ("0/1", reason)

    play(story, SETTINGS)


def test_a_workload_that_is_to_fail_gives_up_early():
    async def story(calls):
        annotations = {OUTCOME: "fail", READY_AFTER: "3s"}
        found = await rolled_out(calls, deployment("web", annotations=annotations), 10)
        assert condition(found, "Progressing")["reason"] == "ProgressDeadlineExceeded"

    play(story, SETTINGS)


def test_scaling_adds_and_removes_pods():
    async def story(calls):
        await rolled_out(calls, deployment("web", replicas=2))
        assert (await rolled_out(calls, deployment("web", replicas=5)))["availableReplicas"] == 5
        assert len((await calls.get(PODS)).body["items"]) == 5
        assert "replicas" not in await rolled_out(calls, deployment("web", replicas=0))
        assert (await calls.get(PODS)).body["items"] == []

    play(story, SETTINGS)


def test_counts_are_exact_beyond_the_pods_that_exist():
    async def story(calls):
        found = await rolled_out(calls, deployment("web", replicas=500))
        assert (found["replicas"], found["availableReplicas"]) == (500, 500)
        shown = len((await calls.get(PODS)).body["items"])
        assert SETTINGS.workloads is not None
        assert shown == SETTINGS.workloads.most_pods

    play(story, SETTINGS)


def test_going_back_uses_the_replica_set_that_was():
    async def story(calls):
        for image in ("web:1", "web:2", "web:1"):
            await rolled_out(calls, deployment("web", image))
        sets = (await calls.get(REPLICA_SETS)).body["items"]
        assert sorted(item["spec"]["replicas"] for item in sets) == [0, 3]

    play(story, SETTINGS)


def test_old_replica_sets_are_kept_up_to_the_limit():
    async def story(calls):
        for number in range(5):
            body = deployment("web", f"web:{number}", replicas=1)
            body["spec"]["revisionHistoryLimit"] = 2
            await rolled_out(calls, body)
        assert len((await calls.get(REPLICA_SETS)).body["items"]) == 3

    play(story, SETTINGS)


def test_deleting_a_deployment_leaves_nothing():
    async def story(calls):
        await rolled_out(calls, deployment("web"))
        await calls.must("DELETE", f"{DEPLOYMENTS}/web")
        await asyncio.sleep(2)
        assert (await calls.get(REPLICA_SETS)).body["items"] == []
        assert (await calls.get(PODS)).body["items"] == []

    play(story, SETTINGS)


def test_a_cluster_at_rest_writes_nothing():
    async def story(calls):
        await rolled_out(calls, deployment("web"))
        await rolled_out(calls, deployment("bad", "web:broken"), 700)
        version = calls.cluster.state.store.version
        await asyncio.sleep(86_400)
        assert calls.cluster.state.store.version == version

    play(story, SETTINGS)


def test_what_the_applier_owns_stays_its_own():
    async def story(calls):
        applied = await calls.apply(f"{DEPLOYMENTS}/web", deployment("web"))
        await asyncio.sleep(30)
        live = (await calls.get(f"{DEPLOYMENTS}/web")).body
        mine = [entry for entry in live["metadata"]["managedFields"] if entry["manager"] == "me"]
        assert mine == applied["metadata"]["managedFields"]
        others = {
            (entry["manager"], entry.get("subresource"))
            for entry in live["metadata"]["managedFields"]
            if entry["manager"] != "me"
        }
        assert others == {("kube-controller-manager", "status")}

    play(story, SETTINGS)


def test_a_replaced_pod_comes_back():
    async def story(calls):
        await rolled_out(calls, deployment("web"))
        name = (await calls.get(PODS)).body["items"][0]["metadata"]["name"]
        await calls.must("DELETE", f"{PODS}/{name}")
        await asyncio.sleep(1)
        assert (await status(calls, "web"))["availableReplicas"] == 2
        await asyncio.sleep(3)
        assert (await status(calls, "web"))["availableReplicas"] == 3

    play(story, SETTINGS)
