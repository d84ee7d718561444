"""Fuzzes one target, or all: `python tests/fuzz/run.py [TARGET…] [--seconds N]`.

With atheris the search is led by coverage; without it, or on interpreters that it does not know, seeds are
mutated at random (with a fixed start). A crash, a hang (more than ten seconds) or more than two gigabytes
end in exit status 1, with the input in `tests/fuzz/found/`; put it into `corpus/TARGET/` with the mend. Each
target runs in a process of its own, two of them at a time.
"""

import argparse
import contextlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).parent
FOUND = HERE / "found"
HANG = 10
PARALLEL = 2
MEGABYTES = 2048
LONGEST = 4096
SEED = 2026
"""The search begins alike each time, so that what one run finds another one finds again."""


def seeds(target: str) -> Iterator[bytes]:
    """Everything that the search begins with."""
    from targets import SEEDS

    for file in sorted((HERE / "corpus" / target).glob("*")):
        yield file.read_bytes()
    yield from (seed for seed in SEEDS[target]() if len(seed) <= LONGEST)


def led_by_coverage(target: str, seconds: int) -> None:
    """Ends the process."""
    import atheris

    with atheris.instrument_imports(include=["argosy"]):
        from targets import TARGETS
    with tempfile.TemporaryDirectory() as folder:
        for number, seed in enumerate(seeds(target)):
            (Path(folder) / f"{number:05}").write_bytes(seed)
        FOUND.mkdir(exist_ok=True)
        options = [
            f"-max_total_time={seconds}",
            f"-timeout={HANG}",
            f"-seed={SEED}",
            f"-rss_limit_mb={MEGABYTES}",
            f"-max_len={LONGEST}",
            f"-artifact_prefix={FOUND}/{target}-",
            "-print_final_stats=1",
        ]
        atheris.Setup([sys.argv[0], *options, folder], TARGETS[target])
        atheris.Fuzz()


def at_random(target: str, seconds: int) -> None:
    """Mutates seeds until time is up. Raises what the target raises, with the input kept."""
    import resource

    from targets import TARGETS

    resource.setrlimit(resource.RLIMIT_AS, (MEGABYTES << 20, MEGABYTES << 20))
    chance, known = random.Random(SEED), list(seeds(target))
    end, runs = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        data = mutated(known, chance)
        with contextlib.ExitStack() as stack:
            stack.callback(signal.alarm, 0)
            signal.alarm(HANG)
            try:
                TARGETS[target](data)
            except BaseException:
                FOUND.mkdir(exist_ok=True)
                (FOUND / f"{target}-crash").write_bytes(data)
                raise
        runs += 1
    print(f"{target}: {runs} inputs at random")


def mutated(known: list[bytes], chance: random.Random) -> bytes:
    """Some seed with parts taken away, doubled, swapped with another's, or overwritten."""
    data = bytearray(chance.choice(known))
    for _ in range(chance.randint(1, 6)):
        start = chance.randint(0, len(data))
        end = min(len(data), start + chance.choice((1, 1, 2, 8, 64)))
        other = chance.choice(known)
        place = chance.randint(0, len(other))
        part: Callable[[], bytes] = chance.choice(
            (
                lambda: b"",
                lambda: bytes(data[start:end]) * 2,  # noqa: B023  # called in this round
                lambda: other[place : place + 40],  # noqa: B023
                lambda: bytes([chance.randrange(256)]),
                lambda: chance.choice(
                    (b"{{", b"}}", b": ", b"\n  - ", b"&a ", b"*a", b"'", b'"', b"[", b"{", b"|")
                ),
            )
        )
        data[start:end] = part()
    return bytes(data[:LONGEST])


def search(target: str, seconds: int) -> bool:
    """Runs a target in a process of its own and prints how that went; whether it went well."""
    command = [sys.executable, __file__, target, "--inside", f"--seconds={seconds}"]
    environment = {**os.environ, "PYTHONHASHSEED": "0"}
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, errors="replace", check=False
    )
    output = done.stdout + done.stderr
    told = [line for line in output.splitlines() if "stat::number_of_executed" in line or "at random" in line]
    if done.returncode == 0:
        print(f"{target}: no crash, no hang; {'; '.join(told)}", flush=True)
    else:
        print(f"{target}: FAILED; {'; '.join(told)}\n{output[-4000:]}", flush=True)
    return done.returncode == 0


def main() -> int:
    """Runs every target."""
    sys.path.insert(0, str(HERE))
    parser = argparse.ArgumentParser()
    parser.add_argument("targets", nargs="*")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.inside:
        (target,) = arguments.targets
        try:
            import atheris  # noqa: F401
        except ImportError:
            at_random(target, arguments.seconds)
        else:
            led_by_coverage(target, arguments.seconds)
        return 0
    from targets import TARGETS

    with ThreadPoolExecutor(PARALLEL) as pool:
        searches = pool.map(lambda target: search(target, arguments.seconds), arguments.targets or TARGETS)
        return int(not all(list(searches)))


if __name__ == "__main__":
    sys.exit(main())
