"""A sample of the walk of kills; `make crash` goes all of it."""

import subprocess
import sys
from pathlib import Path

import pytest

WALK = Path(__file__).parent / "walk.py"


@pytest.mark.slow
def test_a_killed_controller_leaves_nothing_that_its_successor_does_not_mend() -> None:
    sample = ["--sample", "1", "--moments", "1", "--in-a-row", "1", "--workers", "2"]
    done = subprocess.run(
        [sys.executable, str(WALK), *sample], capture_output=True, text=True, timeout=500, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "7 of 7 kills, 0 failures" in done.stdout
