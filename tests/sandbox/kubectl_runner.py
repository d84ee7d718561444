"""The real kubectl against a sandbox that `argosy sandbox up` serves in a process of its own."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

BINARIES = Path(sys.executable).parent


@dataclass(frozen=True)
class Ran:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


@dataclass(frozen=True)
class Kubectl:
    """Runs kubectl in a namespace of one context."""

    kubeconfig: Path
    home: Path
    namespace: str = "default"
    log: Path = field(default_factory=Path)

    @property
    def environment(self) -> dict[str, str]:
        return {
            "PATH": f"{BINARIES}:{os.environ['PATH']}",
            "HOME": str(self.home),
            "KUBECONFIG": str(self.kubeconfig),
        }

    def attempt(self, *arguments: str, stdin: str | None = None, **environment: str) -> Ran:
        """Runs a command that may fail."""
        command = [program(), "--namespace", self.namespace, *arguments]
        ran = subprocess.run(
            command,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
            env={**self.environment, **environment},
        )
        return Ran(ran.returncode, ran.stdout, ran.stderr)

    def __call__(self, *arguments: str, stdin: str | None = None, **environment: str) -> Ran:
        """Runs a command that must succeed."""
        ran = self.attempt(*arguments, stdin=stdin, **environment)
        assert ran.code == 0, f"kubectl {' '.join(arguments)}: {ran.out}{ran.err}"
        return ran

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Starts a command that goes on, such as a watch."""
        return subprocess.Popen(
            [program(), "--namespace", self.namespace, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=self.environment,
        )


def program() -> str:
    """Where kubectl is: the wheel's, or one that is installed."""
    found = shutil.which("kubectl", path=f"{BINARIES}:{os.environ['PATH']}")
    if found is None:
        pytest.skip("kubectl is not installed: pip install 'argosy[kubectl]'")
    return found
