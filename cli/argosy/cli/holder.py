"""Names this process as the holder of a Lease, and tells of another holder whether it is surely gone.

Its successor after a crash then need not wait until the Lease has run out. Sure is only what the kernel says
of a process in the same process table; a host's name is not enough, for pods on the host's network share it.
"""

import functools
import hashlib
import os
import socket
import uuid
from pathlib import Path

__all__ = ["identity", "is_gone"]

_PROCESSES = Path("/proc")
_PARTS = 3
"""Process id, start and process table; before them the host's name, which may have dashes of its own."""


@functools.cache
def identity() -> str:
    """Who holds a lease: this process, not its successor on the same machine, nor one with the same id."""
    number = os.getpid()
    return f"{socket.gethostname()}-{number}-{_started(number) or uuid.uuid4().hex[:8]}-{_table()}"


def is_gone(holder: str) -> bool:
    """Whether a holder was a process of this machine that does not run any more."""
    parts = holder.rsplit("-", _PARTS)
    if len(parts) <= _PARTS or not parts[1].isdigit() or parts[3] != _table():
        return False
    number, start = int(parts[1]), parts[2]
    if _PROCESSES.joinpath("self").exists():
        return _started(number) != start
    if parts[0] != socket.gethostname():
        return False
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def _started(number: int) -> str:
    """When a process began, in the kernel's ticks since boot; empty where there is none, or only its
    remains that nobody has fetched yet."""
    try:
        text = (_PROCESSES / str(number) / "stat").read_text()
    except OSError:
        return ""
    # The name in parentheses may hold anything: what is meant begins behind the last one.
    fields = text.rpartition(")")[2].split()
    return "" if fields[0] in ("Z", "X") else fields[19]


@functools.cache
def _table() -> str:
    """What tells this machine's table of processes from every other one: its boot and its namespace of
    process ids. `local` where the system has neither."""
    try:
        boot = (_PROCESSES / "sys/kernel/random/boot_id").read_text()
        space = (_PROCESSES / "self/ns/pid").readlink()
    except OSError:
        return "local"
    return hashlib.sha256(f"{boot}{space}".encode()).hexdigest()[:8]
