"""Sandbox clusters in a process of their own, and what servers logged themselves: whatever kind they are."""

import ctypes
import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from argosy.sandbox.request_log import LogEntry

__all__ = [
    "Access",
    "Request",
    "ServedSandbox",
    "audited",
    "die_with_parent",
    "entries",
    "logged",
    "serve_sandbox",
]

READY_AFTER = "100ms"
"""Workloads become ready soon: these clusters live in real time."""
_PR_SET_PDEATHSIG = 1
_LINE = re.compile(r"\S+ (\S+) \d+ (\S+) (\S+) '(.*)'")


@dataclass(frozen=True, slots=True)
class Access:
    """How a process reaches a cluster."""

    kubeconfig: Path
    context: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """One request as the server's own log has it."""

    method: str
    target: str
    client: str

    @property
    def is_watch(self) -> bool:
        return self.method == "GET" and "watch=" in self.target

    @property
    def is_ours(self) -> bool:
        return self.client.startswith("argosy")

    @property
    def renews_a_lease(self) -> bool:
        return self.method == "PUT" and "/leases/" in self.target


@dataclass(frozen=True, slots=True)
class ServedSandbox:
    """Running sandbox clusters, reached through one kubeconfig with a context for each."""

    kubeconfig: Path
    log: Path

    def access(self, name: str) -> Access:
        return Access(self.kubeconfig, name)


@contextmanager
def serve_sandbox(folder: Path, names: Sequence[str]) -> Iterator[ServedSandbox]:
    """Clusters served over HTTPS by another process for as long as the block runs."""
    served = ServedSandbox(folder / "kubeconfig", folder / "requests.log")
    options = ["--kubeconfig", str(served.kubeconfig), "--log", str(served.log), "--ready-after", READY_AFTER]
    command = [sys.executable, "-m", "argosy", "sandbox", "up", "--clusters", ",".join(names), *options]
    with (folder / "output").open("w") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            preexec_fn=die_with_parent if sys.platform == "linux" else None,
        )
    try:
        deadline = time.monotonic() + 30
        while not served.kubeconfig.exists():
            assert process.poll() is None, (folder / "output").read_text()
            assert time.monotonic() < deadline, "the sandbox did not come up"
            time.sleep(0.02)
        yield served
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def die_with_parent() -> None:
    """For a child before it starts: it ends when the process that started it ends, however that is."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def entries(log: Iterable[LogEntry]) -> list[Request]:
    """The requests in the log of a cluster in this process."""
    return [Request(entry.method, entry.target, entry.user_agent) for entry in log]


def logged(log: Path, cluster: str) -> list[Request]:
    """The requests to one cluster in the log of a sandbox's process."""
    found = (_LINE.fullmatch(line) for line in log.read_text().splitlines())
    return [Request(*match.group(2, 3, 4)) for match in found if match and match.group(1) == cluster]


def audited(log: Path) -> list[Request]:
    """The requests in the audit log of a kube-apiserver; a watch stands there when it starts and again when
    it ends."""
    lines = [line for line in log.read_text().splitlines() if line.endswith("}")]
    methods = {"get": "GET", "list": "GET", "watch": "GET", "create": "POST", "update": "PUT"}
    found = []
    for event in map(json.loads, lines):
        verb = event["verb"]
        method = methods.get(verb) or {"patch": "PATCH", "delete": "DELETE"}.get(verb, verb.upper())
        found.append(Request(method, event["requestURI"], event.get("userAgent", "")))
    return found
