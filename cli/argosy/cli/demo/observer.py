"""The demo's eyes: what the clusters' APIs say. A step counts only when it was seen here."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Any

from argosy.cli.demo.repository import DemoError
from argosy.cli.demo.stage import ENVIRONMENTS, MANAGEMENT, Stage
from argosy.cli.demo.table import ApplicationRow, LinePrinter, Picture, TablePrinter, row_of
from argosy.clusters.client import Client
from argosy.clusters.errors import UnknownKind
from argosy.clusters.kubeconfig import load_connection
from argosy.clusters.objects import GroupVersionKind, ObjectRef
from argosy.clusters.transport import HttpTransport

__all__ = ["Observer", "applied_at", "created_at", "image_of", "in_order", "observing"]

Object = Mapping[str, Any]

_APPLICATION = GroupVersionKind("argoproj.io", "v1alpha1", "Application")
_SET = GroupVersionKind("argoproj.io", "v1alpha1", "ApplicationSet")
_DEPLOYMENT = GroupVersionKind("apps", "v1", "Deployment")
_WAVE = "argocd.argoproj.io/sync-wave"
_LOOK_EVERY = 0.2


@dataclass(slots=True)
class Observer:
    """Reads the clusters and keeps the picture up to date while it waits."""

    stage: Stage
    clients: Mapping[str, Client]
    terminal: bool
    servers: Mapping[str, str]
    """The name of each cluster by its server's address."""
    words: dict[str, str] = field(default_factory=dict)
    """What a revision is called in the picture, by commit id."""
    picture: Picture = field(default_factory=LinePrinter)

    @contextlib.contextmanager
    def drawing(self) -> Iterator[None]:
        """A picture of its own for a step."""
        self.picture = TablePrinter() if self.terminal else LinePrinter()
        try:
            yield
        finally:
            self.picture.close()

    async def rows(self) -> list[ApplicationRow]:
        """All Applications of the management cluster; none while the kind is not served yet."""
        client = self.clients[MANAGEMENT]
        try:
            applications = (await client.list(_APPLICATION)).items
            sets = (await client.list(_SET)).items
        except UnknownKind:
            return []
        waves = {
            item["metadata"]["name"]: int(item["metadata"].get("annotations", {}).get(_WAVE, "0"))
            for item in [*sets, *applications]
        }
        return [
            row_of(item, waves, self.words, self.servers)
            for item in applications
            if item["metadata"]["name"] != "root"
        ]

    async def deployment(self, cluster: str, namespace: str, name: str) -> Object:
        """A Deployment as it is now."""
        return await self.clients[cluster].get(ObjectRef("apps", "v1", "Deployment", namespace, name))

    async def deployments(self) -> dict[tuple[str, str, str], Object]:
        """Every Deployment on every cluster, by cluster, namespace and name."""
        found: dict[tuple[str, str, str], Object] = {}
        for cluster in (MANAGEMENT, *ENVIRONMENTS):
            for item in (await self.clients[cluster].list(_DEPLOYMENT)).items:
                found[cluster, item["metadata"]["namespace"], item["metadata"]["name"]] = item
        return found

    async def until(
        self, claim: str, holds: Callable[[list[ApplicationRow]], bool], deadline: float = 60.0
    ) -> float:
        """Shows the picture until the claim holds; the seconds that took. `DemoError` at the deadline."""
        loop = asyncio.get_running_loop()
        begin = loop.time()
        while True:
            self.stage.check_running()
            rows = await self.rows()
            passed = loop.time() - begin
            self.picture.show(rows, passed)
            if holds(rows):
                return passed
            if passed > deadline:
                raise DemoError(f"not seen within {deadline:.0f} s: {claim}")
            await asyncio.sleep(_LOOK_EVERY)


@contextlib.asynccontextmanager
async def observing(stage: Stage, terminal: bool) -> AsyncIterator[Observer]:
    """An observer with a client for each cluster of the stage."""
    clients: dict[str, Client] = {}
    servers = {"https://kubernetes.default.svc": MANAGEMENT}
    try:
        for name in (MANAGEMENT, *ENVIRONMENTS):
            connection = load_connection(name, str(stage.kubeconfig))
            servers[connection.server] = name
            clients[name] = Client(HttpTransport(connection), name)
        yield Observer(stage, clients, terminal, servers)
    finally:
        for client in clients.values():
            await client.close()


def image_of(deployment: Object) -> str:
    """The image of the Deployment's first container."""
    image: str = deployment["spec"]["template"]["spec"]["containers"][0]["image"]
    return image


def created_at(deployment: Object) -> datetime:
    """When the API server created it."""
    return datetime.fromisoformat(deployment["metadata"]["creationTimestamp"])


def applied_at(deployment: Object) -> datetime:
    """When Argosy last changed it, by its entry in managedFields."""
    return max(
        datetime.fromisoformat(entry["time"])
        for entry in deployment["metadata"]["managedFields"]
        if entry["operation"] == "Apply" and entry["manager"].startswith("argosy")
    )


def in_order(moments: Mapping[int, list[datetime]]) -> bool:
    """Whether all moments of a wave come strictly after all of the waves before it."""
    return all(max(moments[a]) < min(moments[b]) for a, b in pairwise(sorted(moments)))
