"""The process that renders charts: `python -P -m argosy.sources.helm_worker SCRATCH MEMORY`.

A template can loop for ever or take all memory, and a call into the library cannot be interrupted. So it runs
here, where whoever waits can end it. Reads requests from standard input and answers on standard output,
each a
length and a msgpack map. Ends when its input does, even in the middle of a chart: no worker outlives its
parent. The only module that knows helm-python-sdk; imports nothing else of Argosy's.
"""

import os
import queue
import resource
import shutil
import struct
import sys
import threading
from collections import OrderedDict
from pathlib import Path
from typing import IO, Any

import msgspec

__all__ = ["main", "read_frame", "write_frame"]

_LENGTH = struct.Struct(">I")
_CHARTS = 16


def write_frame(stream: IO[bytes], value: object) -> None:
    """Writes one message."""
    data = msgspec.msgpack.encode(value)
    stream.write(_LENGTH.pack(len(data)) + data)
    stream.flush()


def read_frame(stream: IO[bytes]) -> Any:
    """Reads one message, None at the end."""
    header = stream.read(_LENGTH.size)
    if len(header) < _LENGTH.size:
        return None
    data = stream.read(_LENGTH.unpack(header)[0])
    return msgspec.msgpack.decode(data)


def main(arguments: list[str]) -> int:
    """Answers requests until the input ends."""
    scratch, memory = Path(arguments[0]), int(arguments[1])
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what the library prints must not get between the answers
    requests: queue.SimpleQueue[Any] = queue.SimpleQueue()
    threading.Thread(target=_receive, args=(requests, scratch), daemon=True).start()
    charts = _Charts(scratch)
    _limit_memory(memory)
    while True:
        write_frame(answers, charts.answer(requests.get()))


class _Charts:
    """The charts seen so far, as folders, by the ids of their content.

    Each rendering loads its chart anew: rendering takes switched-off subcharts out of a loaded one for good.
    """

    def __init__(self, scratch: Path) -> None:
        import helm_python

        self._helm = helm_python
        self._scratch = scratch
        self._folders: OrderedDict[tuple[str, bool], Path] = OrderedDict()
        self._written = 0

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """`{manifests, crds}`, `{need: true}` if the chart's files are wanted, or `{error}`."""
        try:
            folder = self._folder(request)
            if folder is None:
                return {"need": True}
            with self._helm.Chart.load(folder) as chart:
                return self._render(chart, request)
        except self._helm.HelmError as error:
            return {"error": str(error)}

    def _folder(self, request: dict[str, Any]) -> Path | None:
        # The library has no option for it, so a chart whose schema is passed over is one without a schema.
        without_schema = request["skip_schema_validation"]
        name = (request["chart"], without_schema)
        if name in self._folders:
            self._folders.move_to_end(name)
            return self._folders[name]
        if "files" not in request:
            return None
        self._written += 1
        folder = self._scratch / f"chart-{self._written}"
        for path, content in request["files"].items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        if without_schema:
            self._drop_schemas(folder)
        self._folders[name] = folder
        while len(self._folders) > _CHARTS:
            shutil.rmtree(self._folders.popitem(last=False)[1])
        return folder

    def _drop_schemas(self, folder: Path) -> None:
        while archives := list(folder.rglob("charts/*.tgz")):
            for archive in archives:
                self._helm.chart.expand(archive.parent, archive)
                archive.unlink()
        for schema in folder.rglob("values.schema.json"):
            schema.unlink()

    def _render(self, chart: Any, request: dict[str, Any]) -> dict[str, Any]:
        self._helm.validate_release_name(request["release"])
        present = {dependency["name"] for dependency in chart.dependencies}
        wanted = [dependency["name"] for dependency in chart.metadata.get("dependencies") or ()]
        missing = sorted(set(wanted) - present)
        if missing:
            return {"error": f"the dependencies {', '.join(missing)} are not in the chart's folder charts/"}
        options = {
            "name": request["release"],
            "namespace": request["namespace"],
            "revision": 1,
            "is_install": True,
            "kube_version": request["kube_version"],
            "api_versions": request["api_versions"],
        }
        # Chart.render knows no Kubernetes version; the function below it does.
        native = self._helm._native
        rendered = native.call_string(
            "helm_render",
            chart._raw(),
            msgspec.json.encode(request["values"]).decode(),
            msgspec.json.encode({key: value for key, value in options.items() if value}).decode(),
        )
        crds = {} if request["skip_crds"] else {crd["filename"]: crd["data"] for crd in chart.crds}
        return {"manifests": msgspec.json.decode(rendered), "crds": crds}


def _receive(requests: "queue.SimpleQueue[Any]", scratch: Path) -> None:
    while (request := read_frame(sys.stdin.buffer)) is not None:
        requests.put(request)
    shutil.rmtree(scratch, ignore_errors=True)
    os._exit(0)


def _limit_memory(memory: int) -> None:
    """Bounds what may be taken from now on.

    The library has reserved much address space when it was loaded.
    """
    statm = Path("/proc/self/statm")
    if not statm.exists():
        return  # macOS: it does not tell, and does not hold to such a limit either
    reserved = int(statm.read_text().split()[0]) * resource.getpagesize()
    limit = reserved + memory
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
