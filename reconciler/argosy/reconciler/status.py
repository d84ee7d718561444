"""Writes an Application's status as Argo CD writes it, field for field, from what a pass reports. Pure.

Times are instants handed in, and an instant changes only where what it stands beside changes: an
Application at rest has a status at rest.
"""

from collections.abc import Mapping
from typing import Any

from argosy.reconciler.report import PENDING, Operation, Report, ResourceReport
from argosy.reconciler.specification import ApplicationSpec
from argosy.reconciler.status_memory import history_target

__all__ = [
    "at_rest",
    "build_status",
]

_FINISHED = ("Succeeded", "Failed", "Error")


def build_status(spec: ApplicationSpec, report: Report, now: str, control_plane: str) -> dict[str, Any]:
    """The whole status. Equal to the present one, instants included, if nothing is new."""
    before = spec.status
    status: dict[str, Any] = {
        "sync": _sync(spec, report),
        "health": _health(before, report, now),
        "resources": _resources(before, report),
        "history": list(before.get("history") or ()),
        "controllerNamespace": control_plane,
        "summary": {"images": list(report.images)} if report.images else {},
    }
    if report.operation is not None:
        status["operationState"] = _operation_state(spec, report, report.operation, now)
    elif "operationState" in before:
        status["operationState"] = before["operationState"]
    if report.synced:
        status["history"] = _history(spec, report, now)
    if report.conditions:
        status["conditions"] = _conditions(before, report, now)
    if report.source_types:
        if spec.several:
            status["sourceTypes"] = list(report.source_types)
        else:
            status["sourceType"] = report.source_types[0]
    for name in [name for name in ("resources", "history", "summary") if not status[name]]:
        # Go leaves empty lists out; `summary` is always there.
        if name != "summary":
            del status[name]
    return at_rest(before, status, now)


def at_rest(before: Mapping[str, Any], status: dict[str, Any], now: str) -> dict[str, Any]:
    """The status with `reconciledAt`, which moves only when something else does."""
    same = {key: value for key, value in before.items() if key != "reconciledAt"} == status
    return status | {"reconciledAt": before.get("reconciledAt", now) if same else now}


def _revision_fields(spec: ApplicationSpec, revisions: tuple[str, ...]) -> dict[str, Any]:
    if not revisions:
        return {}
    return {"revisions": list(revisions)} if spec.several else {"revision": revisions[0]}


def _source_fields(spec: ApplicationSpec) -> dict[str, Any]:
    return {"sources": list(spec.sources)} if spec.several else {"source": dict(spec.sources[0])}


def _sync(spec: ApplicationSpec, report: Report) -> dict[str, Any]:
    compared = _source_fields(spec) | {"destination": dict(spec.manifest["spec"].get("destination") or {})}
    return {"status": report.sync, "comparedTo": compared} | _revision_fields(spec, report.revisions)


def _health(before: Mapping[str, Any], report: Report, now: str) -> dict[str, Any]:
    known = before.get("health") or {}
    health = {"status": report.health}
    if report.health_message:
        health["message"] = report.health_message
    same = known.get("status") == report.health
    return health | {"lastTransitionTime": known.get("lastTransitionTime", now) if same else now}


def _resources(before: Mapping[str, Any], report: Report) -> list[dict[str, Any]]:
    if report.resources is None:
        # Nothing is known of the target: what is known of the objects stays.
        return list(before.get("resources") or ())
    return [_resource(item) for item in report.resources]


def _resource(item: ResourceReport) -> dict[str, Any]:
    found: dict[str, Any] = {"kind": item.key.kind, "name": item.key.name, "version": item.version}
    if item.key.group:
        found["group"] = item.key.group
    if item.key.namespace:
        found["namespace"] = item.key.namespace
    found["status"] = item.status
    if item.health:
        found["health"] = {"status": item.health}
    if item.requires_pruning:
        found["requiresPruning"] = True
    if item.wave:
        found["syncWave"] = item.wave
    return found


def _conditions(before: Mapping[str, Any], report: Report, now: str) -> list[dict[str, Any]]:
    known = {(item.get("type"), item.get("message")): item for item in before.get("conditions") or ()}
    return [
        {
            "type": item.type,
            "message": item.message,
            "lastTransitionTime": known.get((item.type, item.message), {}).get("lastTransitionTime", now),
        }
        for item in report.conditions
    ]


def _history(spec: ApplicationSpec, report: Report, now: str) -> list[dict[str, Any]]:
    entries = list(spec.status.get("history") or ())
    entry = _revision_fields(spec, report.revisions) | _source_fields(spec)
    if entries and history_target(spec, entries[-1]) == history_target(spec, entry):
        return entries
    number = int(entries[-1].get("id", 0)) + 1 if entries else 0
    automated = report.operation is None or report.operation.asked is None
    started = (spec.status.get("operationState") or {}).get("startedAt", now)
    entry |= {"id": number, "deployedAt": now, "deployStartedAt": started}
    entry["initiatedBy"] = {"automated": True} if automated else _initiator(report.operation)
    return [*entries, entry][-max(spec.history_limit, 1) :]


def _initiator(operation: Operation | None) -> dict[str, Any]:
    asked = (operation.asked if operation else None) or {}
    return dict(asked.get("initiatedBy") or {})


def _operation_state(spec: ApplicationSpec, report: Report, operation: Operation, now: str) -> dict[str, Any]:
    before: Mapping[str, Any] = spec.status.get("operationState") or {}
    result: dict[str, Any] = _revision_fields(spec, report.revisions) | _source_fields(spec)
    # Argo CD always writes `revision`, empty for several sources.
    result.setdefault("revision", "")
    result["resources"] = [_result(item) for item in report.resources or () if item.result]
    if not result["resources"]:
        del result["resources"]
    same_target = history_target(spec, before.get("syncResult") or {}) == history_target(spec, result)
    goes_on = same_target and not operation.fresh
    state: dict[str, Any] = {
        "operation": _operation(spec, report, operation),
        "phase": operation.phase,
        "message": operation.message,
        "startedAt": before.get("startedAt", now) if goes_on else now,
        "syncResult": result,
    }
    if operation.phase in _FINISHED:
        finished = goes_on and before.get("phase") == operation.phase
        state["finishedAt"] = before.get("finishedAt", now) if finished else now
    return state


def _operation(spec: ApplicationSpec, report: Report, operation: Operation) -> dict[str, Any]:
    if operation.asked is not None:
        return dict(operation.asked)
    sync: dict[str, Any] = _revision_fields(spec, report.revisions)
    if spec.prune:
        sync["prune"] = True
    if spec.sync_options:
        sync["syncOptions"] = sorted(spec.sync_options)
    return {"initiatedBy": {"automated": True}, "sync": sync, "retry": {}}


def _result(item: ResourceReport) -> dict[str, Any]:
    found: dict[str, Any] = {
        "group": item.key.group,
        "version": item.version,
        "kind": item.key.kind,
        "namespace": item.key.namespace,
        "name": item.key.name,
        "message": item.message,
        # As Argo CD: what was applied is "Running" until the next sync looks at it.
        "hookPhase": "Failed" if item.result in ("SyncFailed", "PruneSkipped") else "Running",
        "syncPhase": "Sync",
    }
    if item.result != PENDING:
        found["status"] = item.result
    return found
