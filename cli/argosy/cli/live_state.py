"""What the management cluster says of Applications and ApplicationSets, as one row each. Reads only."""

from dataclasses import dataclass
from typing import Any

from argosy.clusters.client import Client
from argosy.clusters.objects import GroupVersionKind
from argosy.reconciler.health import assess
from argosy.reconciler.installation import Installation
from argosy.schemas.model.annotations import REFRESH

__all__ = ["APPLICATION", "APPLICATION_SET", "LiveState", "Row", "SetRow", "read_live_state"]

APPLICATION = "Application"
APPLICATION_SET = "ApplicationSet"
_KIND = GroupVersionKind("argoproj.io", "v1alpha1", APPLICATION)
_SET = GroupVersionKind("argoproj.io", "v1alpha1", APPLICATION_SET)
_FOR_A_PERSON = ("Waiting: ", "DeletionUnconfirmed: ", "SyncError: ")
"""Conditions that nothing but somebody's doing ends."""


@dataclass(frozen=True, slots=True)
class Row:
    """One Application as its status says; `name` bears the namespace where that is not the installation's."""

    name: str
    sync: str
    health: str
    phase: str
    message: str
    revision: str
    wave: int
    """The place in the rollout: of a generated Application the larger of its own and its set's."""
    parent: str
    parent_kind: str
    """Which kind made it: a set, an Application, or nothing (empty) where somebody applied it."""
    cluster: str
    namespace: str
    conditions: tuple[str, ...]
    pending: bool

    @property
    def settled(self) -> bool:
        """Synced and healthy, and nothing asked for that was not begun."""
        return not self.pending and (self.sync, self.health) == ("Synced", "Healthy")

    @property
    def looked_at(self) -> bool:
        """Whether a controller has said anything of it."""
        return self.sync != "Unknown" or bool(self.phase or self.conditions)

    @property
    def failed(self) -> bool:
        """Nothing will change without somebody's doing."""
        if self.pending:
            return False
        if any(condition.startswith(_FOR_A_PERSON) for condition in self.conditions):
            return True
        return self.phase in ("Failed", "Error") or (self.sync == "Unknown" and bool(self.conditions))

    @property
    def trouble(self) -> str:
        """What to tell of one that is not settled; empty where nothing but time is missing."""
        if self.conditions:
            return "; ".join(self.conditions)
        return self.message if self.phase in ("Running", "Failed", "Error") else ""


@dataclass(frozen=True, slots=True)
class SetRow:
    """One ApplicationSet; `problem` is what keeps it from generating its Applications (empty: nothing).

    `health` is that of its own work, `message` what it says of it.
    """

    name: str
    wave: int
    parent: str
    problem: str
    health: str = "Healthy"
    message: str = ""

    @property
    def settled(self) -> bool:
        """Whether its Applications are written as it says now."""
        return self.health == "Healthy"

    @property
    def parent_kind(self) -> str:
        """An Application made it, or (empty) somebody applied it."""
        return APPLICATION if self.parent else ""


@dataclass(frozen=True, slots=True)
class LiveState:
    """What there is, by wave and name."""

    rows: tuple[Row, ...]
    sets: tuple[SetRow, ...]

    @property
    def set_problems(self) -> dict[str, str]:
        """What keeps ApplicationSets from generating their Applications, by the set's name."""
        return {each.name: each.problem for each in sorted(self.sets, key=_by_name) if each.problem}


async def read_live_state(client: Client, installation: Installation) -> LiveState:
    """All Applications and ApplicationSets of an installation."""
    anywhere = bool(installation.application_namespaces)
    found = (await client.list(_SET, installation.namespace)).items
    sets = sorted((_set_row(item) for item in found), key=lambda row: (row.wave, row.name))
    waves = {row.name: row.wave for row in sets}
    found = (await client.list(_KIND, "" if anywhere else installation.namespace)).items
    rows = [
        _row(item, installation.namespace, waves)
        for item in found
        if installation.manages(_KIND.kind, item["metadata"]["namespace"])
    ]
    return LiveState(tuple(sorted(rows, key=lambda row: (row.wave, row.name))), tuple(sets))


def _by_name(row: SetRow) -> str:
    return row.name


def _set_row(item: dict[str, Any]) -> SetRow:
    problems = [
        str(condition.get("message"))
        for condition in (item.get("status") or {}).get("conditions") or ()
        if condition.get("type") == "ErrorOccurred" and condition.get("status") == "True"
    ]
    metadata = item["metadata"]
    health = assess(item)
    return SetRow(
        name=metadata["name"],
        wave=_wave(metadata),
        parent=_tracked(metadata),
        problem=problems[0] if problems else "",
        health=health.status.value,
        message=health.message,
    )


def _wave(metadata: dict[str, Any]) -> int:
    text = str((metadata.get("annotations") or {}).get("argocd.argoproj.io/sync-wave") or "0")
    return int(text) if text.removeprefix("-").isdigit() else 0


def _tracked(metadata: dict[str, Any]) -> str:
    """The Application that made it; empty where none did."""
    tracking = str((metadata.get("annotations") or {}).get("argocd.argoproj.io/tracking-id") or "")
    return tracking.partition(":")[0].replace("_", "/", 1)


def _name(metadata: dict[str, Any], control_plane: str) -> str:
    namespace, name = metadata["namespace"], metadata["name"]
    return str(name) if namespace == control_plane else f"{namespace}/{name}"


def _row(item: dict[str, Any], control_plane: str, set_waves: dict[str, int]) -> Row:
    metadata, status = item["metadata"], item.get("status") or {}
    annotations = metadata.get("annotations") or {}
    destination = (item.get("spec") or {}).get("destination") or {}
    operation = status.get("operationState") or {}
    sync = status.get("sync") or {}
    owners = [
        str(owner["name"]) for owner in metadata.get("ownerReferences") or () if owner.get("controller")
    ]
    tracked = _tracked(metadata)
    return Row(
        name=_name(metadata, control_plane),
        sync=str(sync.get("status") or "Unknown"),
        health=str((status.get("health") or {}).get("status") or "Unknown"),
        phase=str(operation.get("phase") or ""),
        message=str(operation.get("message") or ""),
        revision=str(sync.get("revision") or ",".join(sync.get("revisions") or ())),
        wave=max([_wave(metadata), *(set_waves[owner] for owner in owners if owner in set_waves)]),
        parent=owners[0] if owners else tracked,
        parent_kind=APPLICATION_SET if owners else APPLICATION if tracked else "",
        cluster=str(destination.get("name") or destination.get("server") or ""),
        namespace=str(destination.get("namespace") or ""),
        pending=REFRESH in annotations or "operation" in item,
        conditions=tuple(
            f"{condition.get('type')}: {condition.get('message')}"
            for condition in status.get("conditions") or ()
        ),
    )
