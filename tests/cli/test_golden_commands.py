"""Commands as users call them: a folder a case in `fixtures/COMMAND`.

    repo/           where one stands, committed; its remote is https://git.example.com/org/repo.git
    folder/         instead of it: a folder that lies in no repository
    arguments       the command's arguments, a line for each call (one without, if the file is missing)
    services.yaml   services that it asks (see `case_services`; may be missing)
    objects.yaml    what a cluster of its own holds, the one of KUBECONFIG's context (may be missing)
    programs        the only programs there are, one a line; no library that renders charts (may be missing)
    expected.txt    stdout, stderr and the exit status of every call

In files of the case, `<3 days ago>` stands for that time. `pytest --rewrite-golden` writes `expected.txt`
anew: look at the difference before you commit it.
"""

import re
import shlex
import shutil
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from bare_machine import bare_machine
from case_services import services_of
from served_sandbox import kubectl, served

from argosy.cli.main import COMMANDS, main

FIXTURES = Path(__file__).parent.parent / "fixtures"
CASES = [case for name in COMMANDS for case in sorted((FIXTURES / name).glob("*"))]
URL = "https://git.example.com/org/repo.git"
AGO = re.compile(rb"<(\d+) days ago>")


class Clock:
    """Times that cases tell by their age."""

    def __init__(self) -> None:
        self._now = datetime.now(UTC)
        self._written: dict[str, str] = {}

    def put_in(self, content: bytes) -> bytes:
        return AGO.sub(lambda match: self._time(match).encode(), content)

    def take_out(self, text: str) -> str:
        for time, age in self._written.items():
            text = text.replace(time, age)
        return text

    def _time(self, match: re.Match[bytes]) -> str:
        time = (self._now - timedelta(days=int(match[1]))).strftime("%Y-%m-%dT%H:%M:%SZ")
        self._written[time] = match[0].decode()
        return time


def set_up(case: Path, folder: Path, repositories: Any, *put_in: Callable[[bytes], bytes]) -> Path:
    """The folder that one stands in: a copy of the case's, in a repository if it is to lie in one."""
    plain = (case / "folder").exists()
    content = Path(shutil.copytree(case / ("folder" if plain else "repo"), folder / "content", symlinks=True))
    for file in content.rglob("*"):
        if file.is_file() and not file.is_symlink():
            before = after = file.read_bytes()
            for each in put_in:
                after = each(after)
            if after != before:
                file.write_bytes(after)
    return content if plain else Path(repositories.make(folder / "repo", content, URL))


@pytest.fixture(scope="module")
def kubeconfig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """That of clusters by the names of the cases that want one."""
    wanted = [f"{case.parent.name}-{case.name}" for case in CASES if (case / "objects.yaml").exists()]
    with served(tmp_path_factory.mktemp("clusters"), "--clusters", ",".join(wanted)) as (file, _):
        yield file


def own_cluster(case: Path, folder: Path, kubeconfig: Path) -> Path:
    """A kubeconfig for a case's cluster, which then holds what the case wants."""
    own = folder / "kubeconfig"
    shutil.copy(kubeconfig, own)
    kubectl(own, "config", "use-context", f"{case.parent.name}-{case.name}")
    kubectl(own, "apply", "--server-side", "-f", str(case / "objects.yaml"))
    return own


def run_here(capfd: pytest.CaptureFixture[str], arguments: list[str]) -> str:
    """What the command line prints, in this process, through the console script's own entry."""
    capfd.readouterr()
    with pytest.raises(SystemExit) as ended:
        main(arguments, prog_name="argosy")
    said = capfd.readouterr()
    return f"{said.out}--- stderr\n{said.err}--- exit status {ended.value.code or 0}\n"


def on_bare_machine(folder: Path, programs: list[str], here: Path) -> Callable[[list[str]], str]:
    """The same where there are no other programs than these."""
    python, environment = bare_machine(folder, programs)
    environment["XDG_CACHE_HOME"] = str(folder / "cache")

    def run(arguments: list[str]) -> str:
        call = [python, "-S", "-m", "argosy", *arguments]
        done = subprocess.run(call, cwd=here, env=environment, capture_output=True, text=True, check=False)
        return f"{done.stdout}--- stderr\n{done.stderr}--- exit status {done.returncode}\n"

    return run


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}-{case.name}")
def test_a_command_says_what_its_golden_file_says(
    case: Path,
    tmp_path: Path,
    repositories: Any,
    golden: Callable[[Path, str], None],
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    request: pytest.FixtureRequest,
) -> None:
    file = case / "arguments"
    calls = [
        f"{case.parent.name} {line}" for line in (file.read_text().splitlines() if file.exists() else [""])
    ]
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    if (case / "objects.yaml").exists():
        own = own_cluster(case, tmp_path, request.getfixturevalue("kubeconfig"))
        monkeypatch.setenv("KUBECONFIG", str(own))
    clock = Clock()
    with services_of(case / "services.yaml") as addresses:
        here = set_up(case, tmp_path, repositories, addresses.put_in, clock.put_in)
        monkeypatch.chdir(here)
        if (case / "programs").exists():
            run = on_bare_machine(tmp_path / "bare", (case / "programs").read_text().split(), here)
        else:
            run = partial(run_here, capfd)
        said = [run(shlex.split(call)) for call in calls]
    if len(calls) > 1:
        said = [f"$ argosy {call}\n{each}" for call, each in zip(calls, said, strict=True)]
    found = "".join(said)
    found = clock.take_out(addresses.take_out(found))
    golden(case / "expected.txt", found)
    assert str(tmp_path) not in found
