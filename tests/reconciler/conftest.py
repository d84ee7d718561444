"""The worlds in which the reconciler is tested: real Git, and clusters that are sandboxes (in this process
under a virtual clock, or served over HTTPS by another process) or real servers.

A test is a plain function that takes `world` and gives it a coroutine: `world.run(story)`. The story gets a
`Stage`: a repository, clients of two clusters, and controllers as often as it wants. No test writes a
status. When a story ends well, every invariant is looked at: one more controller changes nothing, and
nothing was deleted that it does not say.
"""

import asyncio
import datetime
import json
import os
import random
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import ExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from argosy.cli.leading import renewing
from argosy.clusters.client import Client
from argosy.clusters.errors import ApiError, NotFound, UnknownKind
from argosy.clusters.kubeconfig import load_connection
from argosy.clusters.objects import GroupVersionKind, ObjectRef
from argosy.clusters.transport import HttpTransport, Transport
from argosy.compiler.rollout import NodeKey
from argosy.reconciler.controller import Controller, Effects, Options
from argosy.reconciler.installation import Installation
from argosy.reconciler.installing import install
from argosy.reconciler.lease import Holder, Lease
from argosy.reconciler.source_rendering import SourceRendering
from argosy.reconciler.surroundings import Told
from argosy.sandbox.clock import START_OF_TIME, VirtualEventLoop, run_virtual
from argosy.sandbox.cluster import Cluster
from argosy.sandbox.transport import InProcessTransport
from argosy.sources.git import Repositories
from argosy.sources.git_url import NETWORK_PROTOCOLS, Protocol
from argosy.sources.rendering import Renderer

sys.path.insert(0, str(Path(__file__).parent))

from argosy_processes import ArgosyProcesses
from servers_of_stories import Access, Request, ServedSandbox, audited, entries, logged, serve_sandbox

Object = dict[str, Any]
REAL_SERVERS = "ARGOSY_TEST_KUBECONFIGS"
"""Two kubeconfigs of real clusters, joined like PATH: then the same tests run there."""
EVERY_STORY = "ARGOSY_TEST_EVERY_STORY"
"""Set: all stories are played over HTTP, too, not only those marked `core`. They take some minutes."""
AUDIT_LOGS = "ARGOSY_TEST_AUDIT_LOGS"
"""Their audit logs, joined alike."""
CLUSTERS = ("management", "production")
PRODUCTION = "https://production.example.com"
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


class Repository:
    """A real Git repository."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir(parents=True)
        self.git("init", "--quiet", "--initial-branch=main")

    @property
    def url(self) -> str:
        return f"file://{self.path}"

    def git(self, *arguments: str) -> str:
        identity = ["-c", "user.name=test", "-c", "user.email=test@example.com"]
        command = ["git", "-C", str(self.path), *identity, *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def commit(self, files: Mapping[str, str | None]) -> str:
        """Writes files (removes those that are None) and commits; the commit's id."""
        for name, text in files.items():
            path = self.path / name
            if text is None:
                path.unlink()
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", "a change")
        return self.git("rev-parse", "HEAD")


