import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

_PARENT = """
    from pathlib import Path
    from argosy.sources.limited_process import run_limited
    endless = "sleep 0.2; echo $$ > child.new; mv child.new child; while :; do :; done"
    run_limited(["sh", "-c", endless], Path(), environment={}, deadline=1, memory=1 << 30)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits another process")
def test_a_process_whose_parent_was_killed_does_not_run_for_ever(tmp_path: Path) -> None:
    parent = subprocess.Popen([sys.executable, "-c", textwrap.dedent(_PARENT)], cwd=tmp_path)
    while not (tmp_path / "child").exists():
        assert parent.poll() is None
        time.sleep(0.01)
    child = int((tmp_path / "child").read_text())
    assert parent.poll() is None
    parent.kill()
    parent.wait()
    assert Path(f"/proc/{child}").exists()
    for _ in range(1200):
        stat = Path(f"/proc/{child}/stat")
        if not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] == "Z":
            return
        time.sleep(0.05)
    os.kill(child, signal.SIGKILL)
    pytest.fail("the process outlived its parent")
