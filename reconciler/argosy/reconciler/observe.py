"""Compares what an Application wants with what the view of its cluster holds: the input of a plan.

Comes between desired objects and the plan; makes no calls and changes nothing but the claims.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from argosy.reconciler.cluster_view import ClusterView, Memory
from argosy.reconciler.desired import DesiredObject, wave_of
from argosy.reconciler.drift import Verdict, content_of, examine
from argosy.reconciler.health import assess
from argosy.reconciler.node_keys import child_key
from argosy.reconciler.plan import Extra, Match, Observed
from argosy.reconciler.resource import (
    KubernetesObject,
    ResourceKey,
    annotations_of,
    digest_of,
    key_of,
    metadata_of,
)
from argosy.reconciler.runner import foreign_owner
from argosy.schemas.model.annotations import SYNC_OPTIONS

__all__ = ["Observer", "sync_options_of"]

_JUST_NOW = 2.0
"""Seconds after an apply in which a second one could bear the same time in `managedFields`."""


@dataclass(frozen=True, slots=True)
class Observer:
    """Looks at one cluster for one Application."""

    view: ClusterView
    application: str
    loop_time: Callable[[], float]

    def observe(self, target: DesiredObject, current: DesiredObject | None) -> Observed:
        """One desired object as the cluster has it."""
        view, key = self.view, target.key
        live = view.get(key)
        memory = view.memory.get(key) or Memory()
        owner = self._owner(target, live, memory)
        failed = self._failed(target, current, memory)
        retrying = self.loop_time() >= memory.retry_at
        if live is None:
            return Observed(owner=owner, failed=failed, retry=retrying)
        health = assess(live)
        matched = self.match(target, live, memory)
        same_revision = current is not None and current.digest == target.digest
        return Observed(
            exists=True,
            target=matched,
            current=matched if same_revision or current is None else self.match(current, live, memory),
            health=str(health.status),
            message=health.message,
            owner=owner,
            failed=failed,
            retry=retrying,
            child=child_key(key) is not None,
        )

    def match(self, desired: DesiredObject, live: KubernetesObject, memory: Memory) -> Match:
        """How a live object relates to one revision of what is wanted."""
        # Without a status subresource, as Applications are, every status written is a new generation.
        just_now = self.loop_time() - memory.applied_at < _JUST_NOW and child_key(key_of(live)) is None
        manager = self.view.installation.manager
        verdict = examine(memory.applied, desired.value, desired.digest, live, manager, just_now=just_now)
        if verdict is Verdict.SAME:
            if memory.applied is not None and memory.applied.entries:
                # The next look at the same version is over at once.
                version = str(metadata_of(live).get("resourceVersion", ""))
                memory.applied = replace(memory.applied, resource_version=version)
            return Match.SAME
        if verdict is Verdict.DRIFTED:
            return Match.DIFFERENT
        if memory.different == (desired.digest, digest_of(content_of(live))):
            return Match.DIFFERENT
        return Match.UNKNOWN

    def extras(
        self, wanted: Mapping[ResourceKey, DesiredObject], inventory: frozenset[ResourceKey]
    ) -> tuple[list[Extra], list[ResourceKey]]:
        """Objects of the Application that it no longer wants: those of its inventory, and those that are in
        none."""
        known, strays = [], []
        for live in self.view.owned(self.application):
            key = key_of(live)
            if key in wanted or not self.view.is_ours(live):
                continue
            if self.view.claims.get(key, set()) - {self.application}:
                continue  # another Application wants it now and takes it over
            if key in inventory:
                known.append(_extra(key, live))
            else:
                strays.append(key)
        return known, strays

    def _owner(self, target: DesiredObject, live: KubernetesObject | None, memory: Memory) -> str:
        view, key = self.view, target.key
        if live is None:
            holder = view.holders.get(key)
            if holder is not None and holder != self.application:
                return f"is tracked by the Application {holder}"
            return memory.foreign[1] if memory.foreign[0] == target.digest else ""
        owner = foreign_owner(live, self.application, view.installation.id)
        if owner and not owner.startswith("belongs"):
            other = owner.rpartition(" ")[2]
            if other not in view.claims.get(key, ()) and view.examined(other):
                return ""  # it gave the object up: ours to take over
        return owner

    def _failed(self, target: DesiredObject, current: DesiredObject | None, memory: Memory) -> str:
        digest, message = memory.failed
        return message if digest in (target.digest, current.digest if current else "") else ""


def sync_options_of(obj: KubernetesObject) -> frozenset[str]:
    """The sync options that an object states itself."""
    text = str(annotations_of(obj).get(SYNC_OPTIONS, ""))
    return frozenset(part.strip() for part in text.split(",") if part.strip())


def _extra(key: ResourceKey, live: KubernetesObject) -> Extra:
    deleting = bool(metadata_of(live).get("deletionTimestamp"))
    return Extra(key, wave_of(live) or 0, sync_options_of(live), deleting)
