"""A controller on a real kube-apiserver: `python benchmarks/first_sync.py [--applications 200]`.

Measures `argosy run` as users start it, on one cluster of real servers (tests/e2e/servers.py) that shares
the machine: the first sync of many Applications of four objects each, half a minute of rest, and hand edits;
then a bare `kubectl apply --server-side` of the same objects in the same cluster. What was asked of the
server is counted in its own audit log. Exit status 1 where a bar is missed, 0 without a measurement where
there are no servers.
"""

import argparse
import collections
import json
import os
import signal
import ssl
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from processes import Meter, cpu_seconds

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "e2e"))

import servers

FIRST_SYNC, MEMORY, REST_CPU, REVERTED = 12.0, 200.0, 0.1, 0.15
"""The bars: seconds, MiB, seconds of CPU in `REST` seconds, seconds."""
REST = 30.0
EDITS = 15
DEADLINE = 120.0
OBJECTS = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: NAME}
data: {level: info, greeting: "hello from NAME"}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: NAME}
---
apiVersion: v1
kind: Service
metadata: {name: NAME}
spec:
  selector: {app: NAME}
  ports: [{name: http, port: 80, targetPort: 8080}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: NAME}
spec:
  replicas: 1
  selector: {matchLabels: {app: NAME}}
  template:
    metadata: {labels: {app: NAME}}
    spec:
      serviceAccountName: NAME
      containers:
      - name: main
        image: registry.example.com/small:1
        ports: [{name: http, containerPort: 8080}]
        envFrom: [{configMapRef: {name: NAME}}]
