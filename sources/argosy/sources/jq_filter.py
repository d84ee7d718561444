"""Takes fields that jq paths name out of documents, in a process that can be ended.

A jq expression can loop for ever, and a call into its library cannot be interrupted. The process starts when
it is first needed. Blocking; safe for several threads.
"""

import os
import select
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from argosy.sources.errors import DEADLINE, INVALID_SOURCE, SourceError

__all__ = ["JqFilter"]

_SECONDS = 1.0
"""How long one expression may take on one document, as in Argo CD."""
_START = 10.0
"""Seconds that the process may take to begin."""
_PASSED_ON = ("PATH", "LANG", "PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH")
"""jq shows its environment to expressions: they need not see ours."""


class JqFilter:
    """`delete` is `del(PATH)` of each path in turn."""

    def __init__(self, seconds: float = _SECONDS) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def delete(self, expressions: Sequence[str], documents: Sequence[Any]) -> list[Any]:
        """The documents without what the expressions name.

        An expression that fails on a document only, such as one that looks into what is not there, leaves
        it as it is. Raises `SourceError` where one is wrong, takes too long or gives no single result.
        """
        import msgspec

        with self._lock:
            try:
                seconds = self._seconds * max(1, len(expressions) * len(documents))
                line = self._ask(msgspec.json.encode([list(expressions), list(documents)]), seconds)
                answer = msgspec.json.decode(line)
            except (TimeoutError, OSError, msgspec.DecodeError) as error:
                self._stop()
                raise _never_ended(expressions) from error
        if "error" in answer:
            raise SourceError(answer["error"], code=INVALID_SOURCE)
        found: list[Any] = answer["documents"]
        return found

    def close(self) -> None:
        """End the process."""
        with self._lock:
            self._stop()

    def _ask(self, request: bytes, seconds: float) -> bytes:
        process = self._process
        if process is None or process.poll() is not None:
            self._stop()
            process = self._process = _start()
            _read_line(process, _START)
        assert process.stdin is not None
        process.stdin.write(request + b"\n")
        process.stdin.flush()
        return _read_line(process, seconds)

    def _stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        with suppress(ProcessLookupError):
            process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with suppress(OSError):
                    stream.close()


def _start() -> subprocess.Popen[bytes]:
    command = [sys.executable, "-P", "-m", "argosy.sources.jq_worker"]
    environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return subprocess.Popen(
        command,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _read_line(process: "subprocess.Popen[bytes]", seconds: float) -> bytes:
    assert process.stdout is not None
    ready, _, _ = select.select([process.stdout], [], [], seconds)
    if not ready:
        raise TimeoutError
    return process.stdout.readline()


def _never_ended(expressions: Sequence[str]) -> SourceError:
    shown = ", ".join(f"`{expression}`" for expression in expressions)
    return SourceError(
        f"the jq expression {shown} did not end in time, or took too much memory, and was stopped",
        code=DEADLINE,
        hint="name a field, as in `.spec.source.helm.values`",
    )
