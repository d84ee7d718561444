"""How fast a chart renders by the library, and by the program helm: `python benchmarks/chart_speed.py`.

One usual chart, each time under another release name, so that nothing is remembered. The program is the one
that tests/e2e/build makes; without it only the library is measured.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "e2e"))

import servers

from argosy.schemas.model.source import Source
from argosy.sources.local_repository import LocalRepository
from argosy.sources.manifest import RenderRequest
from argosy.sources.rendering import Renderer

BAR = 0.1
"""What the library may take of the program's time."""
ROUNDS = 40

_FIELDS = 'apiVersion: {version}\nkind: {kind}\nmetadata:\n  name: {{{{ include "demo.name" . }}}}\n'
_CHART = {
    "Chart.yaml": "apiVersion: v2\nname: demo\nversion: 1.0.0\n",
    "values.yaml": "replicas: 2\nimage: {repository: registry.example/demo, tag: v1}\nlabels: {team: shop}\n",
    "templates/_names.tpl": (
        '{{- define "demo.name" }}{{ .Release.Name | trunc 63 | trimSuffix "-" }}{{ end }}\n'
        '{{- define "demo.labels" }}app: {{ include "demo.name" . }}\n{{ toYaml .Values.labels }}{{ end }}\n'
    ),
    "templates/deployment.yaml": _FIELDS.format(version="apps/v1", kind="Deployment")
    + """\
  labels: {{- include "demo.labels" . | nindent 4 }}
spec:
  replicas: {{ .Values.replicas }}
  selector: {matchLabels: {app: {{ include "demo.name" . }}}}
  template:
    metadata:
      labels: {{- include "demo.labels" . | nindent 8 }}
    spec:
      containers:
      - name: demo
        image: "{{ .Values.image.repository }}:{{ .Values.image.tag }}"
""",
    "templates/service.yaml": _FIELDS.format(version="v1", kind="Service")
    + 'spec:\n  ports: [{port: 80}]\n  selector: {{- include "demo.labels" . | nindent 4 }}\n',
    "templates/account.yaml": _FIELDS.format(version="v1", kind="ServiceAccount"),
}


def median_of(renderer: Renderer, folder: Path) -> float:
    """Seconds for a rendering, the first one (which starts a worker) left out."""
    tree = LocalRepository(folder).work_tree()
    source = Source({"repoURL": "https://example.com/repo", "path": "chart"})
    seconds = []
    for number in range(ROUNDS + 1):
        before = time.perf_counter()
        rendering = renderer.render_now(RenderRequest(source, tree, f"release-{number}", "bench"))
        seconds.append(time.perf_counter() - before)
        assert len(rendering.manifests) == 3
    return statistics.median(seconds[1:])


def main() -> None:
    """Prints milliseconds a chart and the ratio; exit status 1 where it misses its bar."""
    with tempfile.TemporaryDirectory(prefix="argosy-bench-") as place:
        folder = Path(place)
        for name, text in _CHART.items():
            file = folder / "chart" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        subprocess.run(["git", "init", "--quiet", folder], check=True)
        with Renderer(parallel=1) as renderer:
            library = median_of(renderer, folder)
            print(f"{renderer._helm.version}: {library * 1000:.1f} ms a chart")
        if servers.missing_binaries(servers.assets_folder(), ["helm"]):
            print("no program helm to measure beside it: run tests/e2e/build", file=sys.stderr)
            return
        os.environ["PATH"] = f"{servers.assets_folder()}{os.pathsep}{os.environ['PATH']}"
        with Renderer(parallel=1) as renderer:
            renderer._helm._library = ""
            program = median_of(renderer, folder)
            print(f"{renderer._helm.version}: {program * 1000:.1f} ms a chart")
    print(f"the library takes {library / program:.2f} of the program's time (bar {BAR})")
    if library > BAR * program:
        sys.exit(1)


if __name__ == "__main__":
    main()