class RecordingTransport:
    """Notes every call that goes through."""

    def __init__(self, transport: Transport, calls: list[tuple[str, str, int]]) -> None:
        self._transport = transport
        self._calls = calls
        self.unreachable = False
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
        async with self._transport.stream(method, target, headers) as answer:
            yield answer

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
        self.repository = Repository(folder / "repository")
        self.calls: list[tuple[str, str, int]] = []
        self.told: list[Told] = []
        self.links: dict[str, RecordingTransport] = {}
        self._transports = servers.transport
        self.management = Client(servers.transport("management"), "management")
        self.production = Client(servers.transport("production"), "production")
        self.delay: Callable[[str], float] = lambda _target: 0.0
        """Seconds that a request of a controller to a target takes longer; watches come at once."""
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
        renderer = Renderer(parallel=2)
        management = link("management")
        effects = Effects(
            management=management,
            connect=lambda _secret: link("production"),
            repositories=repositories,
            render=SourceRendering(repositories, renderer),
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


class World:
    """Runs stories."""

    def __init__(self, kind: str, folder: Path, served: Callable[[], ServedSandbox]) -> None:
        self.kind = kind
        self._folder = folder
        self._served = served

    def run(
        self,
        story: Callable[[Stage], Awaitable[None]],
        *,
        deletes: bool = False,
        settles: bool = True,
    ) -> None:
        """Plays a story. `deletes`: controllers may delete in it; `settles`: afterwards one more run is
        idle."""

        async def play() -> None:
            async with self._servers() as servers:
                stage = Stage(self._folder, servers, Installation("test"))
                try:
                    await stage.prepare()
                    await story(stage)
                    if settles:
                        await stage.check_that_another_run_changes_nothing()
                    if not deletes:
                        assert stage.deleted() == []
                finally:
                    await stage.close()

        if self.kind == "in process":
            run_virtual(play())
        else:
            asyncio.run(play())

    @asynccontextmanager
    async def _servers(self) -> AsyncIterator[Servers]:
        if self.kind == "in process":
            clusters = {name: Cluster(name) for name in CLUSTERS}
            try:
                yield Servers(
                    transport=lambda name: InProcessTransport(clusters[name], user_agent="argosy/in-process"),
                    log=lambda name: entries(clusters[name].log),
                    access=None,
                    instant=0.3,
                    workload=3.0,
                )
            finally:
                for cluster in clusters.values():
                    await cluster.close()
            return
        servers = self._sandbox() if self.kind == "over HTTP" else _real_servers()
        await asyncio.gather(
            *(_clean(Client(servers.transport(name), "to clean"), servers.instant) for name in CLUSTERS)
        )
        yield servers

    def _sandbox(self) -> Servers:
        served = self._served()
        return Servers(
            transport=lambda name: HttpTransport(load_connection(name, str(served.kubeconfig))),
            log=lambda name: logged(served.log, name),
            access=served.access,
            instant=0.1,
            workload=0.6,
        )


def _real_servers() -> Servers:
    files = dict(zip(CLUSTERS, os.environ[REAL_SERVERS].split(os.pathsep), strict=True))
    logs = dict(zip(CLUSTERS, os.environ[AUDIT_LOGS].split(os.pathsep), strict=True))
    return Servers(
        transport=lambda name: HttpTransport(load_connection(file=files[name])),
        log=lambda name: audited(Path(logs[name])),
        access=lambda name: Access(Path(files[name])),
        instant=0.3,
        workload=3.0,
    )


async def _clean(client: Client, pause: float) -> None:
    """Leaves of a cluster that outlives stories only what it had at first."""
    for kind in ("ApplicationSet", "Application"):
        try:
            found = await client.list(GroupVersionKind("argoproj.io", "v1alpha1", kind))
        except UnknownKind:
            continue
        for item in found.items:
            ref = ObjectRef.of(item)
            with suppress(NotFound):
                await client.delete(ref)
                await client.patch(ref, {"metadata": {"finalizers": None}})
    await _stop_workloads(client, pause)
    namespaces = [ObjectRef("", "v1", "Namespace", "", name) for name in ("argocd", "apps", "other")]
    for ref in namespaces:
        with suppress(NotFound):
            await client.delete(ref)
    for ref in namespaces:
        while await client.find(ref) is not None:
            await asyncio.sleep(pause)
    await client.close()


async def _stop_workloads(client: Client, pause: float) -> None:
    """A namespace with pods in it is let go only after half of the time that they have to end."""
    deployments, pods = GroupVersionKind("apps", "v1", "Deployment"), GroupVersionKind("", "v1", "Pod")
    for item in (await client.list(deployments)).items:
        with suppress(NotFound):
            await client.delete(ObjectRef.of(item))
    while (await client.list(pods)).items:
        await asyncio.sleep(pause)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Real time is dear: without `EVERY_STORY`, over HTTP only the core is played."""
    if EVERY_STORY in os.environ:
        return
    left = [item for item in items if _is_over_http(item) and item.get_closest_marker("core") is None]
    config.hook.pytest_deselected(items=left)
    items[:] = [item for item in items if item not in left]


def _is_over_http(item: pytest.Item) -> bool:
    return "over HTTP" in getattr(getattr(item, "callspec", None), "params", {}).values()


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], ServedSandbox]]:
    """The served clusters that all stories share, started by the first that needs them."""
    with ExitStack() as stack:
        yield cache(lambda: stack.enter_context(serve_sandbox(tmp_path_factory.mktemp("served"), CLUSTERS)))


@pytest.fixture(params=["real servers"] if REAL_SERVERS in os.environ else ["in process", "over HTTP"])
def world(
    request: pytest.FixtureRequest, tmp_path: Path, served: Callable[[], ServedSandbox]
) -> Iterator[World]:
    yield World(request.param, tmp_path, served)


@pytest.fixture(params=["real servers"] if REAL_SERVERS in os.environ else ["over HTTP"])
def served_world(
    request: pytest.FixtureRequest, tmp_path: Path, served: Callable[[], ServedSandbox]
) -> Iterator[World]:
    """For stories of processes, which no cluster inside this one is reached by."""
    yield World(request.param, tmp_path, served)


def application(
    name: str, repository: str, path: str, *, server: str = "https://kubernetes.default.svc", **more: Any
) -> Object:
    """An Application that syncs by itself; `wave`, `policy`, `annotations`, `namespace`, `finalizer`,
    `revision`."""
    annotations = dict(more.get("annotations") or {})
    if "wave" in more:
        annotations["argocd.argoproj.io/sync-wave"] = str(more["wave"])
    metadata: Object = {"name": name, "namespace": "argocd", "annotations": annotations}
    if more.get("finalizer"):
        metadata["finalizers"] = ["resources-finalizer.argocd.argoproj.io"]
    policy = more.get(
        "policy", {"automated": {"prune": True, "selfHeal": True}, "syncOptions": ["CreateNamespace=true"]}
    )
    spec: Object = {
        "project": more.get("project", "default"),
        "source": {"repoURL": repository, "targetRevision": more.get("revision", "main"), "path": path},
        "destination": {"server": server, "namespace": more.get("namespace", "apps")},
    }
    if policy is not None:
        spec["syncPolicy"] = policy
    return {"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "metadata": metadata, "spec": spec}


def config_map(name: str, value: str = "1", **annotations: str) -> str:
    marks = "".join(
        f'\n    argocd.argoproj.io/{key.replace("_", "-")}: "{text}"' for key, text in annotations.items()
    )
    marks = f"\n  annotations:{marks}" if marks else ""
    return f'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}{marks}\ndata:\n  value: "{value}"\n'


def deployment(name: str, image: str = "shop:1", **annotations: str) -> str:
    marks = "".join(
        f'\n    argocd.argoproj.io/{key.replace("_", "-")}: "{text}"' for key, text in annotations.items()
    )
    marks = f"\n  annotations:{marks}" if marks else ""
    return f"""apiVersion: apps/v1
kind: Deployment
metadata:
  name: {name}{marks}
spec:
  replicas: 1
  selector:
    matchLabels:
      app: {name}
  template:
    metadata:
      labels:
        app: {name}
    spec:
      containers:
        - name: main
          image: {image}
          ports:
            - name: http
              containerPort: 80
            - name: metrics
              containerPort: 90
        - name: side
          image: side:1
"""


class Make:
    """The makers of objects, for tests that cannot import this module."""

    application = staticmethod(application)
    config_map = staticmethod(config_map)
    deployment = staticmethod(deployment)
    PRODUCTION = PRODUCTION
    NodeKey = NodeKey
    NotFound = NotFound


@pytest.fixture
def make() -> type[Make]:
    return Make
