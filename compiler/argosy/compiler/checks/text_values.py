"""Values of plain manifests that Kubernetes wants as text, and YAML reads as something else."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from argosy.compiler.checks.object_faults import ObjectFault, object_findings
from argosy.compiler.checks.subject import Deployed, Subject
from argosy.compiler.checks.surprising_values import misread_keys
from argosy.compiler.checks.written_values import quoting_hint, written_text
from argosy.schemas.finding import Finding, Severity
from argosy.schemas.position import Path, value_at

__all__ = ["check"]

_TEMPLATE: Path = ("spec", "template")
_POD_SPECS: Mapping[str, Path] = {
    "Pod": ("spec",),
    "CronJob": ("spec", "jobTemplate", "spec", "template", "spec"),
    **dict.fromkeys(("DaemonSet", "Deployment", "Job", "ReplicaSet", "StatefulSet"), (*_TEMPLATE, "spec")),
}
_TEXT_MAPS: Mapping[str, tuple[Path, ...]] = {
    "ConfigMap": (("data",),),
    "Secret": (("data",), ("stringData",)),
    "Service": (("spec", "selector"),),
}


def check(subject: Subject) -> Iterator[Finding]:
    """Labels, annotations, data, environment variables and arguments of every object."""
    yield from object_findings(_faults(subject))
    for each in subject.objects:
        if each.manifest.document is not None:
            for path in _text_maps(each.kind):
                yield from misread_keys(each.manifest.document, path)


def _faults(subject: Subject) -> Iterator[ObjectFault]:
    for each in subject.objects:
        for path, value in _texts(each.kind, each.value):
            if isinstance(value, (bool, int, float)):
                yield _not_text(each, path, value)


def _not_text(each: Deployed, path: Path, value: bool | int | float) -> ObjectFault:
    what = "a boolean" if isinstance(value, bool) else "a number"
    written = written_text(each.manifest.document, path)
    return ObjectFault(
        each,
        "not-a-string",
        Severity.ERROR,
        f": `{_dotted(path)}` must be text, found {what}: Kubernetes refuses the object",
        each.position(path),
        hint="put it in quotes" if each.kind == "Secret" else quoting_hint(written, value),
        confidential=each.kind == "Secret",
    )


def _texts(kind: str, manifest: Mapping[str, Any]) -> Iterator[tuple[Path, object]]:
    for path in _text_maps(kind):
        found = value_at(manifest, path)
        if isinstance(found, Mapping):
            yield from (((*path, key), value) for key, value in found.items())
    if (pod := _POD_SPECS.get(kind)) is not None:
        yield from _of_containers(value_at(manifest, pod), pod)


def _text_maps(kind: str) -> Sequence[Path]:
    maps: list[Path] = [("metadata", "labels"), ("metadata", "annotations"), *_TEXT_MAPS.get(kind, ())]
    pod = _POD_SPECS.get(kind)
    if pod is not None and kind != "Pod":
        maps += [
            (*pod[:-1], "metadata", "labels"),
            (*pod[:-1], "metadata", "annotations"),
            ("spec", "selector", "matchLabels"),
        ]
    return maps


def _of_containers(spec: object, path: Path) -> Iterator[tuple[Path, object]]:
    for field in ("initContainers", "containers"):
        containers = spec.get(field) if isinstance(spec, Mapping) else None
        for index, container in enumerate(containers if isinstance(containers, list) else ()):
            if not isinstance(container, Mapping):
                continue
            place = (*path, field, index)
            for number, variable in enumerate(_list(container.get("env"))):
                if isinstance(variable, Mapping):
                    yield (*place, "env", number, "value"), variable.get("value")
            for name in ("args", "command"):
                yield from (
                    ((*place, name, number), value) for number, value in enumerate(_list(container.get(name)))
                )


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _dotted(path: Path) -> str:
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}"
    return text.removeprefix(".")
