import asyncio

import pytest
from cluster_calls import deployment, play

from argosy.sandbox.outcomes import OUTCOME
from argosy.sandbox.settings import Settings

SETTINGS = Settings()
PODS = "/api/v1/namespaces/default/pods"
CLAIMS = "/api/v1/namespaces/default/persistentvolumeclaims"
JOBS = "/apis/batch/v1/namespaces/default/jobs"
SETS = "/apis/apps/v1/namespaces/default/statefulsets"


def stateful_set(image="db:1", replicas=3):
    body = {**deployment("db", image, replicas), "kind": "StatefulSet"}
    claim = {
        "metadata": {"name": "data"},
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
    }
    body["spec"] = {**body["spec"], "serviceName": "db", "volumeClaimTemplates": [claim]}
    return body


def job(name="migrate", image="job:1", annotations=None, **spec):
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": name, "annotations": annotations or {}},
        "spec": {
            "template": {
                "spec": {"restartPolicy": "Never", "containers": [{"name": "main", "image": image}]}
            },
            **spec,
        },
    }


async def settled(calls, target, body, seconds):
    await calls.apply(target, body)
    await asyncio.sleep(seconds)
    return (await calls.get(target)).body["status"]


def finished(status):
    return [item["type"] for item in status.get("conditions", ()) if item["status"] == "True"]


def test_a_stateful_set_starts_one_after_the_other():
    async def story(calls):
        found = await settled(calls, f"{SETS}/db", stateful_set(), 1)
        assert found["replicas"] == 1
        await asyncio.sleep(2)
        assert [pod["metadata"]["name"] for pod in (await calls.get(PODS)).body["items"]] == ["db-0", "db-1"]
        await asyncio.sleep(10)
        found = (await calls.get(f"{SETS}/db")).body["status"]
        assert found["readyReplicas"] == found["updatedReplicas"] == 3
        claims = (await calls.get(CLAIMS)).body["items"]
        assert [claim["metadata"]["name"] for claim in claims] == ["data-db-0", "data-db-1", "data-db-2"]
        assert all(claim["status"]["phase"] == "Bound" for claim in claims)

    play(story, SETTINGS)


def test_a_stateful_set_is_updated_from_its_last_pod_on():
    async def story(calls):
        await settled(calls, f"{SETS}/db", stateful_set(), 20)
        found = await settled(calls, f"{SETS}/db", stateful_set("db:2"), 1)
        assert found["currentRevision"] != found["updateRevision"]
        images = [pod["spec"]["containers"][0]["image"] for pod in (await calls.get(PODS)).body["items"]]
        assert images == ["db:1", "db:1", "db:2"]
        await asyncio.sleep(20)
        found = (await calls.get(f"{SETS}/db")).body["status"]
        assert found["currentRevision"] == found["updateRevision"]
        assert found["readyReplicas"] == 3

    play(story, SETTINGS)


def test_a_stateful_set_keeps_what_a_partition_holds_back():
    async def story(calls):
        await settled(calls, f"{SETS}/db", stateful_set(), 20)
        body = stateful_set("db:2")
        body["spec"]["updateStrategy"] = {"type": "RollingUpdate", "rollingUpdate": {"partition": 2}}
        found = await settled(calls, f"{SETS}/db", body, 30)
        assert found["updatedReplicas"] == 1

    play(story, SETTINGS)


def test_a_daemon_set_runs_on_the_node():
    async def story(calls):
        body = {**deployment("agent"), "kind": "DaemonSet"}
        del body["spec"]["replicas"]
        target = "/apis/apps/v1/namespaces/default/daemonsets/agent"
        found = await settled(calls, target, body, 5)
        assert found["desiredNumberScheduled"] == found["numberAvailable"] == 1
        body["spec"]["template"]["spec"]["containers"][0]["image"] = "agent:2"
        found = await settled(calls, target, body, 1)
        assert (found["observedGeneration"], found["numberReady"]) == (2, 0)
        await asyncio.sleep(5)
        assert (await calls.get(target)).body["status"]["updatedNumberScheduled"] == 1

    play(story, SETTINGS)


def test_a_job_completes():
    async def story(calls):
        found = await settled(calls, f"{JOBS}/migrate", job(), 1)
        assert found["active"] == 1
        await asyncio.sleep(2)
        found = (await calls.get(f"{JOBS}/migrate")).body["status"]
        assert finished(found) == ["SuccessCriteriaMet", "Complete"]
        assert (found["succeeded"], "active" in found) == (1, False)
        (pod,) = (await calls.get(PODS)).body["items"]
        assert pod["status"]["phase"] == "Succeeded"

    play(story, SETTINGS)


