"""One writer a mirror, across threads and processes; what a killed writer left behind is cleared away.

The lock is the kernel's (flock), so it ends with its holder. The file names the git process group that the
holder started: git outlives a killed holder, and the next holder ends it before it touches the mirror.
"""

import fcntl
import os
import shutil
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from argosy.sources.errors import DEADLINE, SourceError

__all__ = ["MirrorLock", "clear_leftovers"]

_PAUSE = 0.02


class MirrorLock:
    """`with lock.held(): …`; inside, `note_process` records the git that was started."""

    def __init__(self, path: Path, *, deadline: float) -> None:
        self._path = path
        self._deadline = deadline
        self._threads = threading.Lock()
        self._file = -1

    @contextmanager
    def held(self) -> Iterator[None]:
        """Waits for the lock; raises `SourceError` (`deadline`) if another writer keeps it too long."""
        if not self._threads.acquire(timeout=self._deadline):
            raise self._too_long()
        try:
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                self._wait()
                self._end_orphan()
                yield
                self.note_process(0)
            finally:
                os.close(self._file)
        finally:
            self._threads.release()

    def note_process(self, process_group: int) -> None:
        """Writes down the process group that works under this lock; 0 for none."""
        text = f"{process_group} {_started_at(process_group)}" if process_group else ""
        os.pwrite(self._file, text.encode().ljust(64), 0)

    def _wait(self) -> None:
        until = time.monotonic() + self._deadline
        while True:
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                if time.monotonic() > until:
                    raise self._too_long() from None
                time.sleep(_PAUSE)

    def _end_orphan(self) -> None:
        noted = os.pread(self._file, 64, 0).decode("ascii", "replace").split()
        if len(noted) == 2 and noted[0].isdigit():
            group = int(noted[0])
            # The start time tells the orphan from a stranger that was given its number later.
            if noted[1] != "?" and _started_at(group) == noted[1]:
                with suppress(ProcessLookupError, PermissionError):
                    os.killpg(group, signal.SIGKILL)
                while _started_at(group) == noted[1]:
                    time.sleep(_PAUSE)
            self.note_process(0)

    def _too_long(self) -> SourceError:
        return SourceError(
            f"another fetch of the same repository did not end within {self._deadline:g} seconds",
            code=DEADLINE,
        )


def clear_leftovers(mirror: Path) -> None:
    """Removes lock files and unfinished packs of a killed writer. Only for the holder of the lock."""
    for name in ("HEAD.lock", "config.lock", "packed-refs.lock", "shallow.lock", "gc.pid.lock", "gc.pid"):
        (mirror / name).unlink(missing_ok=True)
    for leftover in (mirror / "refs").rglob("*.lock"):
        leftover.unlink(missing_ok=True)
    for leftover in (mirror / "objects" / "pack").glob("tmp_*"):
        leftover.unlink(missing_ok=True)
    for leftover in (mirror / "objects").glob("incoming-*"):
        shutil.rmtree(leftover, ignore_errors=True)


def _started_at(process: int) -> str:
    """When a living process started, in the kernel's ticks; '?' if there is none (or no /proc to ask)."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return "?"
    return "?" if fields[0] == "Z" else fields[19]
