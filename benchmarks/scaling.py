"""How time and memory grow with the number of Applications: `python benchmarks/scaling.py [--svg FILE]`.

Expands one set of 100 to 100,000 Applications, each count in a process of its own, for both of Argo CD's
dialects, and prints what an Application takes. With --svg the figures are drawn, too.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from pathlib import Path

from compile_speed import applicationset

from argosy.cli.manifest_world import ManifestWorld
from argosy.cli.offline_world import OfflineWorld
from argosy.compiler.expansion import Expansion, expand
from argosy.compiler.loading import load
from argosy.schemas.knowledge import Unknown
from argosy.schemas.model.applicationset import ApplicationSet
from argosy.schemas.yaml_reader import read_documents

COUNTS = (100, 1_000, 10_000, 100_000)
DIALECTS = ("go", "fasttemplate")
Point = tuple[int, float, float]
"""Applications, seconds, MiB."""


def measure(dialect: str, count: int) -> None:
    """Prints seconds and MiB for reading, loading and expanding; runs in a process of its own."""
    text = applicationset(count, dialect)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.process_time()
    loaded = load(read_documents(text, "set.yaml")[0], "argocd").resource
    assert isinstance(loaded, ApplicationSet)
    world = OfflineWorld(ManifestWorld((), "argocd", "none"), lambda *_: Unknown("no repository"), {})
    expansion = expand(loaded, world)
    assert isinstance(expansion, Expansion)
    assert len(expansion.applications) == count
    took = time.process_time() - start
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    print(json.dumps([took, grown / 1024]))


def measured(dialect: str, count: int) -> Point:
    """The same from a new process."""
    command = [sys.executable, __file__, "--measure", dialect, str(count)]
    took, grown = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return count, took, grown


def drawing(series: dict[str, list[Point]]) -> str:
    """Both figures over the count, all axes logarithmic: a straight line of slope 1 is linear growth."""
    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 330" font-size="12">',
        '<rect width="760" height="330" fill="white"/>',
    ]
    for index, (title, unit, low, high) in enumerate(
        (("CPU seconds", "s", -3, 2), ("memory, MiB", "MiB", -1, 4))
    ):
        left, top, width, height = 60 + index * 380, 40, 290, 240
        parts.append(f'<text x="{left}" y="24" font-size="14">{title}</text>')
        for power in range(low, high + 1):
            y = top + height * (high - power) / (high - low)
            parts.append(f'<line x1="{left}" x2="{left + width}" y1="{y:.0f}" y2="{y:.0f}" stroke="#ddd"/>')
            parts.append(f'<text x="{left - 6}" y="{y + 4:.0f}" text-anchor="end">{10.0**power:g}</text>')
        for count in COUNTS:
            x = left + width * (len(str(count)) - 3) / 3
            parts.append(f'<line x1="{x:.0f}" x2="{x:.0f}" y1="{top}" y2="{top + height}" stroke="#ddd"/>')
            parts.append(f'<text x="{x:.0f}" y="{top + height + 18}" text-anchor="middle">{count:,}</text>')
        for number, (dialect, points) in enumerate(series.items()):
            colour = ("#1f6feb", "#d1662b")[number]
            places = []
            for count, took, grown in points:
                value = max(took if unit == "s" else grown, 10.0**low)
                x = left + width * (len(str(count)) - 3) / 3
                y = top + height * (high - _power(value)) / (high - low)
                places.append(f"{x:.1f},{y:.1f}")
                parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>')
            parts.append(
                f'<polyline points="{" ".join(places)}" fill="none" stroke="{colour}" stroke-width="2"/>'
            )
            parts.append(
                f'<text x="{left + 10}" y="{top + 16 + 16 * number}" fill="{colour}">{dialect}</text>'
            )
    parts.append('<text x="380" y="318" text-anchor="middle">Applications of one set</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"


def _power(value: float) -> float:
    from math import log10

    return log10(value)


def main() -> None:
    """Prints a line for each count."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--svg", type=Path)
    parser.add_argument("--measure", nargs=2)
    arguments = parser.parse_args()
    if arguments.measure:
        measure(arguments.measure[0], int(arguments.measure[1]))
        return
    series: dict[str, list[Point]] = {}
    for dialect in DIALECTS:
        series[dialect] = [measured(dialect, count) for count in COUNTS]
        for count, took, grown in series[dialect]:
            each = f"{took / count * 1e6:.0f} us and {grown / count * 1024:.1f} KiB each"
            print(f"{dialect:<12} {count:>7,} Applications: {took:.3f} s CPU, {grown:.0f} MiB more, {each}")
    if arguments.svg:
        arguments.svg.write_text(drawing(series))


if __name__ == "__main__":
    main()
