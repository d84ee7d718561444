"""Who owns which fields: `metadata.managedFields` under updates and server-side apply.

Implements structured-merge-diff's `merge.Updater` and the managers around it in
`k8s.io/apimachinery/pkg/util/managedfields/internal`: unowned metadata, reset fields, before-first-apply,
ancient changes, times, and kubectl's takeover from client-side apply. It changes no live object and knows
neither defaulting nor validation of kinds.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from argosy.sandbox.errors import ApiError, Cause
from argosy.sandbox.fieldset import (
    EMPTY,
    FieldSet,
    MergeError,
    Path,
    decode,
    difference,
    encode,
    ensure_named_fields,
    from_paths,
    go_json,
    intersection,
    members,
    print_path,
    recursive_difference,
    union,
)
from argosy.sandbox.merge import compare, extract_set, merge, remove, same_value, validate
from argosy.sandbox.schema import Object, Schema

__all__ = [
    "LAST_APPLIED",
    "Applied",
    "Writer",
    "is_reset",
    "own_applied",
    "own_updated",
    "refresh_last_applied",
    "without_managed_fields",
]

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"

_KUBECTL = "kubectl"
_BEFORE_FIRST_APPLY = "before-first-apply"
_ANCIENT_CHANGES = "ancient-changes"
_MAX_UPDATE_MANAGERS = 10
_APPLY, _UPDATE = "Apply", "Update"

# Fields that nobody owns (managedfields/internal/stripmeta.go).
_UNOWNED = from_paths(
    ("apiVersion",),
    ("kind",),
    ("metadata",),
    *(
        ("metadata", name)
        for name in (
            "name",
            "namespace",
            "creationTimestamp",
            "selfLink",
            "uid",
            "clusterName",
            "generation",
            "managedFields",
            "resourceVersion",
        )
    ),
)


@dataclass(frozen=True, slots=True)
class Writer:
    """One request's writer. `reset` are the fields that this endpoint never writes
    (`ResetFieldsStrategy`)."""

    manager: str
    api_version: str
    now: str
    subresource: str = ""
    reset: FieldSet = field(default_factory=dict)


@dataclass(frozen=True, slots=True, order=True)
class _Manager:
    """What tells two entries apart (`BuildManagerIdentifier`): an applier is the same in every version."""

    name: str
    operation: str
    api_version: str
    subresource: str

    def __str__(self) -> str:
        text = json.dumps(self.name, ensure_ascii=False)
        if self.subresource:
            text += f' with subresource "{self.subresource}"'
        return f"{text} using {self.api_version}" if self.operation == _UPDATE else text


@dataclass(frozen=True, slots=True)
class _Ownership:
    fields: FieldSet
    api_version: str
    time: str | None


_Owners = dict[_Manager, _Ownership]
_Conflicts = dict[_Manager, FieldSet]


class _ConflictError(Exception):
    def __init__(self, conflicts: _Conflicts) -> None:
        super().__init__("conflict")
        self.conflicts = conflicts


@dataclass(frozen=True, slots=True)
class Applied:
    """The result of an apply: the merged object without `managedFields`, None when it equals the live one."""

    object: Object | None
    managed_fields: list[Object]


def without_managed_fields(value: Object) -> Object:
    """The object without `metadata.managedFields`; a shallow copy."""
    metadata = value.get("metadata")
    if not isinstance(metadata, dict) or "managedFields" not in metadata:
        return value
    return {**value, "metadata": {key: found for key, found in metadata.items() if key != "managedFields"}}


def is_reset(managed_fields: object) -> bool:
    """Does an update ask to forget all owners: an empty list, or one empty entry?"""
    return isinstance(managed_fields, list) and (not managed_fields or managed_fields == [{}])


# ---------------------------------------------------------------- the entries of managedFields


def _decode_owners(entries: Iterable[Object]) -> _Owners:
    owners: _Owners = {}
    for entry in entries:
        operation = entry["operation"]
        version = "" if operation == _APPLY else entry.get("apiVersion", "")
        manager = _Manager(entry.get("manager", ""), operation, version, entry.get("subresource", ""))
        fields = decode(entry.get("fieldsV1") or {})
        owners[manager] = _Ownership(fields, entry.get("apiVersion", ""), entry.get("time"))
    return owners


def _encode_owners(owners: _Owners) -> list[Object]:
    ordered = sorted(
        owners.items(),
        key=lambda item: (
            item[0].operation,
            item[1].time or "",
            item[0].name,
            item[1].api_version,
            item[0].subresource,
        ),
    )
    return [_encode_owner(manager, ownership) for manager, ownership in ordered]


def _encode_owner(manager: _Manager, ownership: _Ownership) -> Object:
    entry: Object = {
        "manager": manager.name,
        "operation": manager.operation,
        "apiVersion": ownership.api_version,
        "time": ownership.time,
        "fieldsType": "FieldsV1",
        "fieldsV1": encode(ownership.fields),
        "subresource": manager.subresource,
    }
    return {key: value for key, value in entry.items() if value not in (None, "")}


# ---------------------------------------------------------------- the updater


@dataclass(frozen=True, slots=True)
class _Changes:
    removed: FieldSet
    changed: FieldSet


def _changes(schema: Schema, live: Object, new: Object, reset: FieldSet) -> _Changes:
    compared = compare(schema, live, new)
    removed, changed = compared.removed, union(compared.modified, compared.added)
    if reset:
        removed, changed = recursive_difference(removed, reset), recursive_difference(changed, reset)
    return _Changes(removed, changed)


def _take_over(owners: _Owners, me: _Manager, changes: _Changes, force: bool) -> None:
    """Takes what changed from everybody else. Raises `_ConflictError` unless forced (`Updater.update`)."""
    conflicts: _Conflicts = {}
    for manager, ownership in owners.items():
        if manager != me and (common := intersection(ownership.fields, changes.changed)):
            conflicts[manager] = common
    if conflicts and not force:
        raise _ConflictError(conflicts)
    for manager, ownership in list(owners.items()):
        if manager == me:
            continue
        fields = difference(ownership.fields, conflicts.get(manager, EMPTY))
        fields = difference(fields, changes.removed)
        if fields:
            owners[manager] = replace(ownership, fields=fields)
        else:
            del owners[manager]


def own_updated(
    schema: Schema, live: Object, new: Object, entries: Sequence[Object], writer: Writer
) -> list[Object]:
    """The owners after an ordinary write (create: `live` is the kind's empty object).

    An object without owners that exists already is not tracked (`skipNonAppliedManager`).
    """
    if not entries and live.get("metadata", {}).get("uid"):
        return []
    owners = _decode_owners(entries)
    _update(schema, live, new, owners, writer)
    return _encode_owners(owners)


def _update(schema: Schema, live: Object, new: Object, owners: _Owners, writer: Writer) -> None:
    me = _Manager(writer.manager, _UPDATE, writer.api_version, writer.subresource)
    # The operation counts as a manager of its own until it is merged into the entry of its name.
    current = replace(me, name="\0current-operation")
    changes = _changes(schema, without_managed_fields(live), without_managed_fields(new), writer.reset)
    _take_over(owners, current, changes, force=True)
    taken = difference(changes.changed, _UNOWNED)
    if taken:
        if me in owners:
            taken = union(taken, owners[me].fields)
        owners[me] = _Ownership(taken, writer.api_version, writer.now)
    _cap_update_managers(owners)


def _cap_update_managers(owners: _Owners) -> None:
    """Joins the oldest update entries of a version into one while there are more than ten."""
    updaters = [manager for manager in owners if manager.operation == _UPDATE]
    surplus = len(updaters) - _MAX_UPDATE_MANAGERS
    if surplus <= 0:
        return
    updaters.sort(key=lambda manager: (owners[manager].time or "", manager))
    first_of_version: dict[str, _Manager] = {}
    for manager in updaters:
        if surplus <= 0:
            return
        ownership = owners[manager]
        version = ownership.api_version
        first = first_of_version.setdefault(version, manager)
        if first == manager:
            continue
        bucket = _Manager(_ANCIENT_CHANGES, _UPDATE, version, "")
        if bucket not in owners:
            owners[bucket] = owners.pop(first)
        joined = union(ownership.fields, owners[bucket].fields)
        owners[bucket] = _Ownership(joined, version, ownership.time)
        del owners[manager]
        surplus -= 1


# ---------------------------------------------------------------- server-side apply


def own_applied(
    schema: Schema,
    live: Object,
    config: Object,
    entries: Sequence[Object],
    writer: Writer,
    *,
    force: bool,
    empty: Object,
) -> Applied:
    """Merges an applied configuration into the live object (`empty` when nothing exists) and assigns the
    fields.

    `empty` is the kind's empty object. Raises `MergeError` where the configuration does not fit the
    schema and
    `ApiError` (409) with one cause per conflict.
    """
    validate(schema, config)
    bare = without_managed_fields(live)
    owners = _decode_owners(entries)
    if not owners and live.get("metadata", {}).get("uid"):
        first = replace(writer, manager=_BEFORE_FIRST_APPLY, subresource=writer.subresource)
        _update(schema, empty, bare, owners, first)
    try:
        return _apply(schema, bare, config, owners, writer, force)
    except _ConflictError as error:
        conflicts = error.conflicts
        if writer.manager == _KUBECTL:
            conflicts = _beyond_last_applied(schema, bare, conflicts, writer.api_version)
        if conflicts:
            raise _conflict_error(conflicts) from None
        return _apply(schema, bare, config, owners, writer, force=True)


def refresh_last_applied(merged: Object, config: Mapping[str, Any], writer: Writer) -> Object:
    """The merged object, its client-side annotation brought up to date where kubectl itself applied
    (`managedfields/internal/lastappliedupdater.go`)."""
    annotations = merged.get("metadata", {}).get("annotations") or {}
    if writer.manager != _KUBECTL or writer.subresource or LAST_APPLIED not in annotations:
        return merged
    metadata = dict(config.get("metadata") or {})
    if LAST_APPLIED in (metadata.get("annotations") or {}):
        kept = {name: value for name, value in metadata["annotations"].items() if name != LAST_APPLIED}
        metadata["annotations"] = kept
    value = go_json({**config, "metadata": metadata}) + "\n"
    return {
        **merged,
        "metadata": {**merged["metadata"], "annotations": {**annotations, LAST_APPLIED: value}},
    }


def _apply(
    schema: Schema, live: Object, config: Object, known_owners: _Owners, writer: Writer, force: bool
) -> Applied:
    owners = dict(known_owners)
    me = _Manager(writer.manager, _APPLY, "", writer.subresource)
    last = owners.get(me)
    new: Object = merge(schema, live, config)
    fields = extract_set(schema, config)
    if writer.reset:
        fields = recursive_difference(fields, writer.reset)
    owners[me] = _Ownership(fields, writer.api_version, last.time if last else None)
    if last is not None and last.fields:
        new = _prune(schema, new, owners, last.fields)
    _take_over(owners, me, _changes(schema, live, new, writer.reset), force)
    same = same_value(new, live)
    owned = difference(owners[me].fields, _UNOWNED)
    if owned:
        time = owners[me].time if same else writer.now
        owners[me] = _Ownership(owned, writer.api_version, time)
    else:
        del owners[me]
    return Applied(None if same else new, _encode_owners(owners))


def _prune(schema: Schema, merged: Object, owners: _Owners, last: FieldSet) -> Object:
    """Takes out what this manager applied before, applies no longer and nobody else owns
    (`Updater.prune`)."""
    last = ensure_named_fields(last, schema)
    merged_set = ensure_named_fields(extract_set(schema, merged), schema)
    everybody: FieldSet = {}
    for ownership in owners.values():
        everybody = union(everybody, ownership.fields)
    everybody = ensure_named_fields(everybody, schema)
    pruned = remove(schema, merged, last) or {}
    # Give back what others own below what was removed, then what dangles from it.
    kept = union(ensure_named_fields(extract_set(schema, pruned), schema), everybody)
    pruned = remove(schema, merged, difference(merged_set, kept)) or {}
    gone = difference(merged_set, ensure_named_fields(extract_set(schema, pruned), schema))
    return remove(schema, merged, intersection(gone, last)) or {}


def _beyond_last_applied(schema: Schema, live: Object, conflicts: _Conflicts, api_version: str) -> _Conflicts:
    """The conflicts that client-side apply does not excuse: kubectl owns, by its annotation, what it applied
    last and what still has that value (`managedfields/internal/lastappliedmanager.go`)."""
    allowed = _last_applied_set(schema, live, api_version)
    remaining = {manager: difference(fields, allowed) for manager, fields in conflicts.items()}
    return {manager: fields for manager, fields in remaining.items() if fields}


def _last_applied_set(schema: Schema, live: Object, api_version: str) -> FieldSet:
    annotation = (live.get("metadata", {}).get("annotations") or {}).get(LAST_APPLIED)
    if not annotation:
        return EMPTY
    try:
        last: Any = json.loads(annotation)
        if not isinstance(last, dict) or last.get("apiVersion") != api_version:
            return EMPTY
        validate(schema, last)
        compared = compare(schema, last, live)
        fields = extract_set(schema, last)
    except (ValueError, MergeError):
        return EMPTY
    for changed in (compared.modified, compared.added, compared.removed):
        fields = difference(fields, changed)
    return fields


def _conflict_error(conflicts: _Conflicts) -> ApiError:
    """The 409 of server-side apply (`managedfields/internal/conflict.go`)."""
    by_manager: dict[str, list[Path]] = {}
    for manager in sorted(conflicts):
        by_manager.setdefault(str(manager), []).extend(members(conflicts[manager]))
    causes = [
        Cause("FieldManagerConflict", f"conflict with {who}", print_path(path)).to_dict()
        for who, paths in by_manager.items()
        for path in paths
    ]
    if len(causes) == 1:
        who, (path,) = next(iter(by_manager.items()))
        text = f"1 conflict: conflict with {who}: {print_path(path)}"
    else:
        lines = []
        for who, paths in by_manager.items():
            lines.append(f"conflicts with {who}:")
            lines.extend(f"- {print_path(path)}" for path in paths)
        text = f"{len(causes)} conflicts: " + "\n".join(lines)
    return ApiError(409, "Conflict", f"Apply failed with {text}", {"causes": causes})
