"""What a story plays on: a repository, clients of two clusters, and controllers as often as it wants."""

import asyncio
import datetime
import json
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from argosy_processes import ArgosyProcesses
from git_repository import GitRepository
from objects_of_stories import PRODUCTION, Object
from servers_of_stories import Access, Request

from argosy.cli.leading import renewing
from argosy.clusters.client import Client
from argosy.clusters.errors import ApiError
from argosy.clusters.objects import GroupVersionKind, ObjectRef
from argosy.clusters.transport import Transport
from argosy.reconciler.controller import Controller, Effects, Options
from argosy.reconciler.installation import Installation
from argosy.reconciler.installing import install
from argosy.reconciler.lease import Holder, Lease
from argosy.reconciler.source_rendering import SourceRendering
from argosy.reconciler.surroundings import Told
from argosy.sandbox.clock import START_OF_TIME, VirtualEventLoop
from argosy.sources.git import Repositories
from argosy.sources.git_url import NETWORK_PROTOCOLS, Protocol
from argosy.sources.render_cache import RenderCache
from argosy.sources.rendering import Renderer

CLUSTERS = ("management", "production")
KINDS = {
    "Application": ("argoproj.io", "v1alpha1"),
    "ApplicationSet": ("argoproj.io", "v1alpha1"),
    "AppProject": ("argoproj.io", "v1alpha1"),
    "ConfigMap": ("", "v1"),
    "Secret": ("", "v1"),
    "Service": ("", "v1"),
    "Namespace": ("", "v1"),
    "Deployment": ("apps", "v1"),
}


