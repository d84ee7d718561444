"""Bodies that make no sense: every one is answered, and none may reach what works behind the scenes."""

import asyncio
import json
import random
from typing import Any

import pytest
from cluster_calls import APPLY, DEPLOYMENTS, MERGE, Calls, Object, definition, deployment, play

from argosy.sandbox.settings import Settings

NAMESPACE = "namespaces/default"
JUNK = [None, 0, -1, True, "x", "", [], {}, [None], {"a": None}, 1.5, "9" * 30, ["a", {}], {"metadata": 3}]
TEMPLATE = deployment("web")["spec"]["template"]
KINDS: list[tuple[str, str, str, Object]] = [
    (DEPLOYMENTS, "apps/v1", "Deployment", deployment("web")["spec"]),
    (
        f"/apis/batch/v1/{NAMESPACE}/jobs",
        "batch/v1",
        "Job",
        {
            "completions": 2,
            "parallelism": 1,
            "template": {"spec": {**TEMPLATE["spec"], "restartPolicy": "Never"}},
        },
    ),
    (f"/api/v1/{NAMESPACE}/pods", "v1", "Pod", TEMPLATE["spec"]),
    (
        f"/api/v1/{NAMESPACE}/persistentvolumeclaims",
        "v1",
        "PersistentVolumeClaim",
        {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
    ),
    (f"/api/v1/{NAMESPACE}/services", "v1", "Service", {"type": "LoadBalancer", "ports": [{"port": 80}]}),
    (
        f"/apis/policy/v1/{NAMESPACE}/poddisruptionbudgets",
        "policy/v1",
        "PodDisruptionBudget",
        {"minAvailable": "50%", "selector": {"matchLabels": {"app": "web"}}},
    ),
    (
        "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
        "apiextensions.k8s.io/v1",
        "CustomResourceDefinition",
        definition()["spec"],
    ),
    (f"/apis/demo.io/v1/{NAMESPACE}/widgets", "demo.io/v1", "Widget", {"size": 3}),
]
OPERATIONS = ["add", "remove", "replace", "test", "move", "copy", "dance"]
POINTERS = [
    "/metadata/labels/a",
    "/spec/replicas",
    "/spec",
    "/metadata/finalizers",
    "",
    "/x/-",
    "/metadata/name",
]


def spoiled(value: Any, chance: random.Random) -> Any:
    """The value with something in it, or itself, replaced by junk."""
    if isinstance(value, dict) and value and chance.random() < 0.85:
        key = chance.choice(list(value))
        return {**value, key: spoiled(value[key], chance)}
    if isinstance(value, list) and value and chance.random() < 0.85:
        index = chance.randrange(len(value))
        return [*value[:index], spoiled(value[index], chance), *value[index + 1 :]]
    return chance.choice(JUNK)


def operations(chance: random.Random) -> list[Object]:
    return [
        {
            "op": chance.choice(OPERATIONS),
            "path": chance.choice(POINTERS),
            "from": chance.choice(POINTERS),
            "value": chance.choice(JUNK),
        }
    ]


async def ask_anything(calls: Calls, chance: random.Random) -> int:
    target, api_version, kind, spec = chance.choice(KINDS)
    name = "widgets.demo.io" if kind == "CustomResourceDefinition" else f"n{chance.randrange(3)}"
    metadata: Object = {"name": name, "labels": {"app": "web"}}
    if chance.random() < 0.2:
        owner = {"apiVersion": "v1", "kind": "Pod", "name": "n1", "uid": "u", "controller": True}
        metadata["ownerReferences"] = [owner]
    body: Any = {"apiVersion": api_version, "kind": kind, "metadata": metadata, "spec": spec}
    for _ in range(chance.choice([0, 0, 1, 1, 2])):
        body = spoiled(body, chance)
    sub = chance.choice(["", "", "/status", "/scale"])
    requests: list[tuple[str, str, Any, str]] = [
        ("PATCH", f"{target}/{name}?fieldManager=me&force=true", body, APPLY),
        ("PATCH", f"{target}/{name}?fieldManager=me&force=true", body, APPLY),
        ("POST", target, body, "application/json"),
        ("PUT", f"{target}/{name}{sub}", body, "application/json"),
        ("PATCH", f"{target}/{name}{sub}", body, MERGE),
        ("PATCH", f"{target}/{name}{sub}", body, "application/strategic-merge-patch+json"),
        ("PATCH", f"{target}/{name}{sub}", operations(chance), "application/json-patch+json"),
        ("GET", f"{target}?limit={chance.choice(JUNK)}&labelSelector={chance.choice(JUNK)}", None, ""),
        ("DELETE", f"{target}/{name}", spoiled({"preconditions": {"uid": "x"}}, chance), "application/json"),
        ("DELETE", f"{target}/{name}?propagationPolicy=Foreground", None, ""),
    ]
    method, path, sent, content_type = chance.choice(requests)
    answer = await calls.ask(method, path.replace(" ", ""), sent, content_type)
    if answer.status >= 400:
        assert json.loads(answer.text)["kind"] == "Status" or answer.status == 404
    return answer.status


@pytest.mark.parametrize("seed", range(4))
def test_no_body_breaks_the_sandbox(seed):
    async def story(calls):
        chance = random.Random(seed)
        statuses = set()
        for _ in range(500):
            statuses.add(await ask_anything(calls, chance))
            if chance.random() < 0.1:
                await asyncio.sleep(chance.choice([0.1, 3.0]))
        await asyncio.sleep(1000)
        assert {200, 201, 400, 404, 422} <= statuses
        assert calls.cluster.state.timers.failures == []

    play(story, Settings())
