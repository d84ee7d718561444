"""The real commands, each in a process of its own that writes into one folder only."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from servers_of_stories import Access, die_with_parent

__all__ = ["ArgosyProcesses"]


class ArgosyProcesses:
    """Starts `argosy` on one cluster. All that it writes anywhere is below `folder`."""

    def __init__(self, folder: Path, access: Access, installation: str) -> None:
        self.folder = folder
        self.cache = folder / "cache"
        self.temporary = folder / "temporary"
        self.outputs = folder / "outputs"
        for made in (self.cache, self.temporary, self.outputs):
            made.mkdir(parents=True)
        self._options = ["--kubeconfig", str(access.kubeconfig), "--installation", installation]
        if access.context:
            self._options += ["--context", access.context]
        self._environment = {
            **os.environ,
            "HOME": str(folder),
            "XDG_CACHE_HOME": str(self.cache),
            "TMPDIR": str(self.temporary),
        }
        self._number = 0

    def command(self, name: str, *arguments: str, timeout: float = 60.0) -> int:
        """Runs a command to its end; its exit status. What it printed stands in `outputs`."""
        with self._started(name, *arguments) as (process, _):
            return process.wait(timeout)

    @contextmanager
    def run(self, *arguments: str) -> Iterator[None]:
        """`argosy run`, from when it reconciles until the block ends; then it has to end when told to."""
        with self._started("run", "--allow-file-repositories", *arguments) as (process, errors):
            deadline = time.monotonic() + 60
            while "reconciling the Applications" not in errors.read_text():
                assert process.poll() is None, errors.read_text()
                assert time.monotonic() < deadline, errors.read_text()
                time.sleep(0.05)
            yield
            assert process.poll() is None, errors.read_text()
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) == 0, errors.read_text()

    def printed(self) -> str:
        """What all of them printed so far."""
        return "".join(path.read_text() for path in sorted(self.outputs.iterdir()))

    @contextmanager
    def _started(self, name: str, *arguments: str) -> Iterator[tuple["subprocess.Popen[bytes]", Path]]:
        self._number += 1
        output, errors = (self.outputs / f"{self._number}-{name}.{kind}" for kind in ("out", "err"))
        with output.open("wb") as out, errors.open("wb") as err:
            process = subprocess.Popen(
                [sys.executable, "-m", "argosy", name, *arguments, *self._options],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                env=self._environment,
                preexec_fn=die_with_parent if sys.platform == "linux" else None,
            )
        try:
            yield process, errors
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
