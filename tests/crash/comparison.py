"""The objects of clusters in a form in which two runs can be compared, and what differs between them.

Left out is only what cannot be the same in two runs:

- `uid` (of objects and of references to them), `resourceVersion`, and every instant: servers give them;
- `generation` of an Application: Argo CD's definition has no status subresource, so every write of the
  status counts, and a restarted controller may need one more or one less;
- how often workloads were written (`generation` aside, which stays): the names of Pods and the addresses of
  Pods and Services, which the cluster takes at random or in turn;
- what registers a cluster: its address, certificate and token, which are the harness's;
- Events and Leases: a record of what processes did, and of which one did it, not of what is wanted.

Commit ids, the repository's address and the addresses of clusters get words in their place.
"""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

Object = dict[str, Any]

_NOT_COMPARED = frozenset({"Event", "Lease", "Endpoints", "EndpointSlice"})
_INSTANTS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)")
_ADDRESSES = re.compile(r"\b10\.(96|244)\.\d+\.\d+\b")
_UIDS = re.compile(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")
"""References stand in the keys of managedFields, too."""
_DROPPED = frozenset({"uid", "resourceVersion"})


def comparable(clusters: Mapping[str, Iterable[Object]], words: Mapping[str, str]) -> dict[str, str]:
    """Every object as indented JSON, by cluster, kind, namespace and name."""
    found: dict[str, str] = {}
    for cluster, objects in clusters.items():
        pods: dict[str, int] = {}
        for value in objects:
            if value["kind"] in _NOT_COMPARED:
                continue
            metadata = value["metadata"]
            name = metadata["name"]
            if value["kind"] == "Pod":
                owner = name.rpartition("-")[0]
                pods[owner] = pods.get(owner, 0) + 1
                words = {**words, name: f"{owner}-*"}
                name = f"{owner}-*{pods[owner]}"
            text = json.dumps(_plain(value), indent=1, sort_keys=True)
            for word, instead in words.items():
                text = text.replace(word, instead)
            text = _UIDS.sub("<uid>", _ADDRESSES.sub("<address>", _INSTANTS.sub("<instant>", text)))
            found[f"{cluster} {value['kind']} {metadata.get('namespace', '')}/{name}"] = text
    return found


def differences(expected: Mapping[str, str], found: Mapping[str, str]) -> list[str]:
    """A few lines for every object that is missing, too much or not the same."""
    lines: list[str] = []
    for key in sorted(expected.keys() | found.keys()):
        if key not in found:
            lines.append(f"missing: {key}")
        elif key not in expected:
            lines.append(f"not expected: {key}")
        elif expected[key] != found[key]:
            lines.append(f"not the same: {key}")
            before, after = expected[key].splitlines(), found[key].splitlines()
            lines += [f"  - {line}" for line in before if line not in after][:12]
            lines += [f"  + {line}" for line in after if line not in before][:12]
    return lines


def versions(clusters: Mapping[str, Iterable[Object]]) -> dict[str, str]:
    """Every object's resourceVersion; of Events and Leases, too much changes by design."""
    return {
        place_of(cluster, value): str(value["metadata"]["resourceVersion"])
        for cluster, objects in clusters.items()
        for value in objects
        if value["kind"] not in ("Event", "Lease")
    }


def place_of(cluster: str, value: Object) -> str:
    """Where an object is: cluster, kind, namespace and name."""
    metadata = value["metadata"]
    return f"{cluster} {value['kind']} {metadata.get('namespace', '')}/{metadata['name']}"


def _plain(value: Object) -> Any:
    plain = _without(value)
    if value["kind"] == "Secret" and "argocd.argoproj.io/secret-type" in value["metadata"].get("labels", {}):
        plain.pop("data")
    if value["kind"] == "Application":
        plain["metadata"].pop("generation", None)
    fields = plain["metadata"].get("managedFields")
    if fields:
        fields.sort(key=lambda entry: (entry["manager"], entry["operation"], entry.get("subresource", "")))
    return plain


def _without(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without(item) for key, item in value.items() if key not in _DROPPED}
    if isinstance(value, list):
        return [_without(item) for item in value]
    return value
