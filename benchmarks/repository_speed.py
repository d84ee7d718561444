"""Whole commands on large repositories: `python benchmarks/repository_speed.py`.

1,000 sets with git generators over 10,000 files; `diff` and `affected` after a change of one file among 1,000
Applications. Prints seconds beside the bars, and beside the bare start of the command in the same run.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from repositories import many_applications, many_sets

ARGOSY = str(Path(sys.executable).with_name("argosy"))
ROUNDS = 3


def seconds(folder: Path, *arguments: str) -> float:
    """The best of some rounds."""
    # As on a user's machine, compiled modules are kept.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    best = float("inf")
    for _ in range(ROUNDS):
        start = time.perf_counter()
        subprocess.run([ARGOSY, *arguments], cwd=folder, check=True, capture_output=True, env=environment)
        best = min(best, time.perf_counter() - start)
    return best


def main() -> None:
    """Exit status 1 where a bar is missed."""
    kept = []
    with tempfile.TemporaryDirectory() as name:
        sets = many_sets(Path(name) / "sets", 1_000, 10_000)
        applications = many_applications(Path(name) / "applications", 1_000)
        (applications / "apps/app-00007/config.yaml").write_text(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: app-00007}\ndata: {value: '2'}\n"
        )
        start = seconds(sets, "--help")
        for what, folder, arguments, bar in (
            ("1,000 git sets, 10,000 files", sets, ["compile", "sets.yaml", "-o", "name"], 3.0),
            ("diff, 1 of 1,000 Applications", applications, ["diff"], 1.0),
            ("affected, 1 of 1,000 Applications", applications, ["affected"], 1.0),
        ):
            took = seconds(folder, *arguments)
            kept.append(took <= bar)
            print(f"{what:<36} {took:.2f} s (bar {bar:g}), {took / start:.1f} times the command's bare start")
    sys.exit(not all(kept))


if __name__ == "__main__":
    main()
