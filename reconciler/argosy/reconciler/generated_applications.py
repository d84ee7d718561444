"""Writes the Applications that a set generates, each only where it differs from what it has to be.

A part of the pass over a set: knows its policy and the rules on updates, nothing of generators, gates or
deletions.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from argosy.clusters.errors import ApiError, Conflict
from argosy.clusters.objects import ObjectRef
from argosy.compiler.ignored_fields import IgnoredFields
from argosy.reconciler.application_update import Update, plan_update, surplus
from argosy.reconciler.drift import Verdict, compare, content_of, examine, remember
from argosy.reconciler.hierarchy import set_of
from argosy.reconciler.installation import ARGO_GROUP, ARGO_VERSION
from argosy.reconciler.node_keys import APPLICATION, APPLICATION_SET
from argosy.reconciler.report import Condition
from argosy.reconciler.resource import KubernetesObject, digest_of, key_of, metadata_of, name_of, namespace_of
from argosy.reconciler.set_settings import Preserved, SetSettings
from argosy.reconciler.surroundings import Surroundings
from argosy.reconciler.tracking import owner_of
from argosy.schemas.finding import ArgosyError
from argosy.schemas.model.annotations import INSTALLATION
from argosy.schemas.model.applicationset import ApplicationSet, ApplicationsSync

__all__ = ["Due", "GeneratedApplications"]

_ERROR = "ErrorOccurred"
_TRIES = 5
"""Other writers of an Application, its own pass above all, are rarely quicker twice."""


@dataclass(frozen=True, slots=True)
class Due:
    """An Application to write. `update` is there for one that exists."""

    wanted: KubernetesObject
    live: KubernetesObject | None = None
    update: Update | None = None

    @property
    def applied(self) -> KubernetesObject:
        """What is applied as ours."""
        return self.update.apply if self.update else self.wanted


@dataclass(slots=True)
class GeneratedApplications:
    """The Applications of one set in the management cluster."""

    world: Surroundings
    manifest: KubernetesObject
    settings: SetSettings
    ignored: IgnoredFields
    conditions: list[Condition] = field(default_factory=list)

    def due(self, generated: list[Mapping[str, Any]]) -> list[Due]:
        """Those that have to be written, by the set's policy and as far as others may not change them."""
        found = []
        for manifest in generated:
            try:
                item = self._examine(self._object(manifest))
            except ArgosyError as error:
                self._say(manifest["metadata"]["name"], f"{error.message}; it was left as it is")
                continue
            if item is not None:
                found.append(item)
        return found

    async def is_there(self, item: Due) -> bool:
        """Whether one that is not remembered is as it should be: the server is asked once."""
        view, manager, key = self.world.management, self.world.installation.manager, key_of(item.wanted)
        live, memory, digest = item.live, view.memory[key], digest_of(item.applied)
        if live is None or self._other_owner(live) or item.update is None or item.update.changes:
            return False
        asked = digest, digest_of(content_of(live))
        if memory.applied is not None or memory.different == asked:
            return False
        try:
            answer = await view.client.apply(item.applied, manager=manager, force=True, dry_run=True)
        except ApiError:
            return False
        if not compare(live, answer):
            memory.different = asked
            return False
        memory.applied = remember(item.applied, digest, live, manager)
        return True

    async def write(self, item: Due) -> bool:
        """Create or change one; whether it is as it has to be."""
        view, key = self.world.management, key_of(item.wanted)
        if item.live is not None and (other := self._other_owner(item.live)):
            self._say(key.name, f"{other}; it was left as it is")
            return False
        view.in_flight.add(key)
        try:
            return await self._write(item)
        except ArgosyError as error:
            self._say(key.name, error.message)
            return False
        finally:
            view.in_flight.discard(key)

    def _object(self, manifest: Mapping[str, Any]) -> KubernetesObject:
        metadata = dict(manifest["metadata"])
        metadata.setdefault("namespace", namespace_of(self.manifest))
        metadata["labels"] = {**(metadata.get("labels") or {}), INSTALLATION: self.world.installation.id}
        metadata["ownerReferences"] = [
            {
                "apiVersion": f"{ARGO_GROUP}/{ARGO_VERSION}",
                "kind": APPLICATION_SET,
                "name": name_of(self.manifest),
                "uid": metadata_of(self.manifest).get("uid"),
                "controller": True,
                "blockOwnerDeletion": True,
            }
        ]
        head = {"apiVersion": f"{ARGO_GROUP}/{ARGO_VERSION}", "kind": APPLICATION}
        return {**head, "metadata": metadata, "spec": manifest["spec"]}

    def _examine(self, wanted: KubernetesObject) -> Due | None:
        view, key = self.world.management, key_of(wanted)
        live = view.get(key)
        if live is None:
            return Due(wanted)
        if metadata_of(live).get("deletionTimestamp"):
            return None  # it comes again once it is gone
        if set_of(live) == name_of(self.manifest) and not self._policy.allows_update:
            return None
        update = self._plan(wanted, live)
        applied, manager = view.memory[key].applied, self.world.installation.manager
        verdict = examine(applied, update.apply, digest_of(update.apply), live, manager)
        return Due(wanted, live, update) if update.changes or verdict is not Verdict.SAME else None

    def _plan(self, wanted: KubernetesObject, live: KubernetesObject) -> Update:
        return plan_update(wanted, live, self._preserved, self.ignored)

    @property
    def _policy(self) -> ApplicationsSync:
        return self.settings.policy_of(ApplicationSet(self.manifest))

    @property
    def _preserved(self) -> Preserved:
        return self.settings.preserved_of(ApplicationSet(self.manifest))

    async def _write(self, item: Due) -> bool:
        client, view = self.world.management.client, self.world.management
        for left in reversed(range(_TRIES)):
            try:
                answer = await self._apply(item)
                break
            except Conflict:
                if not left:
                    raise
            # Somebody was quicker: what is there now?
            found = await client.find(ObjectRef.of(item.wanted))
            if found is not None and (other := self._other_owner(found)):
                self._say(name_of(found), f"{other}; it was left as it is")
                return False
            item = Due(item.wanted, found, self._plan(item.wanted, found) if found is not None else None)
        if item.update is not None and (patch := surplus(answer, item.update.result)):
            answer = await self._take_away(answer, patch)
        memory = view.memory[key_of(item.wanted)]
        manager = self.world.installation.manager
        memory.applied = remember(item.applied, digest_of(item.applied), answer, manager)
        memory.applied_at = self.world.loop_time()
        view.put(answer)
        return True

    async def _apply(self, item: Due) -> KubernetesObject:
        body = item.applied
        if item.live is not None and (self.ignored.rules or self._preserved):
            # What others may change is taken from what was seen: it must still be so.
            version = metadata_of(item.live).get("resourceVersion")
            body = {**body, "metadata": {**metadata_of(body), "resourceVersion": version}}
        manager = self.world.installation.manager
        return await self.world.management.client.apply(body, manager=manager, force=item.live is not None)

    async def _take_away(self, answer: KubernetesObject, patch: dict[str, Any]) -> KubernetesObject:
        body = {**patch, "metadata": {**(patch.get("metadata") or {}), "uid": metadata_of(answer).get("uid")}}
        manager = self.world.installation.manager
        return await self.world.management.client.patch(ObjectRef.of(answer), body, manager=manager)

    def _other_owner(self, live: KubernetesObject) -> str:
        generator = set_of(live)
        if generator is not None and generator != name_of(self.manifest):
            return f"is already generated by the ApplicationSet {generator}"
        tracked = owner_of(live)
        return f"is rendered by the Application {tracked.app}" if tracked is not None else ""

    def _say(self, name: str, text: str) -> None:
        self.conditions.append(Condition(_ERROR, f"Application {name}: {text}"))
