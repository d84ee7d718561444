"""Reads what earlier passes, or Argo CD, wrote into an Application's status. Pure.

The status is a memory that survives a restart: what was rolled out, which waves were entered, what objects
there are.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from argosy.clusters.objects import GroupVersionKind
from argosy.reconciler.resource import ResourceKey
from argosy.reconciler.specification import ApplicationSpec, fingerprint

__all__ = [
    "asked_operation",
    "entry_revisions",
    "entry_sources",
    "history_target",
    "inventory_kinds",
    "inventory_of",
    "reached_before",
    "rolled_before",
    "spec_at",
    "target_id",
]


def asked_operation(spec: ApplicationSpec) -> Mapping[str, Any] | None:
    """The sync that a person asked for: not begun yet, or begun and not finished."""
    if spec.operation is not None:
        return spec.operation
    state = spec.status.get("operationState") or {}
    operation: Mapping[str, Any] = state.get("operation") or {}
    by_machine = (operation.get("initiatedBy") or {}).get("automated")
    return operation if state.get("phase") == "Running" and operation and not by_machine else None


def inventory_of(spec: ApplicationSpec) -> frozenset[ResourceKey]:
    """The objects that the status says the Application has."""
    return frozenset(ResourceKey(*_identity(item)) for item in spec.status.get("resources") or ())


def inventory_kinds(spec: ApplicationSpec) -> set[GroupVersionKind]:
    """The kinds of the inventory."""
    return {
        GroupVersionKind(*(str(item.get(name) or "") for name in ("group", "version", "kind")))
        for item in spec.status.get("resources") or ()
    }


def spec_at(spec: ApplicationSpec, entry: Mapping[str, Any]) -> ApplicationSpec:
    """The specification as it was when a history entry was written, as far as rendering goes."""
    sources = entry_sources(entry)
    return replace(spec, sources=sources, several=bool(entry.get("sources")))


def rolled_before(spec: ApplicationSpec) -> Mapping[str, Any] | None:
    """The last entry of the history: what the Application was last synced to completely."""
    history = spec.status.get("history") or ()
    return history[-1] if history else None


def reached_before(spec: ApplicationSpec, target: str) -> int | None:
    """The highest wave that a sync to the target entered, as the status says; `None` for another target.

    It is written before a wave is applied, so that no wave is taken back after a restart.
    """
    state = spec.status.get("operationState") or {}
    result = state.get("syncResult") or {}
    if not result or history_target(spec, result) != target:
        return None
    entered = {_identity(item) for item in result.get("resources") or ()}
    known = spec.status.get("resources") or ()
    waves = [int(item.get("syncWave") or 0) for item in known if _identity(item) in entered]
    return max(waves, default=None)


def _identity(item: Mapping[str, Any]) -> tuple[str, str, str, str]:
    group, kind, namespace, name = (
        str(item.get(part) or "") for part in ("group", "kind", "namespace", "name")
    )
    return group, kind, namespace, name


def target_id(spec: ApplicationSpec, revisions: tuple[str, ...]) -> str:
    """Names a target: what is rendered, at which revisions, and where it goes."""
    return f"{spec.fingerprint}@{','.join(revisions)}"


def entry_sources(entry: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
    """The sources that a history entry or a sync result speaks of."""
    return (
        tuple(entry["sources"])
        if entry.get("sources")
        else ((entry["source"],) if entry.get("source") else ())
    )


def entry_revisions(entry: Mapping[str, Any]) -> tuple[str, ...]:
    """The revisions that a history entry or a sync result speaks of."""
    several = entry.get("revisions")
    return tuple(several) if several else ((entry["revision"],) if entry.get("revision") else ())


def history_target(spec: ApplicationSpec, entry: Mapping[str, Any]) -> str:
    """The target that a history entry or a sync result speaks of."""
    destination = spec.manifest["spec"].get("destination") or {}
    return f"{fingerprint(entry_sources(entry), destination)}@{','.join(entry_revisions(entry))}"
