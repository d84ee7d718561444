"""Sandbox clusters that `argosy sandbox up` serves over HTTPS in a process of its own."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def kubectl(kubeconfig: Path, *arguments: str) -> str:
    """What the kubectl beside this Python prints."""
    program = str(Path(sys.executable).parent / "kubectl")
    call = [program, "--kubeconfig", str(kubeconfig), *arguments]
    return subprocess.run(call, check=True, capture_output=True, text=True).stdout


@contextmanager
def served(folder: Path, *options: str) -> Iterator[tuple[Path, "subprocess.Popen[str]"]]:
    """A kubeconfig of sandbox clusters, which end with the context, and the process that serves them."""
    kubeconfig = folder / "kubeconfig"
    command = [sys.executable, "-m", "argosy", "sandbox", "up", "--kubeconfig", str(kubeconfig), *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        deadline = time.monotonic() + 60
        while not kubeconfig.exists():
            assert process.poll() is None, process.communicate()[0]
            assert time.monotonic() < deadline, "the sandbox did not come up"
            time.sleep(0.02)
        yield kubeconfig, process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        try:
            process.communicate(timeout=20)
        finally:
            process.kill()
