import asyncio

import pytest
from cluster_calls import DEFINITIONS, definition, play

from argosy.sandbox.discovery import version_priority

AGGREGATED = (
    "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,"
    "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json"
)


def resources(document, group, version):
    for item in document["items"]:
        if item["metadata"].get("name", "") == group:
            found = next(entry for entry in item["versions"] if entry["version"] == version)
            return {entry["resource"]: entry for entry in found["resources"]}
    raise AssertionError(f"no group {group}")


def test_discovery_is_answered_in_one_piece_where_that_is_understood():
    async def story(calls):
        answer = await calls.get("/apis", AGGREGATED)
        assert answer.headers["content-type"].endswith("as=APIGroupDiscoveryList")
        deployments = resources(answer.body, "apps", "v1")["deployments"]
        assert (deployments["scope"], deployments["shortNames"]) == ("Namespaced", ["deploy"])
        core = resources((await calls.get("/api", AGGREGATED)).body, "", "v1")
        assert core["namespaces"]["scope"] == "Cluster"

    play(story)


def test_an_unchanged_discovery_is_not_sent_again():
    async def story(calls):
        etag = (await calls.get("/apis", AGGREGATED)).headers["etag"]
        headers = {"Accept": AGGREGATED, "If-None-Match": etag}
        assert (await calls.transport.request("GET", "/apis", headers, None))[0] == 304
        await calls.create(DEFINITIONS, definition())
        await asyncio.sleep(1)
        assert (await calls.transport.request("GET", "/apis", headers, None))[0] == 200

    play(story)


def test_discovery_is_answered_in_the_old_form_too():
    async def story(calls):
        assert (await calls.get("/api")).body["versions"] == ["v1"]
        groups = {item["name"]: item for item in (await calls.get("/apis")).body["groups"]}
        assert groups["autoscaling"]["preferredVersion"]["version"] == "v2"
        assert (await calls.get("/apis/batch")).body["name"] == "batch"
        names = {item["name"] for item in (await calls.get("/apis/apps/v1")).body["resources"]}
        assert {"deployments", "deployments/status", "deployments/scale"} <= names
        assert (await calls.get("/apis/nothing.example.com")).status == 404
        assert (await calls.get("/apis/apps/v9")).status == 404

    play(story)


def test_a_definition_joins_discovery_with_its_versions_in_order():
    async def story(calls):
        await calls.create(DEFINITIONS, definition())
        await asyncio.sleep(1)
        document = (await calls.get("/apis", AGGREGATED)).body
        (group,) = [item for item in document["items"] if item["metadata"]["name"] == "demo.io"]
        assert [item["version"] for item in group["versions"]] == ["v1", "v1beta1"]
        await calls.must("DELETE", f"{DEFINITIONS}/widgets.demo.io")
        await asyncio.sleep(1)
        assert (await calls.get("/apis/demo.io")).status == 404

    play(story)


def test_versions_are_ordered_by_their_stability():
    versions = ["v1alpha1", "odd", "v2beta1", "v1", "v10", "v2beta2", "v2"]
    assert sorted(versions, key=version_priority) == [
        "v10",
        "v2",
        "v1",
        "v2beta2",
        "v2beta1",
        "v1alpha1",
        "odd",
    ]


@pytest.mark.parametrize("path", ["/readyz", "/livez", "/healthz", "/livez/ping"])
def test_a_cluster_says_that_it_lives(path):
    async def story(calls):
        assert (await calls.get(path)).text == b"ok"

    play(story)


def test_a_cluster_tells_its_version_and_its_size():
    async def story(calls):
        assert (await calls.get("/version")).body["minor"] == "37"
        metrics = (await calls.get("/metrics")).text.decode()
        assert 'apiserver_storage_objects{resource="namespaces"} 4' in metrics
        assert (await calls.get("/no/such/path")).status == 404

    play(story)
