import asyncio

import pytest
from cluster_calls import APPLY, BARE, CONFIG_MAPS, DEPLOYMENTS, MERGE, TABLE, config_map, deployment, play

from argosy.sandbox.settings import Settings

ROLES = "/apis/rbac.authorization.k8s.io/v1/namespaces/default/roles"
SUPPORTED = [
    ("GET", "/api/v1/namespaces/default/pods/x/log"),
    ("POST", "/api/v1/namespaces/default/pods/x/exec"),
    ("POST", "/api/v1/namespaces/default/pods/x/portforward"),
]


@pytest.mark.parametrize(("method", "target"), SUPPORTED)
def test_what_needs_containers_is_refused_clearly(method, target):
    async def story(calls):
        answer = await calls.ask(method, target)
        assert answer.status == 501
        assert "no containers" in answer.body["message"]

    play(story)


@pytest.mark.parametrize(
    ("method", "target", "status"),
    [
        ("GET", "/api/v1/nonsense", 404),
        ("GET", "/apis/apps/v1/namespaces/default/deployments/x/nonsense", 404),
        ("GET", "/api/v1/configmaps/x", 404),
        ("GET", "/api/v1/namespaces/default/nodes/x", 404),
        ("POST", "/api/v1/configmaps", 405),
        ("PUT", CONFIG_MAPS, 405),
        ("DELETE", "/api/v1/namespaces", 405),
        ("PATCH", f"{CONFIG_MAPS}/missing", 404),
    ],
)
def test_paths_and_methods_that_are_not_served(method, target, status):
    async def story(calls):
        body = {} if method in {"PUT", "POST", "PATCH"} else None
        assert (await calls.ask(method, target, body, MERGE)).status == status

    play(story)


def test_a_name_is_generated():
    async def story(calls):
        body = {"metadata": {"generateName": "run-"}}
        first = await calls.create(CONFIG_MAPS, body)
        second = await calls.create(CONFIG_MAPS, body)
        names = {made["metadata"]["name"] for made in (first, second)}
        assert len(names) == 2
        assert all(name.startswith("run-") and len(name) == 9 for name in names)

    play(story)


def test_a_name_that_is_taken_is_a_conflict():
    async def story(calls):
        await calls.config_map("a")
        answer = await calls.ask("POST", CONFIG_MAPS, config_map("a"))
        assert (answer.status, answer.body["reason"]) == (409, "AlreadyExists")

    play(story)


def test_a_dry_run_answers_and_stores_nothing():
    async def story(calls):
        version = calls.cluster.state.store.version
        answer = await calls.ask("POST", f"{CONFIG_MAPS}?dryRun=All", config_map("a"))
        assert (answer.status, answer.body["data"]) == (201, {"key": "value"})
        applied = await calls.ask(
            "PATCH", f"{CONFIG_MAPS}/b?dryRun=All&fieldManager=me", config_map("b"), APPLY
        )
        assert applied.status == 201
        assert calls.cluster.state.store.version == version
        assert (await calls.ask("POST", f"{CONFIG_MAPS}?dryRun=Some", config_map("a"))).status == 400

    play(story)


def test_an_old_version_is_not_written_over():
    async def story(calls):
        made = await calls.config_map("a")
        await calls.must("PATCH", f"{CONFIG_MAPS}/a", {"data": {"key": "2"}}, MERGE)
        answer = await calls.ask("PUT", f"{CONFIG_MAPS}/a", made)
        assert (answer.status, answer.body["reason"]) == (409, "Conflict")
        assert "the object has been modified" in answer.body["message"]

    play(story)


def test_a_write_that_changes_nothing_makes_no_event():
    async def story(calls):
        await calls.apply(f"{CONFIG_MAPS}/a", config_map("a"))
        version = calls.cluster.state.store.version
        await asyncio.sleep(5)
        again = await calls.apply(f"{CONFIG_MAPS}/a", config_map("a"))
        assert calls.cluster.state.store.version == version
        assert again["metadata"]["resourceVersion"] == str(version)

    play(story)


def test_a_put_creates_where_the_kind_allows_it():
    async def story(calls):
        role = {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "Role",
            "metadata": {"name": "r"},
            "rules": [],
        }
        assert (await calls.ask("PUT", f"{ROLES}/r", role)).status == 201
        assert (await calls.ask("PUT", f"{CONFIG_MAPS}/a", config_map("a"))).status == 404

    play(story)


def test_unknown_fields_are_warned_of_refused_or_passed_over():
    async def story(calls):
        body = {**config_map("a"), "dataa": {}}
        warned = await calls.ask("POST", f"{CONFIG_MAPS}?dryRun=All", body)
        assert warned.headers["warning"] == '299 - "unknown field \\"dataa\\""'
        refused = await calls.ask("POST", f"{CONFIG_MAPS}?fieldValidation=Strict", body)
        assert refused.status == 400
        quiet = await calls.ask("POST", f"{CONFIG_MAPS}?fieldValidation=Ignore", body)
        assert (quiet.status, "warning" in quiet.headers) == (201, False)
        assert (await calls.ask("POST", f"{CONFIG_MAPS}?fieldValidation=Maybe", body)).status == 400

    play(story)


def test_the_status_is_written_apart():
    async def story(calls):
        await calls.apply(f"{DEPLOYMENTS}/web", {**deployment("web"), "status": {"replicas": 9}})
        body = {"status": {"replicas": 3}, "spec": {"replicas": 7}}
        await calls.must("PATCH", f"{DEPLOYMENTS}/web/status", body, MERGE)
        live = (await calls.get(f"{DEPLOYMENTS}/web")).body
        assert (live["spec"]["replicas"], live["status"]["replicas"]) == (3, 3)
        assert live["metadata"]["generation"] == 1

    play(story)


