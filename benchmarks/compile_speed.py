"""How fast a large ApplicationSet compiles: `python benchmarks/compile_speed.py [COUNT]`.

Measures, for both dialects of Argo CD, reading, loading and expanding (generators and templates) in process
on one core, and the whole command. Prints seconds beside the bars.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from argosy.cli.manifest_world import ManifestWorld
from argosy.cli.offline_world import OfflineWorld
from argosy.compiler.expansion import Expansion, expand
from argosy.compiler.loading import load
from argosy.schemas.knowledge import Unknown
from argosy.schemas.model.applicationset import ApplicationSet
from argosy.schemas.yaml_reader import read_documents

T = TypeVar("T")

BARS = {"go": 1.5, "fasttemplate": 0.5}
"""Seconds for expanding 10,000 Applications, by dialect."""
COMMAND_BAR = 4.0
"""Seconds for the whole command."""
ROUNDS = 3


def applicationset(count: int, dialect: str) -> str:
    """A set with so many list elements, and a template of the usual size."""
    dot = "." if dialect == "go" else ""

    def tag(name: str) -> str:
        return f"'{{{{{dot}{name}}}}}'"

    lines = [
        "apiVersion: argoproj.io/v1alpha1",
        "kind: ApplicationSet",
        "metadata: {name: bench}",
        "spec:",
        *(["  goTemplate: true", "  goTemplateOptions: [missingkey=error]"] if dot else []),
        "  generators:",
        "  - list:",
        "      elements:",
    ]
    for number in range(count):
        server = f"https://c{number}.example.com"
        lines.append(
            f"      - {{cluster: c{number}, url: '{server}', env: e{number % 7}, tag: v1.{number}.0}}"
        )
    lines += [
        "  template:",
        "    metadata:",
        f"      name: '{{{{{dot}cluster}}}}-guestbook'",
        f"      labels: {{env: {tag('env')}, app: guestbook}}",
        f"      annotations: {{tag: {tag('tag')}}}",
        "    spec:",
        "      project: default",
        "      source:",
        "        repoURL: https://git.example.com/org/repo.git",
        f"        targetRevision: {tag('tag')}",
        f"        path: 'apps/{{{{{dot}env}}}}/guestbook'",
        f"        helm: {{parameters: [{{name: image.tag, value: {tag('tag')}}}]}}",
        f"      destination: {{server: {tag('url')}, namespace: guestbook}}",
        "      syncPolicy: {automated: {prune: true, selfHeal: true}}",
    ]
    return "\n".join(lines) + "\n"


def timed(action: Callable[[], T]) -> tuple[float, T]:
    """The best of some rounds in seconds, and the result."""
    best, result = float("inf"), None
    for _ in range(ROUNDS):
        start = time.perf_counter()
        result = action()
        best = min(best, time.perf_counter() - start)
    assert result is not None
    return best, result


def measure(count: int, dialect: str, folder: Path) -> bool:
    """Prints one dialect's figures; whether they keep the bars."""
    file = folder / f"{dialect}.yaml"
    file.write_text(applicationset(count, dialect))
    world = OfflineWorld(ManifestWorld((), "argocd", "none"), lambda *_: Unknown("no repository"), {})
    reading, documents = timed(lambda: read_documents(file.read_bytes(), file.name))
    loading, loaded = timed(lambda: load(documents[0], "argocd"))
    resource = loaded.resource
    assert isinstance(resource, ApplicationSet)
    expanding, expansion = timed(lambda: expand(resource, world))
    assert isinstance(expansion, Expansion)
    assert len(expansion.applications) == count
    argosy = str(Path(sys.executable).with_name("argosy"))
    command, _ = timed(
        lambda: subprocess.run([argosy, "compile", file, "-o", "json"], check=True, capture_output=True)
    )
    bar = BARS[dialect] * count / 10_000
    print(
        f"{dialect:<12} {count} Applications: read {reading:.3f} s, load {loading:.3f} s, "
        f"expand {expanding:.3f} s (bar {bar:.2f}), whole command {command:.2f} s (bar {COMMAND_BAR:.0f})"
    )
    return expanding <= bar and command <= COMMAND_BAR


def main() -> None:
    """Exit status 1 where a bar is missed."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as folder:
        kept = [measure(count, dialect, Path(folder)) for dialect in BARS]
    sys.exit(not all(kept))


if __name__ == "__main__":
    main()
