"""What the tests of the cluster share: a story in virtual time, and calls that read like requests."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from argosy.sandbox.clock import run_virtual
from argosy.sandbox.cluster import Cluster
from argosy.sandbox.settings import Settings
from argosy.sandbox.transport import InProcessTransport

Object = dict[str, Any]

BARE = Settings(workloads=None)
APPLY = "application/apply-patch+yaml"
MERGE = "application/merge-patch+json"
TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"
CONFIG_MAPS = "/api/v1/namespaces/default/configmaps"
DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments"
DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    text: bytes

    @property
    def body(self) -> Any:
        return json.loads(self.text)

    @property
    def cells(self) -> list[list[object]]:
        """The rows of a table."""
        return [row["cells"] for row in self.body["rows"]]


class Calls:
    """Requests to one cluster in the same process."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self.transport = InProcessTransport(cluster, user_agent="tests/1")

    async def ask(
        self, method: str, target: str, body: object = None, kind: str = "application/json", accept: str = ""
    ) -> Answer:
        headers = {"Content-Type": kind, **({"Accept": accept} if accept else {})}
        sent = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        return Answer(*await self.transport.request(method, target, headers, sent))

    async def must(self, *request: Any, **more: Any) -> Any:
        """The body of an answer that is no refusal."""
        answer = await self.ask(*request, **more)
        assert answer.status < 300, answer.text
        return answer.body

    async def get(self, target: str, accept: str = "") -> Answer:
        return await self.ask("GET", target, accept=accept)

    async def create(self, target: str, body: object) -> Any:
        return await self.must("POST", target, body)

    async def apply(self, target: str, body: Object, manager: str = "me") -> Any:
        return await self.must("PATCH", f"{target}?fieldManager={manager}&force=true", body, APPLY)

    async def config_map(self, name: str, **more: Any) -> Any:
        return await self.create(CONFIG_MAPS, config_map(name, **more))

    @asynccontextmanager
    async def watch(self, target: str) -> AsyncIterator[AsyncIterator[tuple[str, Any]]]:
        """The events of a watch as type and object."""
        async with self.transport.stream("GET", target, {}) as (status, _, parts):
            assert status == 200
            yield _events(parts)


async def _events(parts: AsyncIterator[bytes]) -> AsyncIterator[tuple[str, Any]]:
    async for part in parts:
        for line in part.splitlines():
            event = json.loads(line)
            yield event["type"], event["object"]


def play(story: Callable[[Calls], Awaitable[None]], settings: Settings = BARE) -> None:
    """Runs a story on a new cluster in virtual time; nothing may have failed behind the scenes."""

    async def run() -> None:
        cluster = Cluster(settings=settings)
        try:
            await story(Calls(cluster))
        finally:
            await cluster.close()

    run_virtual(run())


def config_map(name: str, data: Object | None = None, **metadata: Any) -> Object:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": name, **metadata},
        "data": data or {"key": "value"},
    }


def deployment(name: str, image: str = "web:1", replicas: int = 3, **metadata: Any) -> Object:
    labels = {"app": name}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, **metadata},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": labels},
            "template": {
                "metadata": {"labels": labels},
                "spec": {"containers": [{"name": "main", "image": image}]},
            },
        },
    }


def definition(**version: Any) -> Object:
    schema = {
        "type": "object",
        "properties": {"spec": {"type": "object", "properties": {"size": {"type": "integer"}}}},
    }
    served = {"served": True, "schema": {"openAPIV3Schema": schema}, **version}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "widgets.demo.io"},
        "spec": {
            "group": "demo.io",
            "scope": "Namespaced",
            "names": {"plural": "widgets", "kind": "Widget", "shortNames": ["wd"]},
            "versions": [
                {"name": "v1", "storage": True, **served},
                {"name": "v1beta1", "storage": False, **served},
            ],
        },
    }


def owner_reference(owner: Object, **more: Any) -> Object:
    metadata = owner["metadata"]
    return {
        "apiVersion": owner["apiVersion"],
        "kind": owner["kind"],
        "name": metadata["name"],
        "uid": metadata["uid"],
        **more,
    }
