"""The clusters that stories play on: sandboxes in this process, served ones, real ones."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from servers_of_stories import Access, ServedSandbox, audited, entries, logged
from stage_of_stories import CLUSTERS, Servers, Stage

from argosy.clusters.client import Client
from argosy.clusters.errors import NotFound, UnknownKind
from argosy.clusters.kubeconfig import load_connection
from argosy.clusters.objects import GroupVersionKind, ObjectRef
from argosy.clusters.transport import HttpTransport
from argosy.reconciler.installation import Installation
from argosy.sandbox.clock import run_virtual
from argosy.sandbox.cluster import Cluster
from argosy.sandbox.transport import InProcessTransport

REAL_SERVERS = "ARGOSY_TEST_KUBECONFIGS"
"""Two kubeconfigs of real clusters, joined like PATH: then the same tests run there."""
EVERY_STORY = "ARGOSY_TEST_EVERY_STORY"
"""Set: all stories are played over HTTP, too, not only those marked `core`. They take some minutes."""
AUDIT_LOGS = "ARGOSY_TEST_AUDIT_LOGS"
"""Their audit logs, joined alike."""


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
    await _withdraw_definitions(client, pause)
    await client.close()


async def _withdraw_definitions(client: Client, pause: float) -> None:
    """Of kinds that stories made up."""
    kind = GroupVersionKind("apiextensions.k8s.io", "v1", "CustomResourceDefinition")
    found = [ObjectRef.of(item) for item in (await client.list(kind)).items]
    for ref in (each for each in found if each.name.endswith(".example.com")):
        with suppress(NotFound):
            await client.delete(ref)
        while await client.find(ref) is not None:
            await asyncio.sleep(pause)


async def _stop_workloads(client: Client, pause: float) -> None:
    """A namespace with pods in it is let go only after half of the time that they have to end."""
    deployments, pods = GroupVersionKind("apps", "v1", "Deployment"), GroupVersionKind("", "v1", "Pod")
    for item in (await client.list(deployments)).items:
        with suppress(NotFound):
            await client.delete(ObjectRef.of(item))
    while (await client.list(pods)).items:
        await asyncio.sleep(pause)
