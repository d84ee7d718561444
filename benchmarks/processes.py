"""CPU and memory of a process and all its descendants, read from /proc: for benchmarks of whole commands."""

import os
import threading
import time
from pathlib import Path
from typing import Self

__all__ = ["Meter", "cpu_seconds"]

_TICK = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
_INTERVAL = 0.1


def _family(root: int) -> list[int]:
    """The process and its descendants that live now."""
    found, left = [], [root]
    while left:
        pid = left.pop()
        found.append(pid)
        for task in Path(f"/proc/{pid}/task").glob("*/children"):
            try:
                left += [int(child) for child in task.read_text().split()]
            except OSError:
                continue
    return found


def _stat(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def cpu_seconds(root: int) -> float:
    """User and system time of the family, ended and waited-for children included."""
    ticks = 0
    for pid in _family(root):
        fields = _stat(pid)
        ticks += sum(int(fields[index]) for index in (11, 12, 13, 14)) if fields else 0
    return ticks / _TICK


def _resident(root: int) -> float:
    """MiB of all resident pages; pages that processes share count once for each."""
    pages = 0
    for pid in _family(root):
        try:
            pages += int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        except OSError:
            continue
    return pages * _PAGE / 2**20


class Meter:
    """The family's peak of memory in MiB while the `with` block runs, sampled ten times a second."""

    def __init__(self, root: int) -> None:
        self._root = root
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)
        self.peak = 0.0
        self.processes = 0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _sample(self) -> None:
        while not self._stop.is_set():
            self.peak = max(self.peak, _resident(self._root))
            self.processes = max(self.processes, len(_family(self._root)))
            time.sleep(_INTERVAL)
