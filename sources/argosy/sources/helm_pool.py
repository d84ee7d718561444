"""A few worker processes that render charts. One that is late, too large or dead is replaced.

None is left behind.
"""

import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from argosy.sources.errors import RENDER_FAILED, SourceError
from argosy.sources.helm_limits import too_large, too_late
from argosy.sources.limited_process import OFFLINE

__all__ = ["HelmPool"]

_IDLE = 60.0
"""Seconds after which workers that nobody needed are ended: each holds about 80 MiB."""
_PASSED_ON = ("PATH", "LANG", "PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH", "HELM_C_LIB", "TMPDIR")


class HelmPool:
    """`ask` takes a worker, or starts one, or waits until one is free. Safe for several threads."""

    def __init__(self, workers: int, *, deadline: float, memory: int, scratch: Path | None) -> None:
        self._deadline = deadline
        self._memory = memory
        self._scratch = scratch
        self._free = threading.Semaphore(workers)
        self._lock = threading.Lock()
        self._idle: list[_Worker] = []
        self._timer: threading.Timer | None = None
        self._closed = False

    def ask(self, chart: str, request: Mapping[str, Any], files: Callable[[], Mapping[str, bytes]]) -> Any:
        """A worker's answer. `files` is called if the worker does not know the chart yet.

        Raises `SourceError` naming the chart if the answer takes too long or too much memory.
        """
        with self._free:
            worker = self._take()
            healthy = False
            try:
                until = time.monotonic() + self._deadline
                answer = worker.ask(request, until)
                if answer.get("need"):
                    answer = worker.ask({**request, "files": dict(files())}, until)
                healthy = True
                return answer
            except TimeoutError:
                raise too_late(chart, self._deadline) from None
            except (EOFError, BrokenPipeError):
                raise self._died(chart, worker) from None
            finally:
                self._give_back(worker, healthy)

    def close(self) -> None:
        """Ends all idle workers; busy ones end with their request."""
        with self._lock:
            self._closed = True
        self._end_idle()

    def _take(self) -> "_Worker":
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
            while self._idle:
                worker = self._idle.pop()
                if worker.is_alive():
                    return worker
                worker.stop()
        return _Worker(self._memory, self._scratch)

    def _give_back(self, worker: "_Worker", healthy: bool) -> None:
        with self._lock:
            if healthy and not self._closed:
                self._idle.append(worker)
                self._timer = threading.Timer(_IDLE, self._end_idle)
                self._timer.daemon = True
                self._timer.start()
                return
        worker.stop()

    def _end_idle(self) -> None:
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
            idle, self._idle = self._idle, []
        for worker in idle:
            worker.stop()

    def _died(self, chart: str, worker: "_Worker") -> SourceError:
        told = worker.last_words()
        if "out of memory" in told or "MemoryError" in told or "cannot allocate" in told:
            return too_large(chart, self._memory)
        reason = next((line for line in reversed(told.splitlines()[:40]) if "rror" in line), "")
        return SourceError(
            f"the process that rendered the chart in {chart} died: {reason}", code=RENDER_FAILED
        )


class _Worker:
    """One process."""

    def __init__(self, memory: int, scratch: Path | None) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="argosy-helm-", dir=scratch))
        charts = self._folder / "charts"
        charts.mkdir()
        self._errors = (self._folder / "errors").open("w+b")
        environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "argosy.sources.helm_worker", str(self._folder), str(memory)],
            cwd=charts,
            env={**environment, **OFFLINE, "HOME": str(self._folder), "GOTRACEBACK": "none"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            start_new_session=True,
        )

    def ask(self, request: Mapping[str, Any], until: float) -> dict[str, Any]:
        from argosy.sources.helm_worker import write_frame

        assert self._process.stdin is not None
        write_frame(self._process.stdin, request)
        return self._answer(until)

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def last_words(self) -> str:
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(2)
        self._errors.seek(0)
        return self._errors.read(1 << 16).decode("utf-8", "replace")

    def stop(self) -> None:
        if self._process.poll() is None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout, self._errors):
            if stream is not None:
                with suppress(OSError):
                    stream.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _answer(self, until: float) -> dict[str, Any]:
        import msgspec

        size = int.from_bytes(self._receive(4, until), "big")
        answer: dict[str, Any] = msgspec.msgpack.decode(self._receive(size, until))
        return answer

    def _receive(self, size: int, until: float) -> bytes:
        assert self._process.stdout is not None
        parts: list[bytes] = []
        while size > 0:
            ready, _, _ = select.select([self._process.stdout], [], [], max(0.0, until - time.monotonic()))
            if not ready:
                raise TimeoutError
            data = os.read(self._process.stdout.fileno(), min(size, 1 << 20))
            if not data:
                raise EOFError
            parts.append(data)
            size -= len(data)
        return b"".join(parts)
