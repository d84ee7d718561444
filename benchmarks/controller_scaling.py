"""How the controller's CPU grows with the number of Applications: `python benchmarks/controller_scaling.py`.

First sync of 250 to 2,000 Applications of one ConfigMap each under a root that renders them, in process on a
sandbox and under its clock, then a change of one object of each, each count in a process of its own. What an
Application takes must not grow with their number. Exit status 1 where it more than doubles.
"""

import argparse
import asyncio
import json
import random
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from first_sync import application

from argosy.clusters.client import Client
from argosy.clusters.objects import GroupVersionKind
from argosy.reconciler.controller import Controller, Effects, Options
from argosy.reconciler.installation import Installation
from argosy.reconciler.installing import install
from argosy.reconciler.source_rendering import SourceRendering
from argosy.sandbox.clock import START_OF_TIME, run_virtual
from argosy.sandbox.cluster import Cluster
from argosy.sandbox.transport import InProcessTransport
from argosy.sources.git import Repositories
from argosy.sources.git_url import NETWORK_PROTOCOLS, Protocol
from argosy.sources.rendering import Renderer

COUNTS = (250, 500, 1_000, 2_000)
INSTALLATION = Installation("argosy", "argocd")
GIT = ("-c", "user.name=bench", "-c", "user.email=bench@example.com")


def commit(folder: Path, names: list[str], value: str) -> None:
    """The root's Applications in two waves, and an object for each."""
    url = f"file://{folder}"
    for number, name in enumerate(names):
        child = application(name, url)
        child["metadata"]["annotations"] = {"argocd.argoproj.io/sync-wave": str(number % 2)}
        text = f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\ndata: {{value: '{value}'}}\n"
        for path, content in ((f"apps/{name}/all.yaml", text), (f"root/{name}.yaml", json.dumps(child))):
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(content)
    for command in (["add", "--all"], ["commit", "-q", "-m", value]):
        subprocess.run(["git", "-C", str(folder), *GIT, *command], check=True)


async def all_settled(controller: Controller, client: Client, count: int, value: str) -> None:
    """Waits until every Application is synced and healthy and every object has the value."""
    while True:
        await asyncio.sleep(1.0)
        await controller.idle()
        found = (await client.list(GroupVersionKind("argoproj.io", "v1alpha1", "Application"))).items
        states = [((item.get("status") or {}).get("sync") or {}).get("status") for item in found]
        objects = (await client.list(GroupVersionKind("", "v1", "ConfigMap"))).items
        current = [item for item in objects if item.get("data", {}).get("value") == value]
        if states.count("Synced") == count + 1 and len(current) == count:
            return


async def story(folder: Path, count: int) -> list[float]:
    """CPU seconds of the first sync and of the second commit."""
    names = [f"app-{number:04}" for number in range(count)]
    source = folder / "repository"
    subprocess.run(["git", "init", "-q", "-b", "main", str(source)], check=True)
    commit(source, names, "1")
    cluster = Cluster("management")
    client = Client(InProcessTransport(cluster), "management")
    await install(client, INSTALLATION)
    await client.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "apps"}})
    root: dict[str, Any] = application("root", f"file://{source}")
    root["spec"]["source"]["path"] = "root"
    await client.create(root)
    repositories = Repositories(folder / "mirrors", protocols=NETWORK_PROTOCOLS | {Protocol.FILE})
    renderer = Renderer(parallel=1)
    loop = asyncio.get_running_loop()

    def unconnected(_secret: object) -> Client:
        raise NotImplementedError("there is one cluster only")

    effects = Effects(
        management=Client(InProcessTransport(cluster), "management"),
        connect=unconnected,
        repositories=repositories,
        render=SourceRendering(repositories, renderer, INSTALLATION.namespace),
        now=lambda: START_OF_TIME + timedelta(seconds=loop.time()),
        chance=random.Random(7).random,
        tell=lambda _told: None,
    )
    took = []
    try:
        async with Controller(INSTALLATION, effects, Options(poll=0)) as controller:
            before = time.process_time()
            await controller.start()
            await all_settled(controller, client, count, "1")
            took.append(time.process_time() - before)
            commit(source, names, "2")
            before = time.process_time()
            await controller.refresh()
            await all_settled(controller, client, count, "2")
            took.append(time.process_time() - before)
    finally:
        renderer.close()
        repositories.close()
        await cluster.close()
    return took


def measure(count: int) -> None:
    """Prints the CPU seconds; runs in a process of its own."""
    with tempfile.TemporaryDirectory() as name:
        print(json.dumps(run_virtual(story(Path(name), count))))


def main() -> None:
    """Prints a line for each count."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--counts", type=int, nargs="*", default=COUNTS)
    parser.add_argument("--measure", type=int)
    arguments = parser.parse_args()
    if arguments.measure:
        measure(arguments.measure)
        return
    each: list[tuple[float, ...]] = []
    for count in arguments.counts:
        command = [sys.executable, __file__, "--measure", str(count)]
        answer = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        took = json.loads(answer)
        each.append(tuple(seconds / count * 1000 for seconds in took))
        told = ", ".join(
            f"{what} {seconds:.1f} s CPU ({milliseconds:.1f} ms each)"
            for what, seconds, milliseconds in zip(("first sync", "a commit"), took, each[-1], strict=True)
        )
        print(f"{count:>6,} Applications, sandbox included: {told}", flush=True)
    grown = [last / first for first, last in zip(each[0], each[-1], strict=True)]
    shown = " and ".join(f"{times:.2f}" for times in grown)
    print(f"an Application takes {shown} times as much among the most as among the least")
    sys.exit(max(grown) > 2.0)


if __name__ == "__main__":
    main()
