"""A sample of the walk of kills (`make crash` goes all of it), and the Lease of a killed process."""

import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.mark.slow
def test_a_killed_controller_leaves_nothing_that_its_successor_does_not_mend() -> None:
    sample = ["--sample", "1", "--moments", "1", "--in-a-row", "1", "--workers", "2"]
    command = [sys.executable, str(HERE / "walk.py"), *sample]
    done = subprocess.run(command, capture_output=True, text=True, timeout=500, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "7 of 7 kills, 0 failures" in done.stdout


@pytest.mark.slow
def test_a_second_controller_waits_and_takes_over_at_once_from_a_killed_one() -> None:
    command = [sys.executable, str(HERE / "takeover.py")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