"""


class Api:
    """Blocking calls to one API server, for what the benchmark itself does."""

    def __init__(self, cluster: servers.RealCluster) -> None:
        self.cluster = cluster
        self._context = ssl.create_default_context(cadata=cluster.authority.decode())
        self._context.check_hostname = False

    def open(self, method: str, path: str, body: Any = None, kind: str = "application/json") -> Any:
        """The answer, open for reading."""
        headers = {"authorization": f"Bearer {self.cluster.token}", "content-type": kind}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.cluster.server + path, data, headers, method=method)
        return urllib.request.urlopen(request, context=self._context, timeout=DEADLINE)

    def call(self, method: str, path: str, body: Any = None, kind: str = "application/json") -> Any:
        """The answer as plain data."""
        with self.open(method, path, body, kind) as answer:
            return json.loads(answer.read())


class Followed:
    """When each Application was first seen synced and healthy, by a watch."""

    def __init__(self, api: Api, count: int) -> None:
        self.settled: dict[str, float] = {}
        self.last: dict[str, tuple[str, str, str]] = {}
        self.done = threading.Event()
        self._count = count
        self._api = api
        threading.Thread(target=self._follow, daemon=True).start()

    def _follow(self) -> None:
        path = "/apis/argoproj.io/v1alpha1/namespaces/argocd/applications?watch=true"
        with self._api.open("GET", path) as answer:
            for line in answer:
                obj = json.loads(line)["object"]
                status = obj.get("status") or {}
                sync = (status.get("sync") or {}).get("status", "")
                health = (status.get("health") or {}).get("status", "")
                name = obj["metadata"]["name"]
                self.last[name] = sync, health, (status.get("operationState") or {}).get("message", "")
                if (sync, health) == ("Synced", "Healthy"):
                    self.settled.setdefault(name, time.time())
                if len(self.settled) == self._count:
                    self.done.set()


def calls(cluster: servers.RealCluster, since: float = 0.0) -> Iterator[tuple[str, str, str, int, float]]:
    """Verb, resource, agent, HTTP status and time of the calls in the audit log since a moment."""
    for entry in cluster.audited():
        received: Any = entry["stageTimestamp"]
        moment = _seconds(received)
        if moment < since:
            continue
        of: Any = entry.get("objectRef") or {}
        resource = "/".join(filter(None, (of.get("resource"), of.get("subresource")))) or "discovery"
        code: Any = (entry.get("responseStatus") or {}).get("code", 0)  # type: ignore[attr-defined]
        yield str(entry["verb"]), resource, str(entry.get("userAgent")), int(code), moment


def _seconds(text: str) -> float:
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def write_repository(folder: Path, names: list[str]) -> str:
    """A Git repository with a directory for each Application; its URL."""
    for name in names:
        (folder / "apps" / name).mkdir(parents=True)
        (folder / "apps" / name / "all.yaml").write_text(OBJECTS.replace("NAME", name))
    git = ["git", "-C", str(folder), "-c", "user.name=bench", "-c", "user.email=bench@example.com"]
    for command in (["init", "-q", "-b", "main"], ["add", "--all"], ["commit", "-q", "-m", "all"]):
        subprocess.run([*git, *command], check=True)
    return f"file://{folder}"


def application(name: str, url: str) -> dict[str, Any]:
    """An Application that syncs and heals by itself."""
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {"name": name, "namespace": "argocd"},
        "spec": {
            "project": "default",
            "source": {"repoURL": url, "targetRevision": "main", "path": f"apps/{name}"},
            "destination": {"server": "https://kubernetes.default.svc", "namespace": "apps"},
            "syncPolicy": {"automated": {"prune": True, "selfHeal": True}},
        },
    }


def prepare(api: Api, url: str, names: list[str]) -> None:
    """Our definitions, the namespaces, and the Applications."""
    import asyncio

    from argosy.clusters.client import Client
    from argosy.clusters.kubeconfig import load_connection
    from argosy.clusters.transport import HttpTransport
    from argosy.reconciler.installation import Installation
    from argosy.reconciler.installing import install

    async def work() -> None:
        client = Client(HttpTransport(load_connection(file=str(api.cluster.kubeconfig))), "management")
        await install(client, Installation("argosy", "argocd"))
        for name in ("apps", "beside"):
            await client.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
        for name in names:
            await client.create(application(name, url))
        await client.close()

    asyncio.run(work())


@contextmanager
def controller(cluster: servers.RealCluster, cache: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`argosy run`, ended at the end of the block."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment["XDG_CACHE_HOME"] = str(cache)
    command = [str(Path(sys.executable).with_name("argosy")), "run", "--allow-file-repositories"]
    if profile := os.environ.get("BENCH_PROFILE"):
        command = [sys.executable, "-m", "cProfile", "-o", profile, *command]
    process = subprocess.Popen(
        [*command, "--kubeconfig", str(cluster.kubeconfig)],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=None if os.environ.get("BENCH_VERBOSE") else subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def first_sync(
    api: Api, process: subprocess.Popen[bytes], names: list[str], start: float
) -> tuple[float, float, list[bool]]:
    """From the start of the process until everything is applied, and until all is healthy: seconds until it
    was applied, CPU seconds until the end, and which bars were kept."""
    followed = Followed(api, len(names))
    with Meter(process.pid) as meter:
        followed.done.wait(DEADLINE)
        cpu = cpu_seconds(process.pid)
    ours = [call for call in calls(api.cluster, start) if call[2].startswith("argosy/")]
    objects = ("configmaps", "serviceaccounts", "services", "deployments")
    applied = [call[4] for call in ours if call[0] == "patch" and call[1] in objects and call[3] < 300]
    took = max(applied, default=start) - start
    print(f"applied: {len(applied)} of {4 * len(names)} objects in {took:.1f} s (bar {FIRST_SYNC:g})")
    left = {name: followed.last.get(name) for name in names if name not in followed.settled}
    settled = max(followed.settled.values(), default=start) - start
    print(f"synced and healthy: {len(followed.settled)} of {len(names)} Applications in {settled:.1f} s")
    for name, what in list(left.items())[:5]:
        print(f"  not settled: {name}: {what}; {_deployment(api, name)}")
    in_all = f"{meter.peak:.0f} MiB (bar {MEMORY:g}) in {meter.processes} processes"
    print(f"CPU {cpu:.1f} s, memory at most {in_all}")
    counted = collections.Counter((verb, resource) for verb, resource, *_ in ours)
    for (verb, resource), number in counted.most_common(12):
        print(f"  {number:5} {verb} {resource}, {number / len(names):.1f} an Application")
    held = [len(applied) >= 4 * len(names) and took <= FIRST_SYNC, not left, meter.peak <= MEMORY]
    return took, cpu, held


def _deployment(api: Api, name: str) -> str:
    """What the cluster itself says of an Application that did not settle."""
    live = api.call("GET", f"/apis/apps/v1/namespaces/apps/deployments/{name}")
    found = {key: value for key, value in live.get("status", {}).items() if key != "conditions"}
    pods = api.call("GET", f"/api/v1/namespaces/apps/pods?labelSelector=app%3D{name}")["items"]
    shown = [{item["type"]: item["status"] for item in pod["status"]["conditions"]} for pod in pods]
    path = f"/apis/apps/v1/namespaces/apps/replicasets?labelSelector=app%3D{name}"
    shown += [item["status"] for item in api.call("GET", path)["items"]]
    return f"its Deployment: generation {live['metadata'].get('generation')}, {found}, pods {shown}"


def rest(api: Api, process: subprocess.Popen[bytes]) -> list[bool]:
    """What half a minute costs in which nothing happens."""
    time.sleep(5)
    start, before = time.time(), cpu_seconds(process.pid)
    time.sleep(REST)
    cpu = cpu_seconds(process.pid) - before
    asked = collections.Counter(
        f"{verb} {resource}"
        for verb, resource, agent, _, _ in calls(api.cluster, start)
        if agent.startswith("argosy/")
    )
    # The API server ends each watch after some minutes; it is taken up again.
    strange = {what: n for what, n in asked.items() if not what.startswith("watch ")}
    leases = sum(n for what, n in strange.items() if what.endswith("leases"))
    print(f"at rest: {cpu:.2f} s CPU in {REST:g} s (bar {REST_CPU:g}); asked: {dict(asked)}")
    return [cpu <= REST_CPU, sum(strange.values()) == leases <= REST / 5]


def hand_edits(api: Api, names: list[str]) -> list[bool]:
    """Seconds from the answer to an edit until the API shows it reverted, one edit after another."""
    took = []
    base = "/apis/apps/v1/namespaces/apps/deployments"
    for name in names[:EDITS]:
        path = f"{base}/{name}"
        wanted = api.call("GET", path)["spec"]["template"]["spec"]["containers"][0]["image"]
        path_watch = f"{base}?watch=true&fieldSelector=metadata.name%3D{name}"
        with api.open("GET", path_watch) as events:
            edit = {"spec": {"template": {"spec": {"containers": [{"name": "main", "image": "edited:1"}]}}}}
            events.readline()
            api.call("PATCH", path, edit, "application/strategic-merge-patch+json")
            start, edited = time.perf_counter(), False
            for line in events:
                live = json.loads(line)["object"]
                image = live["spec"]["template"]["spec"]["containers"][0]["image"]
                edited = edited or image == "edited:1"
                if edited and image == wanted:
                    break
        took.append(time.perf_counter() - start)
        time.sleep(1)
    middle, worst = statistics.median(took), max(took)
    print(
        f"{EDITS} hand edits: reverted after {middle:.3f} s (median; bar {REVERTED:g}), {worst:.3f} at most"
    )
    return [middle <= REVERTED]


def bare_kubectl(cluster: servers.RealCluster, folder: Path) -> tuple[float, float]:
    """Seconds and CPU seconds of `kubectl apply --server-side` for all objects, from one process.

    It is that of the development tools: 1.32 takes three times as long as 1.37, and thirty times the CPU.
    """
    before, start = os.times(), time.perf_counter()
    kubectl = str(Path(sys.executable).with_name("kubectl"))
    command = [kubectl, "--kubeconfig", str(cluster.kubeconfig), "apply", "--server-side", "-n", "beside"]
    subprocess.run([*command, "-R", "-f", str(folder / "apps")], check=True, stdout=subprocess.DEVNULL)
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return time.perf_counter() - start, cpu


def main() -> None:
    """Prints a line for each figure."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--applications", type=int, default=200)
    parser.add_argument("--only-sync", action="store_true")
    arguments = parser.parse_args()
    if servers.missing_binaries(servers.assets_folder()):
        print("no servers to measure on: run tests/e2e/build", file=sys.stderr)
        return
    # SIGTERM has to unwind the `with` blocks, else their folders would stay.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    names = [f"app-{number:03}" for number in range(arguments.applications)]
    kept: list[bool] = []
    with tempfile.TemporaryDirectory() as temporary, servers.RealClusters(["management"]) as real:
        folder, cluster = Path(temporary), real.clusters[0]
        api = Api(cluster)
        url = write_repository(folder / "repository", names)
        prepare(api, url, names)
        time.sleep(3)
        start = time.time()
        with controller(cluster, folder / "cache") as process:
            synced, used, held = first_sync(api, process, names, start)
            kept += held
            if not arguments.only_sync:
                kept += rest(api, process)
                kept += hand_edits(api, names)
        if not arguments.only_sync:
            took, cpu = bare_kubectl(cluster, folder / "repository")
            print(f"bare kubectl apply --server-side of the same objects: {took:.1f} s, {cpu:.1f} s CPU")
            times, more = synced / took, used / cpu
            print(f"argosy run applied them in {times:.2f} times that time, {more:.1f} times that CPU")
    sys.exit(not all(kept))


if __name__ == "__main__":
    main()
