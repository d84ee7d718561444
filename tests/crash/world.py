"""A world to be killed in: the demo's repository and its four clusters, served over HTTPS by this process."""

import asyncio
import base64
import json
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from comparison import Object, comparable, differences, place_of, versions
from ending import end_with_parent

from argosy.cli.demo.repository import DemoRepository, create_repository
from argosy.cli.demo.stage import ENVIRONMENTS, MANAGEMENT
from argosy.clusters.client import Client
from argosy.clusters.connection import Tls
from argosy.clusters.secrets import ClusterConfig, RegisteredCluster, to_secret
from argosy.sandbox.cluster import Cluster
from argosy.sandbox.outcomes import WorkloadSettings
from argosy.sandbox.server import serve
from argosy.sandbox.settings import Settings
from argosy.sandbox.transport import InProcessTransport

HERE = Path(__file__).parent
EXAMPLE = HERE.parent.parent / "examples" / "shop"
EDITS = (
    ("infrastructure/platform/values.yaml", "gateway:1.0.0", "gateway:2.0.0"),
    ("apps/shop/kustomization.yaml", "newTag: 1.0.0", "newTag: 2.0.0"),
)
QUICK = Settings(
    workloads=WorkloadSettings(ready_after=0.1, job_after=0.1),
    definition_delay=0.05,
    log_kept=1_000_000,
)


class WalkError(AssertionError):
    """A promise was broken."""


class Nursery:
    """The process that starts Argosy's commands in children that can be killed; one at a time."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def start(self, order: Mapping[str, Any]) -> "Child":
        """Starts a child."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        pid = int(await self._answer("started"))
        return Child(pid, asyncio.create_task(self._ended()), Path(order["steps"]))

    async def _ended(self) -> int:
        return int(await self._answer("ended"))

    async def _answer(self, word: str) -> str:
        assert self._process.stdout is not None
        line = (await self._process.stdout.readline()).decode().split()
        if len(line) != 2 or line[0] != word:
            raise WalkError(f"the nursery ended: {line}")
        return line[1]


@dataclass(frozen=True, slots=True)
class Child:
    """A running command."""

    pid: int
    end: asyncio.Task[int]
    file: Path

    async def ended(self, within: float = 90.0) -> int:
        """Waits for its end: its exit status, negative for a signal. What does not end is killed."""
        await asyncio.wait({self.end}, timeout=within)
        if not self.end.done():
            self.signal(signal.SIGUSR1)  # it tells where it hangs
            await asyncio.sleep(0.5)
            self.signal(signal.SIGKILL)
            await self.end
            raise WalkError(f"a process did not end within {within:.0f} s")
        return self.end.result()

    def signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def steps(self) -> list[str]:
        """The names of the steps that it began."""
        return self.file.read_text().splitlines() if self.file.exists() else []


@asynccontextmanager
async def nursery() -> AsyncIterator[Nursery]:
    """A nursery until the context ends."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(HERE / "nursery.py"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield Nursery(process)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()


@dataclass(slots=True)
class Repository:
    """The demo's repository with its three commits, of which the origin shows as many as it should."""

    repository: DemoRepository
    commits: list[str] = field(default_factory=list)

    @classmethod
    def make(cls, folder: Path) -> "Repository":
        repository = create_repository(EXAMPLE, folder)
        commits = [repository.git("rev-parse", "HEAD")]
        for file, old, new in EDITS:
            repository.replace(file, old, new)
        commits.append(repository.commit_and_push("Change infrastructure and apps together"))
        commits.append(repository.revert_and_push())
        return cls(repository, commits)

    def show(self, commit: int) -> None:
        """Has the origin's main at this commit."""
        self.repository.git("push", "--quiet", "--force", "origin", f"{self.commits[commit]}:refs/heads/main")


