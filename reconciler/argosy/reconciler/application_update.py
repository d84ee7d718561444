"""What a set makes of an Application that exists already: Argo CD's rules on values. Pure.

A generated Application is what the set says, spec, labels, annotations and finalizers, down to fields that
somebody added; but others keep what the set preserves or ignores. Differences are worked out as Argo CD
does, by a JSON merge patch: maps field by field, and lists as a whole, ignored fields in them included.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from argosy.reconciler.resource import KubernetesObject, annotations_of, labels_of, metadata_of
from argosy.reconciler.set_settings import Preserved
from argosy.schemas.model.annotations import CONFIRM_DELETION, HYDRATE, NOTIFIED, REFRESH
from argosy.schemas.structure import normalize_application

__all__ = ["Ignore", "Update", "plan_update", "surplus"]

Ignore = Callable[[str, Sequence[Mapping[str, Any]]], Sequence[Mapping[str, Any]]]
"""Takes an Application's name and some manifests of it; gives copies without the fields to ignore, or the
same ones where nothing is ignored. Raises `ArgosyError` where a rule cannot be followed."""

_PRESERVED = (NOTIFIED, REFRESH, HYDRATE, CONFIRM_DELETION)
"""What Argo CD always leaves to others, and a person's word to us."""
_HOOK_FINALIZERS = ("pre-delete-finalizer.argocd.argoproj.io", "post-delete-finalizer.argocd.argoproj.io")

_Tree = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Update:
    """`apply` is what we apply as ours; `result` is all that the Application holds afterwards."""

    apply: KubernetesObject
    result: _Tree
    changes: bool


def plan_update(
    wanted: KubernetesObject, live: KubernetesObject, preserved: Preserved, ignore: Ignore
) -> Update:
    """What becomes of a live Application. `wanted` is the generated one, whole, with our own marks."""
    kept = _with_preserved(wanted, live, preserved)
    target, present = _view(kept), _view(live)
    if target == present:
        return Update(kept, present, changes=False)
    normal = _view(normalize_application(present))
    old, new = ignore(str(metadata_of(wanted).get("name")), (normal, target))
    result = _merged(present, _without_emptied(normal, old), _without_emptied(target, new), target)
    return Update({**kept, **_common(kept, result)}, result, changes=result != present)


def surplus(live: KubernetesObject, result: _Tree) -> dict[str, Any]:
    """The merge patch that takes away what a live Application has beyond the result of an update."""
    return _removals(_view(live), result)


def _with_preserved(
    wanted: KubernetesObject, live: KubernetesObject, preserved: Preserved
) -> KubernetesObject:
    """The generated Application with what the live one has of labels, annotations and finalizers to keep."""
    metadata = dict(metadata_of(wanted))
    for name, keys, found in (
        ("annotations", (*preserved.annotations, *_PRESERVED), annotations_of(live)),
        ("labels", preserved.labels, labels_of(live)),
    ):
        if kept := {key: found[key] for key in keys if key in found}:
            metadata[name] = {**(metadata.get(name) or {}), **kept}
    hooks = [
        item for item in metadata_of(live).get("finalizers") or () if str(item).startswith(_HOOK_FINALIZERS)
    ]
    if hooks:
        metadata["finalizers"] = [*(metadata.get("finalizers") or ()), *hooks]
    return {**wanted, "metadata": metadata}


def _view(application: Mapping[str, Any]) -> dict[str, Any]:
    """What a set decides about, and the names that rules may ask for."""
    metadata = metadata_of(application)
    names = ("name", "namespace", "labels", "annotations", "finalizers")
    return {
        "apiVersion": application.get("apiVersion"),
        "kind": application.get("kind"),
        "metadata": {name: metadata[name] for name in names if metadata.get(name)},
        "spec": application.get("spec") or {},
    }


def _merged(live: _Tree, old: _Tree, new: _Tree, wanted: _Tree) -> dict[str, Any]:
    """The live tree with the difference from `old` to `new`; lists come whole from `wanted`."""
    merged = dict(live)
    for key in old.keys() | new.keys():
        before, after, whole = old.get(key), new.get(key), wanted.get(key)
        if key not in new:
            merged.pop(key, None)
        elif isinstance(before, Mapping) and isinstance(after, Mapping):
            present = live.get(key)
            base = present if isinstance(present, Mapping) else before
            merged[key] = _merged(base, before, after, whole if isinstance(whole, Mapping) else after)
        elif key not in old or before != after:
            merged[key] = whole if isinstance(after, list) else after
    return merged


def _without_emptied(before: _Tree, after: _Tree) -> dict[str, Any]:
    """`after` without the maps and lists that are only empty because what was in them is ignored."""
    if before is after:
        return dict(after)
    kept: dict[str, Any] = {}
    for key, value in after.items():
        earlier: Any = before.get(key)
        both = isinstance(earlier, Mapping) and isinstance(value, Mapping)
        found = _without_emptied(earlier, value) if both else value
        if found or not earlier or not isinstance(earlier, Mapping | list):
            kept[key] = found
    return kept


def _common(wanted: _Tree, result: _Tree) -> dict[str, Any]:
    """Of the result what the set speaks of: the rest is other people's."""
    found: dict[str, Any] = {}
    for key, value in wanted.items():
        if key == "ownerReferences":
            found[key] = value
        elif key in result:
            both = isinstance(value, Mapping) and isinstance(result[key], Mapping)
            found[key] = _common(value, result[key]) if both else result[key]
    return found


def _removals(live: _Tree, result: _Tree) -> dict[str, Any]:
    patch: dict[str, Any] = {}
    for key, value in live.items():
        if key not in result:
            patch[key] = None
        elif isinstance(value, Mapping) and isinstance(result[key], Mapping):
            if below := _removals(value, result[key]):
                patch[key] = below
        elif key == "finalizers" and set(value) - set(result[key]):
            patch[key] = result[key]
    return patch
