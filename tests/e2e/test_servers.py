"""The real clusters do what the other tests rely on, and nothing of them is left behind."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from argosy.clusters.client import Client
from argosy.clusters.kubeconfig import load_connection
from argosy.clusters.objects import ObjectRef
from argosy.clusters.transport import HttpTransport
from argosy.reconciler.health import HealthStatus, assess

NAMESPACE = "argosy-server-tests"


def workload(kind: str, name: str, outcome: str = "") -> dict[str, Any]:
    annotations = {"argosy.test/outcome": outcome} if outcome else {}
    pod = {"metadata": {"annotations": annotations}, "spec": {"containers": [{"name": "c", "image": "c:1"}]}}
    metadata = {"name": name, "namespace": NAMESPACE}
    if kind == "Job":
        pod["spec"]["restartPolicy"] = "Never"
        spec: dict[str, Any] = {"template": pod, "backoffLimit": 0}
        return {"apiVersion": "batch/v1", "kind": kind, "metadata": metadata, "spec": spec}
    pod["metadata"]["labels"] = {"app": name}
    spec = {"selector": {"matchLabels": {"app": name}}, "template": pod, "progressDeadlineSeconds": 3}
    return {"apiVersion": "apps/v1", "kind": kind, "metadata": metadata, "spec": spec}


def run_on(kubeconfig: Path, story: Callable[[Client], Awaitable[None]]) -> None:
    async def play() -> None:
        client = Client(HttpTransport(load_connection(file=str(kubeconfig))), "real")
        namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}
        await client.apply(namespace, manager="tests", force=True)
        try:
            await story(client)
        finally:
            await client.delete(ObjectRef.of(namespace))
            while await client.find(ObjectRef.of(namespace)) is not None:
                await asyncio.sleep(0.2)
            await client.close()

    asyncio.run(play())


def test_workloads_become_healthy_or_fail_as_they_are_annotated(real_clusters: Any) -> None:
    expected = {
        ("Deployment", "works", ""): HealthStatus.HEALTHY,
        ("Deployment", "crashes", "fail"): HealthStatus.DEGRADED,
        ("Job", "completes", ""): HealthStatus.HEALTHY,
        ("Job", "fails", "fail"): HealthStatus.DEGRADED,
    }

    async def story(client: Client) -> None:
        async def becomes(value: dict[str, Any], status: HealthStatus) -> None:
            await client.apply(value, manager="tests", force=True)
            async with asyncio.timeout(60):
                while assess(await client.get(ObjectRef.of(value))).status is not status:
                    await asyncio.sleep(0.2)

        await asyncio.gather(*(becomes(workload(*made), status) for made, status in expected.items()))

    run_on(real_clusters[0].kubeconfig, story)


def test_each_cluster_has_its_own_objects_and_an_audit_log_of_its_requests(real_clusters: Any) -> None:
    one, other = real_clusters[:2]

    async def story(client: Client) -> None:
        ref = ObjectRef("", "v1", "Namespace", "", NAMESPACE)
        elsewhere = Client(HttpTransport(load_connection(file=str(other.kubeconfig))), "other")
        assert await elsewhere.find(ref) is None
        await elsewhere.close()

    run_on(one.kubeconfig, story)
    ours = [entry for entry in one.audited() if str(entry["userAgent"]).startswith("argosy/")]
    assert {entry["verb"] for entry in ours} >= {"patch", "delete", "get"}


def test_nothing_is_left_of_servers_whose_parent_is_killed(tmp_path: Path) -> None:
    script = Path(__file__).parent / "servers.py"
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    parent = subprocess.Popen([sys.executable, script, "lonely"], env=environment, stdout=subprocess.PIPE)
    assert parent.stdout is not None
    assert b"KUBECONFIGS" in parent.stdout.readline()
    children = _children(parent.pid)
    assert len(children) >= 5, children
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + 10
    while any(_is_running(child) for child in children):
        assert time.monotonic() < deadline, [child for child in children if _is_running(child)]
        time.sleep(0.1)


def test_servers_that_are_told_to_end_leave_no_process_and_no_file(tmp_path: Path) -> None:
    script = Path(__file__).parent / "servers.py"
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    told = [sys.executable, "-c", "import json, os; print(json.dumps(dict(os.environ)))"]
    done = subprocess.run(
        [sys.executable, script, "brief", "--", *told], env=environment, check=True, capture_output=True
    )
    assert Path(json.loads(done.stdout)["ARGOSY_TEST_KUBECONFIGS"]).parent.parent == tmp_path
    assert list(tmp_path.iterdir()) == []


def _children(parent: int) -> list[int]:
    found = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return [int(child) for child in found]


def _is_running(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"
