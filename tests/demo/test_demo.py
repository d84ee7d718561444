"""The demo as a newcomer runs it, and the same steps repeated by a script that knows nothing of Argosy."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ENVIRONMENT = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}


@pytest.mark.slow
def test_the_demo_shows_every_step_and_leaves_nothing_behind() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "argosy", "demo"], capture_output=True, text=True, timeout=240, env=ENVIRONMENT
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
def test_a_script_from_outside_sees_each_step_through_kubectl_and_git() -> None:
    done = subprocess.run(
        [sys.executable, str(HERE / "acceptance.py"), sys.executable, "-m", "argosy", "demo", "--keep"],
        capture_output=True,
        text=True,
        timeout=500,
        env=ENVIRONMENT,
    )
    assert done.returncode == 0, done.stdout + done.stderr
