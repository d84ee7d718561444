"""Follows a rollout by the status of Applications until it settles, fails, or time is up. Reads only."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from argosy.clusters.client import Client
from argosy.clusters.objects import GroupVersionKind
from argosy.reconciler.installation import Installation
from argosy.schemas.model.annotations import REFRESH

__all__ = ["Followed", "Row", "follow", "has_sets", "list_rows"]

_KIND = GroupVersionKind("argoproj.io", "v1alpha1", "Application")
_SET = GroupVersionKind("argoproj.io", "v1alpha1", "ApplicationSet")
_LOOK = 0.5


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
    parent: str
    cluster: str
    namespace: str
    conditions: tuple[str, ...]
    pending: bool

    @property
    def settled(self) -> bool:
        """Synced and healthy, and nothing asked for that was not begun."""
        return not self.pending and (self.sync, self.health) == ("Synced", "Healthy")

    @property
    def failed(self) -> bool:
        """Nothing will change without somebody's doing."""
        if self.pending:
            return False
        if any(condition.startswith("Waiting: ") for condition in self.conditions):
            return True  # for a person
        return self.phase in ("Failed", "Error") or (self.sync == "Unknown" and bool(self.conditions))

    @property
    def trouble(self) -> str:
        """What to tell of one that is not settled; empty where nothing but time is missing."""
        if self.conditions:
            return "; ".join(self.conditions)
        return self.message if self.phase in ("Running", "Failed", "Error") else ""


@dataclass(frozen=True, slots=True)
class Followed:
    """What was seen last. `set_problems` are by the set's name."""

    rows: list[Row]
    set_problems: dict[str, str]

    @property
    def settled(self) -> bool:
        """Whether there is something, and all of it is as it should be."""
        return bool(self.rows) and all(row.settled for row in self.rows) and not self.set_problems

    @property
    def failed(self) -> bool:
        """Whether something is there that nothing but somebody's doing changes."""
        return any(row.failed for row in self.rows) or bool(self.set_problems)


async def list_rows(client: Client, installation: Installation) -> list[Row]:
    """All Applications of an installation, by wave and name."""
    anywhere = bool(installation.application_namespaces)
    found = (await client.list(_KIND, "" if anywhere else installation.namespace)).items
    rows = [
        _row(item, installation.namespace)
        for item in found
        if installation.manages(_KIND.kind, item["metadata"]["namespace"])
    ]
    return sorted(rows, key=lambda row: (row.wave, row.name))


async def has_sets(client: Client, namespace: str) -> bool:
    """Whether there is an ApplicationSet that may generate Applications."""
    return bool((await client.list(_SET, namespace)).items)


async def list_set_problems(client: Client, namespace: str) -> dict[str, str]:
    """What keeps ApplicationSets from generating their Applications, by the set's name."""
    found: dict[str, str] = {}
    for item in (await client.list(_SET, namespace)).items:
        for condition in (item.get("status") or {}).get("conditions") or ():
            if condition.get("type") == "ErrorOccurred" and condition.get("status") == "True":
                found[item["metadata"]["name"]] = str(condition.get("message"))
    return dict(sorted(found.items()))


async def follow(
    client: Client,
    installation: Installation,
    wanted: Callable[[list[Row]], list[Row]],
    seconds: float,
    *,
    sets: bool = False,
    stop: Callable[[], bool] = lambda: False,
) -> "Followed":
    """Look until all of `wanted` are settled, one has failed and the rest waits, or time is up; what was
    seen last. `sets`: an ApplicationSet that generates nothing has failed, too."""
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    still = 0
    before = None
    while True:
        rows = wanted(await list_rows(client, installation))
        found = Followed(rows, await list_set_problems(client, installation.namespace) if sets else {})
        still = still + 1 if found == before else 0
        before = found
        # Settled for a moment, so that children that were just made are seen too.
        if found.settled and still >= 2:
            return found
        if found.failed and still >= 6:
            return found
        if loop.time() > end or stop():
            return found
        await asyncio.sleep(_LOOK)


def _name(metadata: dict[str, Any], control_plane: str) -> str:
    namespace, name = metadata["namespace"], metadata["name"]
    return str(name) if namespace == control_plane else f"{namespace}/{name}"


def _row(item: dict[str, Any], control_plane: str) -> Row:
    metadata, status = item["metadata"], item.get("status") or {}
    annotations = metadata.get("annotations") or {}
    destination = (item.get("spec") or {}).get("destination") or {}
    operation = status.get("operationState") or {}
    sync = status.get("sync") or {}
    wave = str(annotations.get("argocd.argoproj.io/sync-wave") or "0")
    owners = [
        str(owner["name"]) for owner in metadata.get("ownerReferences") or () if owner.get("controller")
    ]
    tracked = str(annotations.get("argocd.argoproj.io/tracking-id") or "").partition(":")[0]
    return Row(
        name=_name(metadata, control_plane),
        sync=str(sync.get("status") or "Unknown"),
        health=str((status.get("health") or {}).get("status") or "Unknown"),
        phase=str(operation.get("phase") or ""),
        message=str(operation.get("message") or ""),
        revision=str(sync.get("revision") or ",".join(sync.get("revisions") or ())),
        wave=int(wave) if wave.lstrip("-").isdigit() else 0,
        parent=owners[0] if owners else tracked.replace("_", "/", 1),
        cluster=str(destination.get("name") or destination.get("server") or ""),
        namespace=str(destination.get("namespace") or ""),
        pending=REFRESH in annotations or "operation" in item,
        conditions=tuple(
            f"{condition.get('type')}: {condition.get('message')}"
            for condition in status.get("conditions") or ()
        ),
    )
