"""Reads objects of one repository through one lasting `git cat-file --batch`, safe for several threads.

Knows object ids only, no paths and no revisions.
"""

import os
import select
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from argosy.sources.errors import DEADLINE, MISSING_PATH, UNKNOWN_REVISION, SourceError
from argosy.sources.git_command import start_git, stop_git

__all__ = ["ObjectReader"]

_BATCH = 64
"""Requests on the way at a time: few enough that neither pipe fills up while the other side waits."""
_LARGEST = 64 * 1024 * 1024


class ObjectReader:
    """`read` and `commit_id` answer from the object store; the process starts with the first call."""

    def __init__(self, git_dir: Path, environment: Mapping[str, str | None], *, deadline: float) -> None:
        self._git_dir = git_dir
        self._environment = environment
        self._deadline = deadline
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._buffer = b""

    def read(self, object_id: str) -> bytes:
        """The content of one object. Raises `SourceError` if it is not there."""
        return self.read_many([object_id])[0]

    def read_many(self, object_ids: Sequence[str]) -> list[bytes]:
        """The contents, in the order asked."""
        contents: list[bytes] = []
        with self._lock:
            for start in range(0, len(object_ids), _BATCH):
                chunk = object_ids[start : start + _BATCH]
                for object_id, answer in zip(chunk, self._ask(chunk), strict=True):
                    if answer is None:
                        raise SourceError(
                            f"the object {object_id} is not in the local copy of the repository",
                            code=MISSING_PATH,
                        )
                    contents.append(answer[2])
        return contents

    def commit_id(self, name: str) -> str | None:
        """The full id of a commit (or of the commit that a tag object names) given in hexadecimal.

        None if there is none. Raises `SourceError` if the short form fits several.
        """
        with self._lock:
            answer = next(iter(self._ask([f"{name}^{{commit}}"])))
        return answer[0] if answer is not None and answer[1] == "commit" else None

    def close(self) -> None:
        """Ends the process; the next call starts another."""
        with self._lock:
            self._stop()

    def _stop(self) -> None:
        process, self._process, self._buffer = self._process, None, b""
        if process is not None:
            stop_git(process)

    def _ask(self, names: Sequence[str]) -> Iterator[tuple[str, str, bytes] | None]:
        """Writes all requests, then yields each answer; on any trouble the process is given up."""
        try:
            process = self._running()
            assert process.stdin is not None
            process.stdin.write("".join(f"{name}\n" for name in names).encode())
            process.stdin.flush()
            until = time.monotonic() + self._deadline
            answers = [self._answer(process, name, until) for name in names]
        except BrokenPipeError as error:
            self._stop()
            raise SourceError("git ended while an object was read", code=MISSING_PATH) from error
        except BaseException:
            self._stop()
            raise
        return iter(answers)

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._stop()
            self._process = start_git(["cat-file", "--batch"], self._git_dir, self._environment)
        return self._process

    def _answer(
        self, process: subprocess.Popen[bytes], name: str, until: float
    ) -> tuple[str, str, bytes] | None:
        header = self._take_line(process, until).decode("utf-8", "replace")
        if header.endswith(" missing"):
            return None
        if header.endswith(" ambiguous"):
            raise SourceError(
                f"the commit id {name.partition('^')[0]} is ambiguous: several objects begin with it",
                code=UNKNOWN_REVISION,
                hint="write more digits of it",
            )
        object_id, kind, size = header.split(" ")
        if int(size) > _LARGEST:
            raise SourceError(f"a file of {int(size)} bytes is too large to be read", code=MISSING_PATH)
        return object_id, kind, self._take(process, int(size) + 1, until)[:-1]

    def _take_line(self, process: subprocess.Popen[bytes], until: float) -> bytes:
        while (end := self._buffer.find(b"\n")) < 0:
            self._buffer += self._receive(process, until)
        line, self._buffer = self._buffer[:end], self._buffer[end + 1 :]
        return line

    def _take(self, process: subprocess.Popen[bytes], size: int, until: float) -> bytes:
        parts, missing = [self._buffer], size - len(self._buffer)
        while missing > 0:
            part = self._receive(process, until)
            parts.append(part)
            missing -= len(part)
        whole = b"".join(parts)
        self._buffer = whole[size:]
        return whole[:size]

    def _receive(self, process: subprocess.Popen[bytes], until: float) -> bytes:
        assert process.stdout is not None
        ready, _, _ = select.select([process.stdout], [], [], max(0.0, until - time.monotonic()))
        if not ready:
            raise SourceError(f"git did not answer within {self._deadline:g} seconds", code=DEADLINE)
        data = os.read(process.stdout.fileno(), 1 << 18)
        if not data:
            raise BrokenPipeError
        return data
