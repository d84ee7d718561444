import asyncio

import pytest
from cluster_calls import DEPLOYMENTS, deployment, play

from argosy.sandbox.settings import Settings

PODS = "/api/v1/namespaces/default/pods"
REPLICA_SETS = "/apis/apps/v1/namespaces/default/replicasets"
SETS = "/apis/apps/v1/namespaces/default/statefulsets"
DAEMONS = "/apis/apps/v1/namespaces/default/daemonsets"


async def names(calls, target):
    return [item["metadata"]["name"] for item in (await calls.get(target)).body["items"]]


async def controllers(calls, target):
    found = (await calls.get(target)).body["items"]
    return {
        reference["uid"]
        for item in found
        for reference in item["metadata"].get("ownerReferences", ())
        if reference.get("controller")
    }


def test_a_deployment_takes_over_what_an_earlier_one_left():
    async def story(calls):
        await calls.apply(f"{DEPLOYMENTS}/web", deployment("web"))
        await asyncio.sleep(10)
        sets, pods = await names(calls, REPLICA_SETS), await names(calls, PODS)
        await calls.must("DELETE", f"{DEPLOYMENTS}/web?propagationPolicy=Orphan")
        await asyncio.sleep(10)
        assert await controllers(calls, REPLICA_SETS) == set()
        assert (await names(calls, REPLICA_SETS), await names(calls, PODS)) == (sets, pods)
        again = await calls.apply(f"{DEPLOYMENTS}/web", deployment("web"))
        await asyncio.sleep(10)
        assert await controllers(calls, REPLICA_SETS) == {again["metadata"]["uid"]}
        assert (await names(calls, REPLICA_SETS), await names(calls, PODS)) == (sets, pods)
        assert (await calls.get(f"{DEPLOYMENTS}/web")).body["status"]["availableReplicas"] == 3

    play(story, Settings())


@pytest.mark.parametrize(("kind", "target"), [("StatefulSet", SETS), ("DaemonSet", DAEMONS)])
def test_sets_take_over_pods_that_an_earlier_one_left(kind, target):
    async def story(calls):
        body = {**deployment("db"), "kind": kind}
        if kind == "StatefulSet":
            body["spec"]["serviceName"] = "db"
        else:
            del body["spec"]["replicas"]
        await calls.apply(f"{target}/db", body)
        await asyncio.sleep(20)
        pods = await names(calls, PODS)
        await calls.must("DELETE", f"{target}/db?propagationPolicy=Orphan")
        await asyncio.sleep(5)
        again = await calls.apply(f"{target}/db", body)
        await asyncio.sleep(20)
        assert await names(calls, PODS) == pods
        assert await controllers(calls, PODS) == {again["metadata"]["uid"]}

    play(story, Settings())


def test_a_pod_that_somebody_else_controls_or_selects_otherwise_is_left_alone():
    async def story(calls):
        bare = {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": "mine", "labels": {"app": "other"}},
            "spec": {"containers": [{"name": "main", "image": "pod:1"}]},
        }
        await calls.create(PODS, bare)
        await calls.apply(f"{DEPLOYMENTS}/one", deployment("one"))
        await asyncio.sleep(5)
        await calls.apply(f"{DEPLOYMENTS}/two", deployment("two"))
        await asyncio.sleep(5)
        mine = (await calls.get(f"{PODS}/mine")).body
        assert "ownerReferences" not in mine["metadata"]
        assert len(await names(calls, PODS)) == 7
        assert len(await controllers(calls, PODS)) == 2

    play(story, Settings())