class RecordingTransport:
    """Notes every call that goes through."""

    def __init__(self, transport: Transport, calls: list[tuple[str, str, int]]) -> None:
        self._transport = transport
        self._calls = calls
        self.unreachable = False
        self.severed = asyncio.Event()
        self.delay: Callable[[str], float] = lambda _target: 0.0
        self.alive: Callable[[str], bool] = lambda _method: True

    async def request(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes | None
    ) -> tuple[int, Mapping[str, str], bytes]:
        if self.unreachable or not self.alive(method):
            raise ConnectionRefusedError("no route to this cluster")
        await asyncio.sleep(self.delay(target))
        answer = await self._transport.request(method, target, headers, body)
        self._calls.append((method, target, answer[0]))
        return answer

    @asynccontextmanager
    async def stream(self, method: str, target: str, headers: Mapping[str, str]) -> AsyncIterator[Any]:
        if self.unreachable:
            raise ConnectionRefusedError("no route to this cluster")
        async with self._transport.stream(method, target, headers) as (status, answered, pieces):
            yield status, answered, self._until_severed(pieces)

    async def _until_severed(self, pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        severed = asyncio.ensure_future(self.severed.wait())
        piece: asyncio.Future[bytes | None] | None = None
        try:
            while True:
                piece = asyncio.ensure_future(anext(pieces, None))
                await asyncio.wait((piece, severed), return_when=asyncio.FIRST_COMPLETED)
                if severed.done():
                    raise ConnectionResetError("the connection is gone")
                found = piece.result()
                if found is None:
                    return
                yield found
        finally:
            for task in (severed, piece):
                if task is not None:
                    task.cancel()
            await asyncio.gather(severed, *((piece,) if piece else ()), return_exceptions=True)

    async def close(self) -> None:
        await self._transport.close()


@dataclass(frozen=True)
class Servers:
    """The two clusters of a world: how to reach them, from here and from other processes, and their logs."""

    transport: Callable[[str], Transport]
    log: Callable[[str], list[Request]]
    access: Callable[[str], Access] | None
    """None where no other process can reach them."""
    instant: float
    """By then what a write sets off is under way, in seconds of the world's clock."""
    workload: float
    """No workload takes longer from one change of its own to its next."""


class Stage:
    """What a story plays on."""

    def __init__(self, folder: Path, servers: Servers, installation: Installation) -> None:
        self.folder = folder
        self.servers = servers
        self.installation = installation
        self.repository = GitRepository(folder / "repository")
        self.calls: list[tuple[str, str, int]] = []
        self.told: list[Told] = []
        self.links: dict[str, RecordingTransport] = {}
        self._transports = servers.transport
        self.management = Client(servers.transport("management"), "management")
        self.production = Client(servers.transport("production"), "production")
        self.delay: Callable[[str], float] = lambda _target: 0.0
        """Seconds that a request of a controller to a target takes longer; watches come at once."""
        self.renderings = RenderCache()
        """What the controller that started last has rendered."""
        self._cut: set[str] = set()
        self._writes_left: int | None = None

    async def prepare(self) -> None:
        await install(self.management, self.installation)
        await self.management.create(
            {
                "apiVersion": "v1",
                "kind": "Secret",
                "metadata": {
                    "name": "production",
                    "namespace": "argocd",
                    "labels": {"argocd.argoproj.io/secret-type": "cluster", "environment": "production"},
                },
                "stringData": {"name": "production", "server": PRODUCTION, "config": "{}"},
            }
        )

    def cut(self, cluster: str) -> None:
        """From now on controllers do not reach the cluster."""
        self._cut.add(cluster)
        if cluster in self.links:
            self.links[cluster].unreachable = True

    def sever(self, cluster: str) -> None:
        """The same, and the watches that run end."""
        self.cut(cluster)
        link = self.links[cluster]
        link.severed.set()
        link.severed = asyncio.Event()

    def mend(self, cluster: str) -> None:
        """Controllers reach the cluster again."""
        self._cut.discard(cluster)
        if cluster in self.links:
            self.links[cluster].unreachable = False

    def die_after(self, writes: int) -> None:
        """Controllers make so many writes more and then none, as if they were killed."""
        self._writes_left = writes

    def live_on(self) -> None:
        """The controllers that come are not killed."""
        self._writes_left = None

    def _alive(self, method: str) -> bool:
        if self._writes_left is None or method == "GET":
            return True
        self._writes_left -= 1
        return self._writes_left >= 0

    @asynccontextmanager
    async def controller(self, *, poll: float = 0.0) -> AsyncIterator[Controller]:
        """A controller that starts from nothing but the cluster and Git."""

        def link(cluster: str) -> Client:
            transport = self.links[cluster] = RecordingTransport(self._transports(cluster), self.calls)
            transport.unreachable = cluster in self._cut
            transport.delay = self.delay
            transport.alive = self._alive
            return Client(transport, cluster)

        repositories = Repositories(self.folder / "mirrors", protocols=NETWORK_PROTOCOLS | {Protocol.FILE})
        self.renderings = RenderCache()
        renderer = Renderer(parallel=2, cache=self.renderings)
        management = link("management")
        effects = Effects(
            management=management,
            connect=lambda _secret: link("production"),
            repositories=repositories,
            render=SourceRendering(repositories, renderer, "argocd"),
            now=self._now,
            chance=random.Random(7).random,
            tell=self.told.append,
        )
        try:
            async with Controller(self.installation, effects, Options(poll=poll)) as controller:
                await controller.start()
                yield controller
        finally:
            await management.close()
            renderer.close()
            repositories.close()

    def processes(self) -> ArgosyProcesses:
        """The commands as processes of their own. Only where `servers` have an `access`."""
        assert self.servers.access is not None
        access = self.servers.access("management")
        return ArgosyProcesses(self.folder / "processes", access, self.installation.id)

    @asynccontextmanager
    async def process(self, *, poll: float) -> AsyncIterator[None]:
        """All of `argosy run`, its Lease included; a process of its own where one reaches the clusters."""
        if self.servers.access is not None:
            with self.processes().run("--poll", f"{poll:.0f}s"):
                yield
            return
        names = self.installation
        lease = Lease(self.management, names.namespace, names.lease, Holder("in process"), self._now)
        await lease.acquire(lambda _other: None)
        async with renewing(lease), self.controller(poll=poll):
            yield

    async def reachable_production(self) -> str:
        """The production cluster's address, registered so that other processes reach it, too."""
        if self.servers.access is None:
            return PRODUCTION
        access = self.servers.access("production")
        content = json.loads(access.kubeconfig.read_text())
        clusters = {item["name"]: item["cluster"] for item in content["clusters"]}
        cluster = clusters[access.context or content["current-context"]]
        tls = {"caData": cluster["certificate-authority-data"]}
        config = {"bearerToken": content["users"][0]["user"]["token"], "tlsClientConfig": tls}
        texts = {"server": cluster["server"], "config": json.dumps(config)}
        await self.patch("Secret", "production", {"stringData": texts}, "argocd")
        return str(cluster["server"])

    async def close(self) -> None:
        await self.management.close()
        await self.production.close()

    def _now(self) -> datetime.datetime:
        if isinstance(asyncio.get_running_loop(), VirtualEventLoop):
            return START_OF_TIME + datetime.timedelta(seconds=asyncio.get_running_loop().time())
        return datetime.datetime.now(datetime.UTC)

    async def apply(self, value: Object, *, cluster: str = "management", manager: str = "somebody") -> Object:
        return await self.client(cluster).apply(value, manager=manager, force=True)

    def client(self, cluster: str) -> Client:
        return self.management if cluster == "management" else self.production

    async def find(
        self, kind: str, name: str, namespace: str = "argocd", cluster: str = "management"
    ) -> Object | None:
        group, version = KINDS[kind]
        return await self.client(cluster).find(ObjectRef(group, version, kind, namespace, name))

    async def get(
        self, kind: str, name: str, namespace: str = "argocd", cluster: str = "management"
    ) -> Object:
        found = await self.find(kind, name, namespace, cluster)
        assert found is not None, f"{kind} {namespace}/{name} is not there"
        return found

    async def all(self, kind: str, group: str = "", version: str = "v1") -> list[Object]:
        """All objects of a kind in the management cluster."""
        return list((await self.management.list(GroupVersionKind(group, version, kind))).items)

    async def application(self, name: str) -> Object:
        return await self.get("Application", name)

    async def conditions(self, name: str) -> dict[str, str]:
        status = (await self.application(name)).get("status") or {}
        return {item["type"]: item["message"] for item in status.get("conditions") or ()}

    async def patch(
        self, kind: str, name: str, body: Object, namespace: str = "apps", cluster: str = "management"
    ) -> Object:
        group, version = KINDS[kind]
        ref = ObjectRef(group, version, kind, namespace, name)
        return await self.client(cluster).patch(ref, body, manager="kubectl-edit")

    async def delete(
        self, kind: str, name: str, namespace: str = "apps", cluster: str = "management"
    ) -> None:
        group, version = KINDS[kind]
        await self.client(cluster).delete(ObjectRef(group, version, kind, namespace, name))

    async def until(self, claim: str, holds: Callable[[], Awaitable[bool]], within: float = 60.0) -> None:
        """Waits until it holds; fails with the claim, and what the controllers told, if it never does."""
        loop = asyncio.get_running_loop()
        end = loop.time() + within
        while not await holds():
            if loop.time() > end:
                told = "\n".join(
                    f"  {item.about.name}: {item.reason}: {item.message}" for item in self.told[-25:]
                )
                raise AssertionError(f"never seen within {within:.0f} s: {claim}\n{told}")
            await asyncio.sleep(0.05)

    async def settled(self, *names: str, at: str = "", within: float = 60.0) -> None:
        """Waits until these Applications are synced (to a commit) and healthy."""

        async def holds() -> bool:
            for name in names:
                found = await self.find("Application", name)
                status = (found or {}).get("status") or {}
                sync, health = status.get("sync") or {}, status.get("health") or {}
                if (sync.get("status"), health.get("status")) != ("Synced", "Healthy"):
                    return False
                if at and sync.get("revision") != at:
                    return False
            return True

        await self.until(f"{', '.join(names)} synced and healthy {at[:8]}", holds, within)

    async def synced(self, name: str) -> None:
        """Waits until an Application is synced, healthy or not yet."""

        async def holds() -> bool:
            status = ((await self.find("Application", name)) or {}).get("status") or {}
            return (status.get("sync") or {}).get("status") == "Synced"

        await self.until(f"{name} synced", holds)

    async def quiet(self, controller: Controller) -> None:
        """Waits until the controller has nothing left to do now, watch events in flight included."""
        for _ in range(5):
            await asyncio.sleep(self.servers.instant)
            await controller.idle()

    async def versions(self) -> dict[str, str]:
        """The resourceVersion of everything that stories make."""
        found = {}
        for client in (self.management, self.production):
            for kind, (group, version) in KINDS.items():
                try:
                    items = (await client.list(GroupVersionKind(group, version, kind))).items
                except ApiError:
                    continue
                for item in items:
                    metadata = item["metadata"]
                    if metadata.get("namespace", "") in ("argocd", "apps", "other"):
                        place = f"{client.name} {kind} {metadata.get('namespace')}/{metadata['name']}"
                        found[place] = metadata["resourceVersion"]
        return found

    async def versions_at_rest(self) -> Any:
        """The versions once nobody writes any more: workloads become ready some time after a story's end."""
        before = await self.versions()
        for _ in range(10):
            servers = self.servers
            await asyncio.sleep(
                servers.workload if await self._workloads_are_under_way() else servers.instant
            )
            now = await self.versions()
            if now == before:
                return now
            before = now
        raise AssertionError(f"the clusters did not come to rest within {10 * self.servers.workload:.0f} s")

    async def _workloads_are_under_way(self) -> bool:
        """Whether a Deployment is not, or not yet, where its specification wants it."""
        group, version = KINDS["Deployment"]
        for client in (self.management, self.production):
            found = await client.list(GroupVersionKind(group, version, "Deployment"))
            if not all(map(arrived, found.items)):
                return True
        return False

    async def check_that_another_run_changes_nothing(self) -> None:
        # A story may end while workloads are still becoming ready: a run sees that through first.
        async with self.controller() as controller:
            await self.quiet(controller)
            await self.versions_at_rest()
            await self.quiet(controller)
        before = await self.versions()
        async with self.controller() as controller:
            await self.quiet(controller)
        after = await self.versions()
        assert after == before, {
            key: (before.get(key), after.get(key))
            for key in before | after.keys()
            if before.get(key) != after.get(key)
        }

    def deleted(self) -> list[str]:
        """The paths of the objects that controllers deleted."""
        return [
            target.partition("?")[0]
            for method, target, status in self.calls
            if method == "DELETE" and status < 300
        ]


def arrived(deployment: Object) -> bool:
    """Whether the servers have seen a Deployment, and just the pods that it wants are available."""
    status, wanted = deployment.get("status") or {}, deployment["spec"].get("replicas", 1)
    seen = status.get("observedGeneration") == deployment["metadata"]["generation"]
    counts = {status.get(name, 0) for name in ("replicas", "updatedReplicas", "availableReplicas")}
    return seen and counts == {wanted}