class World:
    """Four clusters, of which nothing is installed or applied yet but the registered clusters' Secrets."""

    def __init__(
        self, folder: Path, repository: Repository, clusters: Mapping[str, Cluster], kubeconfig: Path
    ) -> None:
        self.folder = folder
        self.repository = repository
        self.clusters = clusters
        self.kubeconfig = kubeconfig
        contexts = json.loads(kubeconfig.read_text())["clusters"]
        self.servers = {item["cluster"]["server"]: item["name"] for item in contexts}
        self.words = {
            repository.repository.url: "<repository>",
            **{commit: f"<commit {number}>" for number, commit in enumerate(repository.commits)},
            **{commit[:8]: f"<commit {number}>" for number, commit in enumerate(repository.commits)},
            **{server: f"https://{name}" for server, name in self.servers.items()},
        }
        self._files = 0

    def order(
        self, *command: str, cut: str = "", after: bool = False, done: Sequence[str] = ()
    ) -> dict[str, Any]:
        """An order for the nursery."""
        self._files += 1
        return {
            "command": list(command),
            "environment": self._environment,
            "servers": self.servers,
            "output": str(self.output),
            "steps": str(self.folder / f"steps-{self._files}"),
            "cut": cut,
            "after": after,
            "done": list(done),
        }

    async def start(self, *command: str) -> Child:
        """Starts Argosy as a user does; it tells no steps."""
        with self.output.open("ab") as output:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "argosy",
                *command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env={**os.environ, **self._environment},
                start_new_session=True,
                preexec_fn=end_with_parent,
            )
        return Child(process.pid, asyncio.create_task(process.wait()), self.folder / "none")

    async def alone(self, child: Child) -> None:
        """Waits until nothing is left of a process that ended: what it started ends with it."""
        for _ in range(100):
            left = [found for found in _processes() if found[1] == child.pid and found[2] != "Z"]
            if not left:
                return
            await asyncio.sleep(0.05)
        raise WalkError(f"{len(left)} processes outlived the one that had started them")

    @property
    def _environment(self) -> dict[str, str]:
        return {
            "KUBECONFIG": str(self.kubeconfig),
            "XDG_CACHE_HOME": str(self.folder / "cache"),
            # Who is killed cannot clean up.
            "TMPDIR": str(self.folder),
        }

    @property
    def output(self) -> Path:
        return self.folder / "output"

    def objects(self) -> dict[str, list[Object]]:
        """Everything that the clusters hold."""
        return {
            name: [
                item.object
                for resource in cluster.state.store.resources()
                for item in cluster.state.store.items(resource)
            ]
            for name, cluster in self.clusters.items()
        }

    def comparable(self) -> dict[str, str]:
        return comparable(self.objects(), self.words)

    def versions(self) -> dict[str, str]:
        return versions(self.objects())

    def identities(self) -> dict[str, str]:
        """The uid of everything that only a deletion takes away (Pods come and go with a rollout)."""
        return {
            place_of(name, value): str(value["metadata"]["uid"])
            for name, objects in self.objects().items()
            for value in objects
            if value["kind"] not in ("Pod", "Event", "EndpointSlice")
        }

    def deletions(self) -> list[str]:
        """What was asked to be deleted, by anybody."""
        return [
            str(entry)
            for cluster in self.clusters.values()
            for entry in cluster.log
            if entry.method == "DELETE" and "dryRun=" not in entry.target
        ]

    def settled_at(self, commit: int) -> bool:
        """Whether all ten Applications are synced and healthy, those on main at this commit."""
        applications = [
            item.object
            for item in self.clusters[MANAGEMENT].state.store.items(("argoproj.io", "applications"))
        ]
        return len(applications) == 10 and all(
            _is_settled(item, self.repository.commits[commit]) for item in applications
        )

    async def at_rest(self, done: Callable[[], bool], within: float = 90.0) -> bool:
        """Waits until it is done and no object has changed for a while."""
        loop = asyncio.get_running_loop()
        end = loop.time() + within
        since, before = loop.time(), self._written()
        while loop.time() < end:
            await asyncio.sleep(0.03)
            now = self._written()
            if now != before:
                since, before = loop.time(), now
            elif loop.time() - since > 0.4 and done():
                return True
        return False

    def _written(self) -> tuple[int, ...]:
        return tuple(cluster.state.store.version for cluster in self.clusters.values())

    def tail(self) -> str:
        """The end of what the children printed."""
        text = self.output.read_text(errors="replace") if self.output.exists() else ""
        return "\n".join(text.splitlines()[-90:])


def _processes() -> Iterator[tuple[int, int, str]]:
    """Id, group and state of every process."""
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with suppress(OSError):
                state, _, group = (folder / "stat").read_text().rpartition(")")[2].split()[:3]
                yield int(folder.name), int(group), state


def _is_settled(application: Object, commit: str) -> bool:
    status = application.get("status") or {}
    sync, source = status.get("sync") or {}, application["spec"]["source"]
    return (
        sync.get("status") == "Synced"
        and (status.get("health") or {}).get("status") == "Healthy"
        and (source.get("targetRevision") != "main" or sync.get("revision") == commit)
        and (status.get("operationState") or {}).get("phase") == "Succeeded"
    )


@asynccontextmanager
async def make_world(folder: Path, repository: Repository) -> AsyncIterator[World]:
    """A world until the context ends."""
    place = Path(tempfile.mkdtemp(prefix="world-", dir=folder))
    kubeconfig = place / "kubeconfig"
    repository.show(0)
    try:
        async with serve((MANAGEMENT, *ENVIRONMENTS), kubeconfig, settings=QUICK) as clusters:
            world = World(place, repository, clusters, kubeconfig)
            await _register(world)
            yield world
    finally:
        shutil.rmtree(place)


async def _register(world: World) -> None:
    client = Client(InProcessTransport(world.clusters[MANAGEMENT]), MANAGEMENT)
    config = json.loads(world.kubeconfig.read_text())
    token = config["users"][0]["user"]["token"]
    await client.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "argocd"}})
    for item in config["clusters"]:
        if item["name"] == MANAGEMENT:
            continue
        authority = base64.b64decode(item["cluster"]["certificate-authority-data"])
        cluster = RegisteredCluster(
            item["name"],
            item["cluster"]["server"],
            ClusterConfig(tls=Tls(authority=authority), bearer_token=token),
            labels={"environment": item["name"]},
            secret_name=f"cluster-{item['name']}",
        )
        await client.create(to_secret(cluster, "argocd"))
    await client.close()


def require_same(world: World, expected: Mapping[str, str], about: str) -> None:
    """Raises `WalkError` with what differs."""
    if lines := differences(expected, world.comparable()):
        raise WalkError(f"{about}: objects are not those of the uninterrupted run\n" + "\n".join(lines))


def require_none(found: Iterable[str], about: str) -> None:
    """Raises `WalkError` with what was found."""
    if lines := list(found):
        raise WalkError(about + "\n" + "\n".join(lines))
