"""Folders of work that was killed go, those of work under way stay."""

import subprocess
import sys
from pathlib import Path

from argosy.sources.scratch import scratch_folder

HOLD = """
import sys
from pathlib import Path
from argosy.sources.scratch import scratch_folder

with scratch_folder("work-", Path(sys.argv[1])) as folder:
    (folder / "file").touch()
    print(folder, flush=True)
    sys.stdin.read()
"""


def test_the_next_work_removes_what_a_killed_process_left_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        left = Path(process.stdout.readline().strip())
        with scratch_folder("work-", tmp_path):
            assert (left / "file").exists()
        process.kill()
    assert (left / "file").exists()
    with scratch_folder("work-", tmp_path) as folder:
        assert sorted(tmp_path.iterdir()) == sorted([folder, tmp_path / "other"])


def test_a_folder_is_gone_after_its_work_and_two_at_a_time_are_apart(tmp_path: Path) -> None:
    with scratch_folder("work-", tmp_path) as one, scratch_folder("work-", tmp_path) as other:
        assert one != other
        assert one.is_dir()
        assert other.is_dir()
    assert list(tmp_path.iterdir()) == []
