"""How long `argosy validate FILE` takes, beside `python -c 'import click, yaml, jsonschema'`.

Whole processes in turn, CPU time, bytecode cached as in an installation. Exit status 1 where it takes more
than 1.5 times as long.
"""

import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

BAR = 1.5
ROUNDS = 9
FIXTURES = Path(__file__).parents[1] / "tests" / "fixtures" / "applicationsets"
FILES = ("list-fast-values", "list-go-empty-element", "go-normalize")


def cpu_seconds(command: Sequence[str], environment: dict[str, str]) -> float:
    """CPU time of one process and its children."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, env=environment, check=False, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Prints the median and the best of each, and their ratios."""
    argosy = str(Path(sys.executable).with_name("argosy"))
    commands = {"imports only": [sys.executable, "-c", "import click, yaml, jsonschema"]}
    commands |= {name: [argosy, "validate", str(FIXTURES / name / "appset.yaml")] for name in FILES}
    times: dict[str, list[float]] = {name: [] for name in commands}
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": folder}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        for _ in range(ROUNDS + 1):
            for name, command in commands.items():
                times[name].append(cpu_seconds(command, environment))
    base = min(times["imports only"][1:])
    ratios = {}
    for name, found in times.items():
        found = sorted(found[1:])  # the first one wrote the bytecode
        ratios[name] = found[0] / base
        print(
            f"{name:<24} best {found[0]:.3f} s, median {found[len(found) // 2]:.3f} s, "
            f"{ratios[name]:.2f} times"
        )
    sys.exit(max(ratios.values()) > BAR)


if __name__ == "__main__":
    main()