@pytest.mark.parametrize("kind", [MERGE, "application/strategic-merge-patch+json"])
def test_a_deployment_is_scaled(kind):
    async def story(calls):
        await calls.apply(f"{DEPLOYMENTS}/web", deployment("web"))
        scale = (await calls.get(f"{DEPLOYMENTS}/web/scale")).body
        assert (scale["spec"]["replicas"], scale["status"]["selector"]) == (3, "app=web")
        await calls.must("PATCH", f"{DEPLOYMENTS}/web/scale", {"spec": {"replicas": 1}}, kind)
        await calls.must("PUT", f"{DEPLOYMENTS}/web/scale", {"spec": {"replicas": 5}})
        assert (await calls.get(f"{DEPLOYMENTS}/web")).body["spec"]["replicas"] == 5
        negative = await calls.ask("PATCH", f"{DEPLOYMENTS}/web/scale", {"spec": {"replicas": -1}}, MERGE)
        assert negative.status == 422
        stale = {**scale, "spec": {"replicas": 2}}
        assert (await calls.ask("PUT", f"{DEPLOYMENTS}/web/scale", stale)).status == 409

    play(story)


def test_everybody_may_do_everything():
    async def story(calls):
        group = "/apis/authorization.k8s.io/v1"
        access = await calls.create(f"{group}/selfsubjectaccessreviews", {"spec": {"resourceAttributes": {}}})
        assert access["status"]["allowed"] is True
        rules = await calls.create(f"{group}/selfsubjectrulesreviews", {"spec": {"namespace": "default"}})
        assert rules["status"]["resourceRules"][0]["verbs"] == ["*"]
        who = await calls.create("/apis/authentication.k8s.io/v1/selfsubjectreviews", {})
        assert who["status"]["userInfo"]["username"] == "sandbox-admin"

    play(story)


def test_an_autoscaler_is_the_same_in_both_versions():
    async def story(calls):
        target = "/apis/autoscaling/{}/namespaces/default/horizontalpodautoscalers"
        body = {
            "metadata": {"name": "web"},
            "spec": {
                "maxReplicas": 5,
                "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"},
                "targetCPUUtilizationPercentage": 70,
            },
        }
        await calls.create(target.format("v1"), body)
        found = (await calls.get(target.format("v2") + "/web")).body
        assert found["apiVersion"] == "autoscaling/v2"
        assert found["spec"]["metrics"][0]["resource"]["target"]["averageUtilization"] == 70
        listed = (await calls.get(target.format("v1"))).body["items"]
        assert listed[0]["spec"]["targetCPUUtilizationPercentage"] == 70

    play(story, Settings())


def test_an_event_is_seen_in_both_groups():
    async def story(calls):
        event = {
            "metadata": {"name": "e", "namespace": "default"},
            "eventTime": "2026-01-01T00:00:00.000000Z",
            "reason": "Synced",
            "action": "Sync",
            "note": "all is well",
            "type": "Normal",
            "reportingController": "argosy.dev/controller",
            "reportingInstance": "one",
            "regarding": {"kind": "ConfigMap", "name": "a", "namespace": "default"},
        }
        await calls.create("/apis/events.k8s.io/v1/namespaces/default/events", event)
        old = (await calls.get("/api/v1/namespaces/default/events/e")).body
        assert (old["apiVersion"], old["message"]) == ("v1", "all is well")
        assert old["involvedObject"]["name"] == "a"
        await asyncio.sleep(30)
        (row,) = (await calls.get("/api/v1/namespaces/default/events", TABLE)).cells
        assert row[:4] == ["30s", "Normal", "Synced", "configmap/a"]
        assert row[4:7] == ["", "argosy.dev/controller, one", "all is well"]

    play(story)


def test_two_clusters_of_one_seed_are_alike_to_the_byte():
    async def story(calls):
        await calls.apply(f"{DEPLOYMENTS}/web", deployment("web"))
        await asyncio.sleep(30)
        seen.append((await calls.get("/api/v1/pods")).text)

    seen: list[bytes] = []
    play(story, Settings())
    play(story, Settings())
    play(story, Settings(seed=1))
    assert seen[0] == seen[1] != seen[2]


def test_a_request_without_a_manager_is_signed_by_its_user_agent():
    async def story(calls):
        made = await calls.config_map("a")
        assert [entry["manager"] for entry in made["metadata"]["managedFields"]] == ["tests"]
        refused = await calls.ask("PATCH", f"{CONFIG_MAPS}/a", config_map("a"), APPLY)
        assert (refused.status, refused.body["details"]["causes"][0]["field"]) == (422, "fieldManager")

    play(story, BARE)


def test_a_body_may_be_yaml():
    async def story(calls):
        text = b"metadata: {name: a}\ndata:\n  key: value\n"
        answer = await calls.ask("POST", CONFIG_MAPS, text, "application/yaml")
        assert (answer.status, answer.body["data"]) == (201, {"key": "value"})

    play(story)


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"[1]", "application/json", 400),
        (b"a: [", "application/yaml", 400),
        (b"<xml/>", "application/xml", 415),
    ],
)
def test_a_body_that_cannot_be_read_is_refused(body, kind, status):
    async def story(calls):
        assert (await calls.ask("POST", CONFIG_MAPS, body, kind)).status == status

    play(story)
