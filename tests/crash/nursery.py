"""Starts Argosy's own commands in forked children that can send themselves SIGKILL at a step.

A process of its own, so that it can import everything first: a child then costs a fork and not a second of
imports. Reads one order a line (JSON, see `_Order`) from stdin and answers with two lines: `started PID` and
`ended STATUS` (negative for a signal).

A step is a call that changes something outside the process: every write to an API server and every fetch of
a Git repository. Its name says what it does and for the how manieth time in the process, so that the same
step is found in another run. The children's code is untouched: steps are seen where calls leave the
process, at the HTTP transport and at `Repositories.fetch`.
"""

import asyncio
import faulthandler
import json
import os
import random
import signal
import sys
import tempfile
import threading
import traceback
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ending import end_with_parent

import argosy.cli.controlling
import argosy.cli.leading
import argosy.cli.run_command
import argosy.cli.syncing
from argosy.cli.main import main
from argosy.clusters.transport import HttpTransport
from argosy.sources.git import Repositories

_WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})


@dataclass(frozen=True, slots=True)
class _Order:
    """What a child does. Without `cut` it is not killed."""

    command: list[str]
    """Arguments of `argosy`, or `pass CONTEXT`: one whole pass of a fresh controller."""
    environment: Mapping[str, str]
    servers: Mapping[str, str]
    """The name of each cluster by its address."""
    output: str
    """The file for what it prints."""
    steps: str
    """The file for the names of its steps, one a line, in the order of their beginning."""
    cut: str = ""
    """The name of the step at which it is killed, or its number, counted from 1."""
    after: bool = False
    """Killed when the step's answer came, else before it is asked."""
    done: tuple[str, ...] = ()
    """The names of the steps that were done before it was started: the count goes on from there."""


class _Steps:
    """Counts and records steps; kills at the one that was ordered."""

    def __init__(self, order: _Order) -> None:
        self._order = order
        self._file = Path(order.steps).open("w", buffering=1)  # noqa: SIM115 - open until the process is killed
        self._seen = Counter(name.rpartition(" #")[0] for name in order.done)
        self._number = 0
        self._lock = threading.Lock()

    def begin(self, what: str) -> bool:
        """Whether the process has to die when the step is over; it does not return where it dies before."""
        with self._lock:
            self._seen[what] += 1
            self._number += 1
            name = f"{what} #{self._seen[what]}"
            self._file.write(f"{name}\n")
            if self._order.cut not in (name, str(self._number)):
                return False
            if not self._order.after:
                die()
            return True


def die() -> None:
    """As the kernel's out-of-memory killer would do it."""
    os.kill(os.getpid(), signal.SIGKILL)


def _name(cluster: str, method: str, target: str, body: bytes | None) -> str:
    """What a write does, in a way that is the same in every run."""
    path = target.partition("?")[0]
    if "/events" in path:
        # The names of Events are random.
        return f"{cluster} {method} {path.partition('/events')[0]}/events/*"
    value = json.loads(body) if body else {}
    if method == "POST":
        return f"{cluster} POST {path}/{value['metadata'].get('name', '*')}"
    if method == "PATCH" and "apiVersion" not in value:
        return f"{cluster} PATCH {path} {'+'.join(sorted(key for key in value if key != 'metadata'))}"
    return f"{cluster} {method} {path}"


def _watch_steps(order: _Order) -> None:
    steps = _Steps(order)
    request, fetch = HttpTransport.request, Repositories.fetch

    async def watched_request(
        self: HttpTransport, method: str, target: str, headers: Mapping[str, str], body: bytes | None
    ) -> tuple[int, Mapping[str, str], bytes]:
        if method not in _WRITES or "dryRun=" in target:
            return await request(self, method, target, headers, body)
        cluster = order.servers[self._connection.server.rstrip("/")]
        dies = steps.begin(_name(cluster, method, target, body))
        answer = await request(self, method, target, headers, body)
        if dies:
            die()
        return answer

    def watched_fetch(self: Repositories, url: str) -> None:
        dies = steps.begin("git fetch")
        fetch(self, url)
        if dies:
            die()

    HttpTransport.request = watched_request  # type: ignore[method-assign]
    Repositories.fetch = watched_fetch  # type: ignore[method-assign]


async def _one_pass(context: str) -> None:
    """A controller that starts from nothing, looks at everything once and ends."""
    target = argosy.cli.controlling.Target(context=context, allow_file_repositories=True, poll=0.0)
    client = argosy.cli.controlling.management_client(target)
    try:
        await argosy.cli.leading.prepare(client, target)
        async with argosy.cli.controlling.controlling(target, client, lambda told: print(told)) as controller:
            await controller.start()
            # Quiet means: nothing to do now, nor for a while after the last pass.
            while True:
                await controller.idle()
                controller.changed.clear()
                try:
                    await asyncio.wait_for(controller.changed.wait(), 0.5)
                except TimeoutError:
                    if not controller.busy:
                        return
    finally:
        await client.close()


def _run(order: _Order) -> int:
    os.setsid()
    end_with_parent()
    output = os.open(order.output, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for number, file in ((0, nothing), (1, output), (2, output)):
        os.dup2(file, number)
    os.environ.update(order.environment)
    tempfile.tempdir = None  # found anew, in the environment
    random.seed()
    print(f"--- {datetime.now(UTC):%H:%M:%S.%f} {order.command} {order.cut} {order.after}", flush=True)
    # What a process did that hangs, where it is asked before it is killed.
    faulthandler.register(signal.SIGUSR1)
    _watch_steps(order)
    if order.command[0] == "pass":
        asyncio.run(_one_pass(order.command[1]))
        return 0
    sys.argv = ["argosy", *order.command]
    main()
    return 0


def _child(run: Callable[[], int]) -> None:
    status = 70
    try:
        status = run()
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    except Exception:  # noqa: BLE001  # whatever it is, the child ends here
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        os._exit(status)


def _serve() -> None:
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    for line in sys.stdin:
        values: dict[str, Any] = json.loads(line)
        order = _Order(**values)
        child = os.fork()
        if child == 0:
            _child(lambda order=order: _run(order))  # type: ignore[misc]
        answers.write(f"started {child}\n")
        _, status = os.waitpid(child, 0)
        answers.write(f"ended {os.waitstatus_to_exitcode(status)}\n")


if __name__ == "__main__":
    end_with_parent()
    _serve()
