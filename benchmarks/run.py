"""All benchmarks, one after another: `python benchmarks/run.py`, or `make bench`.

Each prints its figures beside their bars. Exit status 1 where any of them missed one.
"""

import subprocess
import sys
from pathlib import Path

BENCHMARKS = (
    "compile_speed",
    "scaling",
    "validate_speed",
    "repository_speed",
    "hook_speed",
    "chart_speed",
    "controller_scaling",
    "first_sync",
)


def main() -> None:
    """Runs them in processes of their own, so that none measures what another left in memory."""
    missed = []
    for name in BENCHMARKS:
        print(f"== {name}", flush=True)
        script = Path(__file__).with_name(f"{name}.py")
        if subprocess.run([sys.executable, script], check=False).returncode:
            missed.append(name)
    if missed:
        sys.exit(f"not within their bars: {', '.join(missed)}")


if __name__ == "__main__":
    main()
