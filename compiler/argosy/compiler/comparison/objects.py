"""Compares what Applications deploy: objects by identity, then what is handed over or renamed by content."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from argosy.compiler.app_of_apps import RenderedManifest
from argosy.compiler.comparison.difference import ApplicationChange, Change, ObjectChange
from argosy.compiler.comparison.identity import ObjectKey, object_key
from argosy.schemas.model.application import Application
from argosy.schemas.model.fields import mapping

__all__ = ["Deployed", "compare_objects", "contents", "hand_over", "without_secrets"]

_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
_HIDDEN = "***"
_HIDDEN_CHANGED = "*** (another value)"


@dataclass(frozen=True, slots=True)
class Deployed:
    """An Application of one state with everything that it deploys."""

    application: Application
    manifests: tuple[RenderedManifest, ...] = ()

    @property
    def by_key(self) -> dict[ObjectKey, RenderedManifest]:
        """Its objects; of two manifests for one object the later one counts, as on apply."""
        return {object_key(self.application, each.value): each for each in self.manifests}


def compare_objects(before: Deployed | None, after: Deployed | None) -> tuple[ObjectChange, ...]:
    """What becomes of each object, removals first; what stays as it is is left out."""
    old = before.by_key if before else {}
    new = after.by_key if after else {}
    removed = [key for key in old if key not in new]
    added = [key for key in new if key not in old]
    renamed = _renamed({key: old[key] for key in removed}, {key: new[key] for key in added})
    found = [_removed(key, old[key]) for key in removed if key not in renamed.values()]
    for key in added:
        if key in renamed:
            earlier = renamed[key]
            found.append(replace(_changed(key, old[earlier], new[key]), change=Change.MOVED, earlier=earlier))
        else:
            found.append(_added(key, new[key]))
    found += [
        _changed(key, old[key], new[key]) for key in old if key in new and old[key].value != new[key].value
    ]
    order = list(Change)
    return tuple(sorted(found, key=lambda each: (order.index(each.change), each.key)))


def hand_over(changes: Iterable[ApplicationChange]) -> list[ApplicationChange]:
    """The same changes, where an object that one Application gives up and another one takes is moved: it
    stays where it is, only its owner is another."""
    changes = list(changes)
    given = {
        each.key: (change.key, each)
        for change in changes
        for each in change.objects
        if each.change is Change.REMOVED
    }
    taken = {each.key for change in changes for each in change.objects if each.change is Change.ADDED}
    return [
        replace(change, objects=tuple(_handed_over(each, given) for each in _still_removed(change, taken)))
        for change in changes
    ]


def _still_removed(change: ApplicationChange, taken: set[ObjectKey]) -> list[ObjectChange]:
    return [each for each in change.objects if each.change is not Change.REMOVED or each.key not in taken]


def _handed_over(each: ObjectChange, given: Mapping[ObjectKey, tuple[Any, ObjectChange]]) -> ObjectChange:
    if each.change is not Change.ADDED or each.key not in given:
        return each
    owner, earlier = given[each.key]
    return replace(each, change=Change.MOVED, moved_from=owner, before=earlier.before)


def _renamed(
    removed: Mapping[ObjectKey, RenderedManifest], added: Mapping[ObjectKey, RenderedManifest]
) -> dict[ObjectKey, ObjectKey]:
    """Added objects that are a removed one under another name or in another namespace, by their content."""
    by_content: dict[str, list[ObjectKey]] = defaultdict(list)
    for key, manifest in removed.items():
        by_content[_content(manifest.value)].append(key)
    found: dict[ObjectKey, ObjectKey] = {}
    # First those that only change their namespace: many objects may have the same content.
    for same_name in (True, False):
        for key, manifest in added.items():
            candidates = by_content.get(_content(manifest.value), [])
            fitting = [each for each in candidates if each.name == key.name or not same_name]
            if fitting and key not in found:
                found[key] = fitting[0]
                candidates.remove(fitting[0])
    return found


def _content(value: Mapping[str, Any]) -> str:
    """The manifest without name and namespace. Objects with nothing else in them are never alike."""
    metadata = dict(mapping(value, "metadata"))
    rest = {key: item for key, item in value.items() if key != "metadata"}
    if not set(rest) <= {"apiVersion", "kind"}:
        metadata = {key: item for key, item in metadata.items() if key not in ("name", "namespace")}
    return json.dumps([rest, metadata], sort_keys=True, default=str)


def _removed(key: ObjectKey, old: RenderedManifest) -> ObjectChange:
    return ObjectChange(Change.REMOVED, key, without_secrets(old.value), None, old.origin.position)


def _added(key: ObjectKey, new: RenderedManifest) -> ObjectChange:
    return ObjectChange(Change.ADDED, key, None, without_secrets(new.value), new.origin.position)


def _changed(key: ObjectKey, old: RenderedManifest, new: RenderedManifest) -> ObjectChange:
    before, after = without_secrets(old.value), without_secrets(new.value, old.value)
    return ObjectChange(Change.CHANGED, key, before, after, new.origin.position)


def without_secrets(value: Mapping[str, Any], earlier: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
    """A manifest whose Secret values are blanked out; what differs from an earlier one is marked as such."""
    if value.get("kind") != "Secret" or value.get("apiVersion") != "v1":
        return value
    masked = dict(value)
    for field in ("data", "stringData"):
        held = value.get(field)
        if isinstance(held, Mapping):
            old = (earlier or {}).get(field)
            before: Mapping[str, Any] = old if isinstance(old, Mapping) else {}
            masked[field] = {
                name: _HIDDEN_CHANGED if name in before and before[name] != item else _HIDDEN
                for name, item in held.items()
            }
        elif held is not None:
            masked[field] = _HIDDEN
    metadata = dict(mapping(value, "metadata"))
    annotations = metadata.get("annotations")
    if isinstance(annotations, Mapping) and _LAST_APPLIED in annotations:
        metadata["annotations"] = {**annotations, _LAST_APPLIED: _HIDDEN}
        masked["metadata"] = metadata
    return masked


def contents(deployed: Deployed) -> Sequence[str]:
    """What each object is apart from its name, to recognise an Application under another name."""
    return [_content(each.value) for each in deployed.manifests]
