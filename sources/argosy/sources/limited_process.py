"""Runs a program that is handed foreign input: a deadline, a bound on its memory, its group ended with it."""

import math
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile

__all__ = ["OFFLINE", "Finished", "find_program", "resident_bytes", "run_limited"]

OFFLINE = {
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_TERMINAL_PROMPT": "0",
    "HTTP_PROXY": "http://127.0.0.1:9",
    "HTTPS_PROXY": "http://127.0.0.1:9",
    "NO_PROXY": "",
}
"""What programs get that need no network: remote parts are found before they run; should one slip through,
there is no way out for it."""
_PAUSE = 0.02
_OUTPUT_LIMIT = 128 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Finished:
    """How a program ended. `stopped` says why it was stopped: 'deadline', 'memory', 'output' or ''."""

    status: int
    output: bytes
    errors: str
    stopped: str = ""


def find_program(*names: str) -> str | None:
    """The first of the programs that there is: on PATH, or beside this Python (wheels bring some)."""
    beside = Path(sys.executable).parent
    for name in names:
        place = shutil.which(name, path=f"{beside}{os.pathsep}{os.environ.get('PATH', os.defpath)}")
        if place is not None:
            return place
    return None


def run_limited(
    command: Sequence[str], folder: Path, *, environment: Mapping[str, str], deadline: float, memory: int
) -> Finished:
    """Runs a command; `deadline` in seconds, `memory` in resident bytes, both watched from outside.

    (A limit on address space would not do: Go reserves far more of it than it uses.)
    """
    with TemporaryFile() as output, TemporaryFile() as errors:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
            start_new_session=True,
        )
        _limit_cpu(process.pid, deadline)
        stopped = ""
        try:
            stopped = _watch(process, output.fileno(), deadline, memory)
        finally:
            if process.poll() is None:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        output.seek(0)
        errors.seek(0)
        text = errors.read(1 << 20).decode("utf-8", "replace")
        return Finished(process.returncode, output.read(_OUTPUT_LIMIT), text, stopped)


def resident_bytes(process: int) -> int:
    """The memory that a process holds now, 0 where the system does not tell."""
    try:
        fields = Path(f"/proc/{process}/statm").read_text().split()
    except OSError:
        return 0
    return int(fields[1]) * os.sysconf("SC_PAGE_SIZE")


def _limit_cpu(process: int, deadline: float) -> None:
    """Nobody watches the deadline of a process whose parent was killed: the kernel ends it (Linux only)."""
    most = math.ceil(deadline * (os.cpu_count() or 1)) + 1
    if hasattr(resource, "prlimit"):
        with suppress(ProcessLookupError):
            resource.prlimit(process, resource.RLIMIT_CPU, (most, most))


def _watch(process: subprocess.Popen[bytes], output: int, deadline: float, memory: int) -> str:
    until = time.monotonic() + deadline
    while True:
        with suppress(subprocess.TimeoutExpired):
            process.wait(_PAUSE)
            return ""
        if time.monotonic() > until:
            return "deadline"
        if resident_bytes(process.pid) > memory:
            return "memory"
        if os.fstat(output).st_size > _OUTPUT_LIMIT:
            return "output"
