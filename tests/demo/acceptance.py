"""Repeats every step of `argosy demo` from outside, with kubectl and git only.

Imports nothing of Argosy: what it believes, it has seen through the Kubernetes API and in Git. Run it as

    python tests/demo/acceptance.py [COMMAND …]        (default: argosy demo --keep)

It starts the command, waits for the lines `kubeconfig: …` and `repository: …`, checks the first rollout,
then edits by hand, commits, reverts, and finally ends the command and looks for what it left behind.
Exit status 0 if all of it held.
"""

import contextlib
import datetime
import itertools
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

DEADLINE = 90.0
MANAGEMENT = "management"
ENVIRONMENTS = ("dev", "staging", "production")
ON_MAIN = ("dev", "staging")
WAVE_OF = {"platform": 0, "monitoring": 1, "shop": 2, "status": 3}
"""The wave of what a namespace holds and of Applications so named, as `examples/shop/root` orders it."""

Object = dict[str, Any]


class BrokenPromiseError(AssertionError):
    """Something that the demo promises was not seen."""


def check(held: bool, claim: str) -> None:
    print(("ok    " if held else "FAIL  ") + claim, flush=True)
    if not held:
        raise BrokenPromiseError(claim)


class Kubectl:
    """The real kubectl on the kubeconfig that the demo printed."""

    def __init__(self, kubeconfig: str) -> None:
        self._kubeconfig = kubeconfig

    def run(self, context: str, *arguments: str) -> str:
        done = subprocess.run(
            ["kubectl", "--kubeconfig", self._kubeconfig, "--context", context, *arguments],
            capture_output=True,
            text=True,
            timeout=30,
        )
        if done.returncode:
            raise BrokenPromiseError(
                f"kubectl --context {context} {' '.join(arguments)}: {done.stderr.strip()}"
            )
        return done.stdout

    def get(self, context: str, *arguments: str) -> Object:
        answer: Object = json.loads(
            self.run(context, "get", *arguments, "-o", "json", "--show-managed-fields")
        )
        return answer

    def items(self, context: str, kind: str) -> list[Object]:
        items: list[Object] = self.get(context, kind, "--all-namespaces")["items"]
        return items


def until(claim: str, holds: Callable[[], bool], meanwhile: Callable[[], None] | None = None) -> None:
    """Waits until the claim holds; `meanwhile` is asked at every look and may raise."""
    end = time.monotonic() + DEADLINE
    while time.monotonic() < end:
        if meanwhile is not None:
            meanwhile()
        if holds():
            check(True, claim)
            return
        time.sleep(0.25)
    check(False, f"{claim} (waited {DEADLINE:.0f} s)")


