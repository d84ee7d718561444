"""The demo's stage: a folder, a Git repository, embedded clusters and the controller, each a real process."""

import asyncio
import contextlib
import os
import signal
import sys
import sysconfig
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from argosy.cli.demo.repository import DemoError, DemoRepository, create_repository

__all__ = ["ENVIRONMENTS", "MANAGEMENT", "Stage", "set_stage"]

MANAGEMENT = "management"
ENVIRONMENTS = ("dev", "staging", "production")
_START_DEADLINE = 30.0
_STOP_DEADLINE = 10.0


@dataclass(slots=True)
class Stage:
    """What the demo plays on. Processes end with it, in the reverse order of their start."""

    folder: Path
    repository: DemoRepository
    processes: list[asyncio.subprocess.Process] = field(default_factory=list)

    @property
    def kubeconfig(self) -> Path:
        return self.folder / "kubeconfig"

    @property
    def root_manifest(self) -> Path:
        return self.repository.work_tree / "root.yaml"

    async def argosy(self, *arguments: str) -> str:
        """Runs an `argosy` command to its end; raises `DemoError` with what it said where it fails."""
        return await self._run([sys.executable, "-m", "argosy", *arguments])

    async def kubectl(self, context: str, *arguments: str) -> str:
        """Runs the real kubectl on one of the clusters."""
        return await self._run([_kubectl(), "--context", context, *arguments])

    async def start(self, log: str, *arguments: str) -> asyncio.subprocess.Process:
        """Starts an `argosy` command that goes on; its output goes to a file of that name in the folder."""
        with (self.folder / log).open("wb") as output:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "argosy",
                *arguments,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=self._environment(),
                # A group of its own, so that Ctrl-C reaches it through us and in our order.
                process_group=0,
            )
        self.processes.append(process)
        return process

    def check_running(self) -> None:
        """Raises `DemoError` with the end of its log where one of the processes has ended."""
        for process, log in zip(self.processes, ("sandbox.log", "controller.log"), strict=False):
            if process.returncode is not None:
                tail = (self.folder / log).read_text(errors="replace").splitlines()[-12:]
                raise DemoError(f"a process of the demo ended ({log}):\n" + "\n".join(tail))

    async def stop(self) -> None:
        """Ends the processes, newest first, and waits until they are gone."""
        for process in reversed(self.processes):
            if process.returncode is not None:
                continue
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
            try:
                await asyncio.wait_for(process.wait(), _STOP_DEADLINE)
            except TimeoutError:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()

    async def _run(self, command: Sequence[str]) -> str:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=self._environment(),
            cwd=self.repository.work_tree,
        )
        try:
            output, errors = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode:
            said = (errors or output).decode(errors="replace").strip()
            raise DemoError(f"{' '.join(command[2:] if command[1] == '-m' else command)}: {said}")
        return output.decode()

    def _environment(self) -> dict[str, str]:
        return {**os.environ, "KUBECONFIG": str(self.kubeconfig), "PYTHONUNBUFFERED": "1"}


@contextlib.asynccontextmanager
async def set_stage(folder: Path, ready_after: float) -> AsyncIterator[Stage]:
    """Starts everything but the bootstrap: clusters up, registered, and the controller waiting for a root.

    `ready_after` is how many seconds a simulated Deployment takes to become available.
    """
    stage = Stage(folder, create_repository(_example(), folder))
    try:
        await stage.start(
            "sandbox.log",
            "sandbox",
            "up",
            "--clusters",
            ",".join((MANAGEMENT, *ENVIRONMENTS)),
            "--kubeconfig",
            str(stage.kubeconfig),
            "--ready-after",
            f"{ready_after}s",
        )
        await _until_written(stage)
        await stage.kubectl(MANAGEMENT, "create", "namespace", "argocd")
        for environment in ENVIRONMENTS:
            await stage.argosy(
                "cluster",
                "add",
                environment,
                "--context",
                environment,
                "--label",
                f"environment={environment}",
            )
        await stage.start(
            "controller.log", "run", "--context", MANAGEMENT, "--poll", "1s", "--allow-file-repositories"
        )
        yield stage
    finally:
        await stage.stop()


async def _until_written(stage: Stage) -> None:
    loop = asyncio.get_running_loop()
    end = loop.time() + _START_DEADLINE
    while not stage.kubeconfig.exists():
        stage.check_running()
        if loop.time() > end:
            raise DemoError(f"the embedded clusters did not start within {_START_DEADLINE:.0f} s")
        await asyncio.sleep(0.05)


def _kubectl() -> str:
    """The kubectl that came with Argosy (extra `kubectl`), else the one on PATH."""
    beside = Path(sys.executable).parent / "kubectl"
    return str(beside) if beside.exists() else "kubectl"


def _example() -> Path:
    """The shop: in `examples/` of a checkout, else among the data that the wheel installed."""
    installed = Path(sysconfig.get_path("data"), "share", "argosy")
    for folder in (*Path(__file__).resolve().parents, installed):
        candidate = folder / "examples" / "shop"
        if (candidate / "root.yaml").is_file():
            return candidate
    raise DemoError(
        "the example that the demo plays is not installed", hint="install Argosy anew, or run from a clone"
    )