def test_a_job_runs_in_batches_of_its_parallelism():
    async def story(calls):
        found = await settled(calls, f"{JOBS}/migrate", job(completions=5, parallelism=2), 3)
        assert (found["succeeded"], found["active"]) == (2, 2)
        await asyncio.sleep(5)
        found = (await calls.get(f"{JOBS}/migrate")).body["status"]
        assert found["succeeded"] == 5
        assert "Complete" in finished(found)

    play(story, SETTINGS)


@pytest.mark.parametrize("more", [{"image": "job:broken"}, {"annotations": {OUTCOME: "fail"}}])
def test_a_job_fails(more):
    async def story(calls):
        found = await settled(calls, f"{JOBS}/migrate", job(**more), 5)
        assert finished(found) == ["FailureTarget", "Failed"]
        assert found["failed"] == 7

    play(story, SETTINGS)


def test_a_job_that_never_ends_meets_its_deadline():
    async def story(calls):
        body = job(image="job:never", activeDeadlineSeconds=30)
        assert finished(await settled(calls, f"{JOBS}/migrate", body, 20)) == []
        await asyncio.sleep(20)
        found = (await calls.get(f"{JOBS}/migrate")).body["status"]
        assert found["conditions"][-1]["reason"] == "DeadlineExceeded"

    play(story, SETTINGS)


def test_a_finished_job_goes_when_it_is_told_to():
    async def story(calls):
        await calls.apply(f"{JOBS}/migrate", job(ttlSecondsAfterFinished=10))
        await asyncio.sleep(8)
        assert (await calls.get(f"{JOBS}/migrate")).status == 200
        await asyncio.sleep(8)
        assert (await calls.get(f"{JOBS}/migrate")).status == 404
        assert (await calls.get(PODS)).body["items"] == []

    play(story, SETTINGS)


def test_a_suspended_job_waits_until_it_may_run():
    async def story(calls):
        found = await settled(calls, f"{JOBS}/migrate", job(suspend=True), 30)
        assert finished(found) == ["Suspended"]
        found = await settled(calls, f"{JOBS}/migrate", job(suspend=False), 10)
        assert "Complete" in finished(found)

    play(story, SETTINGS)


def test_a_load_balancer_gets_an_address_after_a_while():
    async def story(calls):
        target = "/api/v1/namespaces/default/services/web"
        body = {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": "web"},
            "spec": {"type": "LoadBalancer", "ports": [{"port": 80}]},
        }
        assert await settled(calls, target, body, 1) == {"loadBalancer": {}}
        await asyncio.sleep(3)
        (entry,) = (await calls.get(target)).body["status"]["loadBalancer"]["ingress"]
        assert entry["ip"].startswith("198.51.100.")
        body["spec"]["type"] = "ClusterIP"
        assert await settled(calls, target, body, 3) == {"loadBalancer": {}}

    play(story, SETTINGS)


def test_an_ingress_gets_an_address():
    async def story(calls):
        backend = {"service": {"name": "web", "port": {"number": 80}}}
        body = {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "Ingress",
            "metadata": {"name": "web"},
            "spec": {"defaultBackend": backend},
        }
        target = "/apis/networking.k8s.io/v1/namespaces/default/ingresses/web"
        found = await settled(calls, target, body, 5)
        assert found["loadBalancer"]["ingress"]

    play(story, SETTINGS)


def test_a_disruption_budget_counts_the_pods_that_serve():
    async def story(calls):
        await calls.apply("/apis/apps/v1/namespaces/default/deployments/web", deployment("web"))
        body = {
            "apiVersion": "policy/v1",
            "kind": "PodDisruptionBudget",
            "metadata": {"name": "web"},
            "spec": {"minAvailable": "50%", "selector": {"matchLabels": {"app": "web"}}},
        }
        target = "/apis/policy/v1/namespaces/default/poddisruptionbudgets/web"
        found = await settled(calls, target, body, 10)
        assert (found["currentHealthy"], found["desiredHealthy"], found["disruptionsAllowed"]) == (3, 2, 1)

    play(story, SETTINGS)


def test_a_pod_of_its_own_runs():
    async def story(calls):
        pod = {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": "bare"},
            "spec": {"containers": [{"name": "main", "image": "web:1"}]},
        }
        found = await settled(calls, f"{PODS}/bare", pod, 5)
        assert found["phase"] == "Running"
        assert (await calls.get(f"{PODS}/bare")).body["spec"]["nodeName"] == "sandbox-node"

    play(story, SETTINGS)


def test_a_namespace_has_its_service_account_soon():
    async def story(calls):
        await calls.create("/api/v1/namespaces", {"metadata": {"name": "team"}})
        await asyncio.sleep(1)
        assert (await calls.get("/api/v1/namespaces/team/serviceaccounts/default")).status == 200

    play(story, SETTINGS)