def instant(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def image(deployment: Object) -> str:
    return str(deployment["spec"]["template"]["spec"]["containers"][0]["image"])


def applied_at(deployment: Object) -> datetime.datetime:
    """When Argosy last changed the object, by its own entry in managedFields."""
    times = [
        instant(entry["time"])
        for entry in deployment["metadata"]["managedFields"]
        if entry["operation"] == "Apply" and entry["manager"].startswith("argosy")
    ]
    if len(times) != 1:
        raise BrokenPromiseError(
            f"one Apply entry of Argosy expected on {deployment['metadata']['name']}, found {len(times)}"
        )
    return times[0]


def deployments(kubectl: Kubectl) -> dict[tuple[str, str, str], Object]:
    """Every Deployment of the shop on every cluster, by cluster, namespace and name."""
    return {
        (context, item["metadata"]["namespace"], item["metadata"]["name"]): item
        for context in (MANAGEMENT, *ENVIRONMENTS)
        for item in kubectl.items(context, "deployments")
        if item["metadata"]["namespace"] in WAVE_OF
    }


def settled(kubectl: Kubectl, revisions: dict[str, str] | None = None) -> bool:
    """Whether all Applications are Synced and Healthy, at the revisions asked for."""
    applications = kubectl.get(MANAGEMENT, "applications", "--namespace", "argocd")["items"]
    for application in applications:
        status = application.get("status", {})
        if (
            status.get("sync", {}).get("status") != "Synced"
            or status.get("health", {}).get("status") != "Healthy"
        ):
            return False
        wanted = (revisions or {}).get(application["metadata"]["name"])
        if wanted is not None and status["sync"]["revision"] != wanted:
            return False
    return bool(applications)


def in_wave_order(moments: dict[int, list[datetime.datetime]]) -> bool:
    """Whether everything of a wave comes strictly after everything of the waves before it."""
    waves = sorted(moments)
    return all(max(moments[a]) < min(moments[b]) for a, b in itertools.pairwise(waves))


def check_first_rollout(kubectl: Kubectl) -> None:
    root = kubectl.get(MANAGEMENT, "application", "root", "--namespace", "argocd")
    check(root["status"]["sync"]["status"] == "Synced", "the root Application is Synced")
    secrets = kubectl.get(
        MANAGEMENT, "secrets", "--namespace", "argocd", "--selector", "argocd.argoproj.io/secret-type=cluster"
    )["items"]
    check(len(secrets) == len(ENVIRONMENTS), f"{len(ENVIRONMENTS)} clusters are registered")
    names = {
        item["metadata"]["name"] for item in kubectl.get(MANAGEMENT, "applications", "-n", "argocd")["items"]
    }
    wanted = {"root", "status-page"} | {
        f"{name}-{environment}" for name in ("platform", "shop") for environment in ENVIRONMENTS
    }
    wanted |= {"monitoring-staging", "monitoring-production"}
    check(
        names == wanted,
        f"the {len(wanted)} Applications that Git describes exist: {', '.join(sorted(wanted))}",
    )
    until("every Application is Synced and Healthy", lambda: settled(kubectl))
    created: dict[int, list[datetime.datetime]] = {}
    for (_, namespace, _), item in deployments(kubectl).items():
        created.setdefault(WAVE_OF[namespace], []).append(instant(item["metadata"]["creationTimestamp"]))
    check(sorted(created) == [0, 1, 2, 3], "Deployments of all four waves exist")
    check(in_wave_order(created), "the first rollout created Deployments in wave order, across clusters")
    completed = completions(kubectl, "")
    check(set(completed) == wanted, "Events tell the end of each Application's sync")
    by_wave: dict[int, list[datetime.datetime]] = {}
    for name in wanted - {"root"}:
        by_wave.setdefault(WAVE_OF[name.partition("-")[0]], []).append(completed[name])
    check(in_wave_order(by_wave), "by their Events, each wave was done before the next")


def check_revert_of_hand_edits(kubectl: Kubectl) -> None:
    for arguments in (
        ("scale", "deployment", "backend", "--replicas=5"),
        ("set", "image", "deployment/backend", "backend=registry.example.com/shop/backend:by-hand"),
        ("label", "deployment", "backend", "environment=by-hand", "--overwrite"),
    ):
        before = kubectl.get("dev", "deployment", "backend", "--namespace", "shop")
        kubectl.run("dev", *arguments, "--namespace", "shop")

        def as_before(before: Object = before) -> bool:
            now = kubectl.get("dev", "deployment", "backend", "--namespace", "shop")
            return bool(
                now["spec"] == before["spec"] and now["metadata"]["labels"] == before["metadata"]["labels"]
            )

        until(f"a hand edit is reverted: kubectl {' '.join(arguments)}", as_before)
    kubectl.run("dev", "delete", "service", "backend", "--namespace", "shop")
    until(
        "a Service deleted by hand comes back",
        lambda: "backend" in kubectl.run("dev", "get", "services", "--namespace", "shop", "-o", "name"),
    )


class Repository:
    """The work tree whose pushes the controller follows."""

    def __init__(self, path: str) -> None:
        self.path = Path(path)

    def git(self, *arguments: str) -> str:
        identity = ["-c", "user.name=Newcomer", "-c", "user.email=newcomer@example.com"]
        done = subprocess.run(
            ["git", *identity, *arguments], cwd=self.path, capture_output=True, text=True, timeout=30
        )
        if done.returncode:
            raise BrokenPromiseError(f"git {' '.join(arguments)}: {done.stderr.strip()}")
        return done.stdout.strip()

    def replace(self, file: str, old: str, new: str) -> None:
        text = (self.path / file).read_text()
        check(old in text, f"{file} names {old}")
        (self.path / file).write_text(text.replace(old, new))


def on_main(revision: str) -> dict[str, str]:
    names = [f"{name}-{environment}" for name in ("platform", "shop") for environment in ON_MAIN]
    return dict.fromkeys([*names, "root", "status-page", "monitoring-staging"], revision)


def available(deployment: Object) -> bool:
    """Whether the Deployment's present generation is rolled out completely."""
    status, wanted = deployment.get("status", {}), deployment["spec"]["replicas"]
    return bool(
        status.get("observedGeneration") == deployment["metadata"]["generation"]
        and status.get("updatedReplicas") == wanted
        and status.get("availableReplicas") == wanted
    )


def never_early(kubectl: Kubectl, new_backend: str, new_gateway: str) -> None:
    """The gate, looked at while it holds: no backend is new before every gateway is new and available.

    Backends are read first, so that a gateway read later can only be further on.
    """
    backends = [kubectl.get(c, "deployment", "backend", "--namespace", "shop") for c in ON_MAIN]
    gateways = [kubectl.get(c, "deployment", "gateway", "--namespace", "platform") for c in ON_MAIN]
    if any(image(backend) == new_backend for backend in backends):
        for gateway in gateways:
            if image(gateway) != new_gateway or not available(gateway):
                raise BrokenPromiseError(
                    "a backend has the new image while a gateway, one wave earlier, is not rolled out"
                )


def check_commit_and_revert(kubectl: Kubectl, repository: Repository) -> None:
    before = deployments(kubectl)
    gateway = image(before["dev", "platform", "gateway"])
    backend = image(before["dev", "shop", "backend"])
    tag = backend.rpartition(":")[2]
    new_gateway, new_backend = gateway.rpartition(":")[0] + ":7.0.0", backend.rpartition(":")[0] + ":7.0.0"
    repository.replace("infrastructure/platform/values.yaml", gateway, new_gateway)
    repository.replace("apps/shop/kustomization.yaml", f"newTag: {tag}", "newTag: 7.0.0")
    repository.git("commit", "--all", "--message", "Change infrastructure and apps together")
    repository.git("push", "origin", "HEAD")
    revision = repository.git("rev-parse", "HEAD")
    until(
        "the commit is rolled out to dev and staging",
        lambda: settled(kubectl, on_main(revision)),
        lambda: never_early(kubectl, new_backend, new_gateway),
    )
    after = deployments(kubectl)
    check(
        all(image(after[c, "platform", "gateway"]) == new_gateway for c in ON_MAIN)
        and all(image(after[c, "shop", "backend"]) == new_backend for c in ON_MAIN),
        "dev and staging run the new images",
    )
    touched: dict[int, list[datetime.datetime]] = {}
    for key, item in after.items():
        if image(item) != image(before[key]):
            touched.setdefault(WAVE_OF[key[1]], []).append(applied_at(item))
    check(sorted(touched) == [0, 2], "the commit changed Deployments of wave 0 and of wave 2")
    check(in_wave_order(touched), "the second rollout applied them in wave order (managedFields)")
    check_events_in_order(kubectl, revision)
    check(
        all(
            after[key]["metadata"]["resourceVersion"] == before[key]["metadata"]["resourceVersion"]
            for key in after
            if key[0] == "production"
        ),
        "production, on its tag, was not touched",
    )
    repository.git("revert", "--no-edit", "HEAD")
    repository.git("push", "origin", "HEAD")
    reverted = repository.git("rev-parse", "HEAD")
    until("git revert rolls back", lambda: settled(kubectl, on_main(reverted)))
    back = deployments(kubectl)
    check(
        all(image(back[key]) == image(before[key]) for key in before),
        "every image is what it was before the commit",
    )
    check(all(back[key]["spec"] == before[key]["spec"] for key in before), "and so is every spec")


def completions(kubectl: Kubectl, revision: str) -> dict[str, datetime.datetime]:
    """When each Application's sync to a revision was done for the first time, by the Events on it."""
    done: dict[str, datetime.datetime] = {}
    for event in kubectl.get(MANAGEMENT, "events", "--namespace", "argocd")["items"]:
        subject = event.get("involvedObject") or event.get("regarding") or {}
        message = event.get("message") or event.get("note") or ""
        if (
            subject.get("kind") == "Application"
            and event["reason"] == "OperationCompleted"
            and revision[:7] in message
        ):
            moment = instant(event.get("eventTime") or event.get("firstTimestamp") or event["lastTimestamp"])
            name = str(subject["name"])
            done[name] = min(moment, done.get(name, moment))
    return done


def check_events_in_order(kubectl: Kubectl, revision: str) -> None:
    """The Events on Applications tell the same story: platform was done before shop was."""
    done = completions(kubectl, revision)
    names = {f"{name}-{environment}" for name in ("platform", "shop") for environment in ON_MAIN}
    check(names <= set(done), "Events tell the end of each sync")
    check(
        max(done[f"platform-{each}"] for each in ON_MAIN) < min(done[f"shop-{each}"] for each in ON_MAIN),
        "by their Events, wave 0 was done before wave 2",
    )


def read_lines(process: subprocess.Popen[str]) -> Iterator[str]:
    """What the process prints, until it ends or the deadline passes."""
    lines: queue.Queue[str | None] = queue.Queue()

    def pump() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            lines.put(line)
        lines.put(None)

    threading.Thread(target=pump, daemon=True).start()
    end = time.monotonic() + 2 * DEADLINE
    while time.monotonic() < end:
        with contextlib.suppress(queue.Empty):
            line = lines.get(timeout=1)
            if line is None:
                return
            yield line
    raise BrokenPromiseError("the demo did not print its kubeconfig and repository in time")


def left_behind(session: int) -> list[int]:
    """Processes of the demo's session that still live."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError):
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
                if int(fields[3]) == session and fields[0] != "Z":
                    found.append(int(folder.name))
    return found


def main(command: list[str]) -> int:
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    )
    printed: dict[str, str] = {}
    try:
        for line in read_lines(process):
            print("demo  " + line, end="", flush=True)
            name, _, value = line.strip().partition(": ")
            if name in ("kubeconfig", "repository"):
                printed[name] = value
            if len(printed) == 2:
                break
        check(len(printed) == 2, "the demo prints its kubeconfig and its repository")
        kubectl, repository = Kubectl(printed["kubeconfig"]), Repository(printed["repository"])
        check_first_rollout(kubectl)
        check_revert_of_hand_edits(kubectl)
        check_commit_and_revert(kubectl, repository)
        process.send_signal(signal.SIGINT)
        status = process.wait(30)
        check(status == 0, f"the demo ends with status 0 when interrupted (was {status})")
        end = time.monotonic() + 10
        while left_behind(process.pid) and time.monotonic() < end:
            time.sleep(0.2)
        check(not left_behind(process.pid), "no process is left behind")
    except BrokenPromiseError as failure:
        print(f"not as promised: {failure}", file=sys.stderr)
        return 1
    finally:
        if process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or ["argosy", "demo", "--keep"]))
