"""What the controller says of wrong input: a folder a case in `fixtures/controller`.

    repo/           a Git repository, with one healthy Application beside what is wrong
    root.yaml       the root Application, applied before
    objects.yaml    what else there is in the management cluster before (may be missing)
    arguments       more arguments of `argosy sync` (may be missing)
    expected.txt    what every Application and ApplicationSet says of itself after `argosy sync`, and what
                    that command printed

Each case has a sandbox cluster of its own, over HTTPS, and runs the command as a process. The address
`https://git.example.com/org/repo.git` stands for the repository. `pytest --rewrite-golden` writes
`expected.txt` anew: look at the difference before you commit it.
"""

import asyncio
import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from served_sandbox import served

from argosy.clusters.client import Client
from argosy.clusters.kubeconfig import load_connection
from argosy.clusters.transport import HttpTransport
from argosy.reconciler.installation import Installation
from argosy.reconciler.installing import install

FIXTURES = Path(__file__).parent.parent / "fixtures" / "controller"
CASES = sorted(FIXTURES.iterdir())
URL = "https://git.example.com/org/repo.git"
PROGRESS = re.compile(r"^[! ] +\d+\.\ds  .*\n", re.MULTILINE)


class Play:
    """Cases on one sandbox process, each with its own cluster."""

    def __init__(self, folder: Path, kubeconfig: Path, repositories: Any) -> None:
        self._folder = folder
        self._kubeconfig = kubeconfig
        self._repositories = repositories

    def outcome(self, case: Path) -> str:
        """The text that the golden file holds."""
        folder = self._folder / case.name
        repository = self._repositories.make(folder / "repo", self._put(folder, case / "repo"))
        root = self._put(folder, case / "root.yaml")
        asyncio.run(self._install(case.name))
        objects = [case / "objects.yaml"] if (case / "objects.yaml").exists() else []
        for given in [*objects, root]:
            self._kubectl(case, "apply", "--server-side", "-f", str(given))
        file = case / "arguments"
        more = shlex.split(file.read_text()) if file.exists() else []
        sync = self._argosy(case, "sync", *more)
        found = (
            f"{self._states(case)}--- argosy sync: stdout\n{sync.stdout}"
            f"--- stderr\n{PROGRESS.sub('', sync.stderr)}--- exit status {sync.returncode}\n"
        )
        found = found.replace(f"file://{repository}", URL)
        found = found.replace(self._repositories.git(repository, "rev-parse", "HEAD")[:12], "<commit>")
        assert str(folder) not in found
        return found

    def _put(self, folder: Path, source: Path) -> Path:
        """A copy below `folder` in which the repository's address is its real one."""
        target = folder / "written" / source.name
        for file in [source] if source.is_file() else source.rglob("*"):
            copy = target if file == source else target / file.relative_to(source)
            if file.is_file():
                copy.parent.mkdir(parents=True, exist_ok=True)
                copy.write_text(file.read_text().replace(URL, f"file://{folder / 'repo'}"))
        return target

    async def _install(self, context: str) -> None:
        client = Client(HttpTransport(load_connection(context, str(self._kubeconfig))), context)
        try:
            await install(client, Installation("argosy", "argocd"))
        finally:
            await client.close()

    def _argosy(self, case: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
        where = ["--context", case.name, "--kubeconfig", str(self._kubeconfig)]
        fixed = [*where, "--allow-file-repositories", "--timeout", "60s"]
        command = [sys.executable, "-m", "argosy", arguments[0], *fixed, *arguments[1:]]
        environment = os.environ | {"XDG_CACHE_HOME": str(self._folder / case.name / "cache")}
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=180)

    def _kubectl(self, case: Path, *arguments: str) -> str:
        program = Path(sys.executable).parent / "kubectl"
        where = ["--kubeconfig", str(self._kubeconfig), "--context", case.name]
        return subprocess.run(
            [str(program), *where, *arguments], check=True, capture_output=True, text=True
        ).stdout

    def _states(self, case: Path) -> str:
        kinds = "applications.argoproj.io,applicationsets.argoproj.io"
        items = json.loads(self._kubectl(case, "get", kinds, "--namespace", "argocd", "-o", "json"))["items"]
        return "".join(_state(item) for item in items)


def _state(item: dict[str, Any]) -> str:
    """Sync, health and conditions as the object's status says."""
    status = item.get("status") or {}
    head = f"{item['kind']} {item['metadata']['name']}"
    if item["kind"] == "Application":
        sync, health = status.get("sync") or {}, status.get("health") or {}
        head += f": {sync.get('status')}, {health.get('status')}"
        operation = status.get("operationState") or {}
        if operation and operation["phase"] != "Succeeded":
            head += f"\n  operation {operation['phase']}: {operation.get('message')}"
    lines = [head]
    for condition in status.get("conditions") or ():
        reason = f"={condition['status']} ({condition['reason']})" if "reason" in condition else ""
        lines.append(f"  {condition['type']}{reason}: {condition['message']}")
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def outcomes(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, repositories: Any
) -> Iterator[dict[str, "Future[str]"]]:
    """The cases that were asked for, a few at a time: most of their time is waiting."""
    folder = tmp_path_factory.mktemp("controller")
    wanted = {
        item.callspec.params["case"]
        for item in request.session.items
        if item.path == request.path and isinstance(item, pytest.Function)
    }
    clusters = ",".join(sorted(case.name for case in wanted))
    with served(folder, "--clusters", clusters, "--ready-after", "0s") as (kubeconfig, _):
        pool = ThreadPoolExecutor(4)
        try:
            play = Play(folder, kubeconfig, repositories)
            yield {case.name: pool.submit(play.outcome, case) for case in sorted(wanted)}
        finally:
            pool.shutdown(cancel_futures=True)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_controller_says_what_its_golden_file_says(
    case: Path, outcomes: "dict[str, Future[str]]", golden: Callable[[Path, str], None]
) -> None:
    found = outcomes[case.name].result()
    assert "Application good: Synced, Healthy\n" in found
    golden(case / "expected.txt", found)
