"""What recorded answers of a Kubernetes API server look like, and how two of them are compared."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

TRANSCRIPTS = Path(__file__).parents[1] / "fixtures" / "transcripts"

_VOLATILE = frozenset(
    {
        "uid",
        "resourceVersion",
        "creationTimestamp",
        "deletionTimestamp",
        "lastTransitionTime",
        "lastUpdateTime",
        "time",
        "clusterIP",
        "nodePort",
        "healthCheckNodePort",
        "batch.kubernetes.io/controller-uid",
        "controller-uid",
    }
)
_UID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_ADDRESS = re.compile(r"\b10\.\d+\.\d+\.\d+\b")


def normalize(value: Any, namespace: str, key: str = "") -> Any:
    """Replaces what differs from run to run by stars; entries of managedFields are put in a fixed order."""
    if isinstance(value, dict):
        return {name: normalize(found, namespace, name) for name, found in value.items()}
    if isinstance(value, list):
        if key == "clusterIPs" and value != ["None"]:
            return ["*"]
        if key == "managedFields":
            value = sorted(value, key=lambda e: (e["operation"], e["manager"], e.get("subresource", "")))
        if key == "causes":
            value = sorted(value, key=lambda cause: (cause.get("field", ""), cause.get("message", "")))
        return [normalize(found, namespace) for found in value]
    if key in _VOLATILE and value not in ("None", None):
        return "*"
    if isinstance(value, str):
        text = value.replace(namespace, "NAMESPACE") if namespace else value
        return _ADDRESS.sub("ADDRESS", _TIME.sub("TIME", _UID.sub("UID", text)))
    return value


class Versions:
    """Tells whether an answer shows an object anew: `resourceVersion`s themselves differ between servers."""

    def __init__(self) -> None:
        self._seen: dict[tuple[Any, ...], str] = {}

    def is_new(self, answer: Any) -> bool | None:
        """Has the object another `resourceVersion` than when it was last answered? None for other answers."""
        metadata = answer.get("metadata") if isinstance(answer, dict) else None
        if not isinstance(metadata, dict) or "resourceVersion" not in metadata or "name" not in metadata:
            return None
        key = (answer.get("apiVersion"), answer.get("kind"), metadata["name"])
        last = self._seen.get(key)
        self._seen[key] = metadata["resourceVersion"]
        return last != metadata["resourceVersion"]


def differences(wanted: Any, found: Any, path: str = "") -> Iterator[str]:
    """Each place where two answers differ, in words."""
    if type(wanted) is not type(found):
        yield f"{path or '.'}: {wanted!r} became {found!r}"
    elif isinstance(wanted, dict):
        for name in sorted(wanted.keys() | found.keys()):
            below = f"{path}.{name}"
            if name not in found:
                yield f"{below}: {wanted[name]!r} is missing"
            elif name not in wanted:
                yield f"{below}: {found[name]!r} is too much"
            else:
                yield from differences(wanted[name], found[name], below)
    elif isinstance(wanted, list):
        if len(wanted) != len(found):
            yield f"{path}: {wanted!r} became {found!r}"
        else:
            for index, (left, right) in enumerate(zip(wanted, found, strict=True)):
                yield from differences(left, right, f"{path}[{index}]")
    elif wanted != found:
        yield f"{path}: {wanted!r} became {found!r}"
