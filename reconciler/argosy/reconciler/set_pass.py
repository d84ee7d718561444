"""One pass over one ApplicationSet: expand it, write its Applications, delete those that it lost.

Whatever of the expansion is unknown leaves every Application as it is. Generated Applications are objects
of the set by their ownerReference; what they deploy is the business of their own passes.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from argosy.clusters.client import Propagation
from argosy.clusters.errors import ApiError, Conflict, NotFound
from argosy.clusters.objects import ObjectRef
from argosy.compiler.expansion import Expansion, Phase, UnknownExpansion, expand
from argosy.compiler.inputs import Input
from argosy.compiler.rollout import NodeKey
from argosy.generators.generator import Settings
from argosy.reconciler.deletion_guard import guard
from argosy.reconciler.drift import Verdict, compare, content_of, examine, remember
from argosy.reconciler.gates import NodeState, Waits
from argosy.reconciler.hierarchy import set_of
from argosy.reconciler.installation import ARGO_GROUP, ARGO_VERSION
from argosy.reconciler.live_world import LiveWorld
from argosy.reconciler.node_keys import APPLICATION, APPLICATION_SET
from argosy.reconciler.report import WAITING, Condition
from argosy.reconciler.resource import (
    KubernetesObject,
    annotations_of,
    digest_of,
    key_of,
    metadata_of,
    name_of,
    namespace_of,
)
from argosy.reconciler.rolling_status import application_status, invalid_rollout
from argosy.reconciler.set_status import Rolling, set_status
from argosy.reconciler.status_writer import write_status
from argosy.reconciler.surroundings import Surroundings, Told
from argosy.reconciler.tracking import owner_of
from argosy.schemas.finding import Finding, Severity
from argosy.schemas.knowledge import Known
from argosy.schemas.model.annotations import CONFIRM_DELETION, INSTALLATION
from argosy.schemas.model.applicationset import ApplicationSet, ApplicationsSync

__all__ = ["SetPass"]

_GATHERINGS = 5
"""A matrix may ask for a repository that another one's files name; nobody nests deeper than this."""


def _keep(_state: NodeState) -> None:
    """Nobody listens."""


@dataclass(slots=True)
class SetPass:
    """The work of one pass over a set. `gate` is what a new expansion waits for."""

    world: Surroundings
    manifest: KubernetesObject
    make_world: Callable[[], LiveWorld]
    patient: bool = False
    """The gate may be closed for a moment only: then the status does not tell of it yet."""
    publish: Callable[[NodeState], None] = _keep
    """Tells the gates what was found, before the status is written that speaks of them."""
    target: str = ""
    inputs: tuple[Input, ...] = ()
    gate: Waits | None = None
    problem: str = ""
    conditions: list[Condition] = field(default_factory=list)
    written: list[str] = field(default_factory=list)
    rolled: bool = False

    @property
    def key(self) -> NodeKey:
        """The set as a node of the rollout."""
        return NodeKey(APPLICATION_SET, namespace_of(self.manifest), name_of(self.manifest))

    async def run(self) -> None:
        """Expand, write, delete, say so."""
        self.world.expansions.pop(self.key, None)
        expansion = await self._expand()
        if isinstance(expansion, UnknownExpansion):
            self._fail(_words(expansion.missing or expansion.findings) or expansion.reason)
        elif expansion.failed in (Phase.LOAD, Phase.GENERATE):
            self._fail(_words(expansion.findings))
        else:
            self.world.expansions[self.key] = self.target
            await self._write(expansion)
        self.publish(self.state())
        if not (self.patient and self.gate is not None and not self.problem):
            await self._report()

    def state(self) -> NodeState:
        """What the gates need to know of the set."""
        return NodeState(self.target, self.rolled, problem=self.problem)

    async def _expand(self) -> Expansion | UnknownExpansion:
        applicationset = ApplicationSet(self.manifest)
        settings = Settings(namespace=self.world.installation.namespace)
        for _ in range(_GATHERINGS):
            world = self.make_world()
            expansion = await asyncio.to_thread(expand, applicationset, world, settings)
            if not world.missing:
                break
            asked = sorted(world.missing)
            await asyncio.gather(*(self.world.revisions.resolve(url, revision) for url, revision in asked))
        self.inputs = expansion.inputs
        self.target = digest_of(
            [self.manifest.get("spec"), [str(item) for item in self.inputs], self._clusters(world)]
        )
        return expansion

    def _clusters(self, world: LiveWorld) -> str:
        if not any(item.kind == "clusters" for item in self.inputs):
            return ""
        answer = world.clusters()
        return digest_of(repr(answer.value)) if isinstance(answer, Known) else "unknown"

    def _fail(self, message: str) -> None:
        self.problem = f"its Applications are not known: {message}"
        self.conditions.append(Condition("ErrorOccurred", message))

    async def _write(self, expansion: Expansion) -> None:
        if errors := [item for item in expansion.findings if item.severity is Severity.ERROR]:
            self.conditions.append(Condition("ErrorOccurred", _words(tuple(errors))))
        policy = ApplicationSet(self.manifest).applications_sync or ApplicationsSync.SYNC
        wanted = [self._object(application.manifest) for application in expansion.applications]
        due = [item for item in wanted if not self._in_place(item, policy)]
        self.gate = self.world.gates().may_roll(self.key) if due else None
        if self.gate is not None:
            # Gates hold back what is new. After a start nothing is remembered of what is there already.
            same = await asyncio.gather(*(self._is_there(item) for item in due))
            due = [item for item, is_there in zip(due, same, strict=True) if not is_there]
            self.gate = self.gate if due else None
        if self.gate is not None:
            self.conditions.append(Condition(WAITING, str(self.gate)))
            return
        results = await asyncio.gather(*(self._apply(item) for item in due))
        clean = all(results) and not errors
        # What failed validation is not created, but neither has the set lost it.
        names = {str(metadata_of(item.manifest).get("name")) for item in expansion.generated}
        self.rolled = await self._delete_lost(names, policy) and clean

    def _object(self, manifest: Mapping[str, Any]) -> KubernetesObject:
        metadata = dict(manifest["metadata"])
        metadata.setdefault("namespace", self.key.namespace)
        metadata["labels"] = {**(metadata.get("labels") or {}), INSTALLATION: self.world.installation.id}
        metadata["ownerReferences"] = [
            {
                "apiVersion": f"{ARGO_GROUP}/{ARGO_VERSION}",
                "kind": APPLICATION_SET,
                "name": self.key.name,
                "uid": metadata_of(self.manifest).get("uid"),
                "controller": True,
                "blockOwnerDeletion": True,
            }
        ]
        head = {"apiVersion": f"{ARGO_GROUP}/{ARGO_VERSION}", "kind": APPLICATION}
        return {**head, "metadata": metadata, "spec": manifest["spec"]}

    def _in_place(self, wanted: KubernetesObject, policy: ApplicationsSync) -> bool:
        key = key_of(wanted)
        view = self.world.management
        live = view.get(key)
        if live is None:
            return False
        if not policy.allows_update:
            return True
        memory = view.memory[key]
        verdict = examine(memory.applied, wanted, digest_of(wanted), live, self.world.installation.manager)
        return verdict is Verdict.SAME

    async def _is_there(self, wanted: KubernetesObject) -> bool:
        """Whether an Application that is not remembered is as it should be: the server is asked once."""
        view, manager, key = self.world.management, self.world.installation.manager, key_of(wanted)
        live, memory, digest = view.get(key), view.memory[key_of(wanted)], digest_of(wanted)
        if live is None or self._other_owner(live):
            return False
        asked = digest, digest_of(content_of(live))
        if memory.applied is not None or memory.different == asked:
            return False
        try:
            answer = await view.client.apply(wanted, manager=manager, force=True, dry_run=True)
        except ApiError:
            return False
        if not compare(live, answer):
            memory.different = asked
            return False
        memory.applied = remember(wanted, digest, live, manager)
        return True

    async def _apply(self, wanted: KubernetesObject) -> bool:
        view, manager, key = self.world.management, self.world.installation.manager, key_of(wanted)
        live = view.get(key)
        if live is not None and (other := self._other_owner(live)):
            self.conditions.append(
                Condition("ErrorOccurred", f"Application {key.name} {other}; it was left as it is")
            )
            return False
        view.in_flight.add(key)
        try:
            answer = await self._call(wanted, live)
        except ApiError as error:
            self.conditions.append(Condition("ErrorOccurred", f"Application {key.name}: {error.message}"))
            return False
        finally:
            view.in_flight.discard(key)
        if answer is None:
            return False
        before = metadata_of(live).get("resourceVersion") if live else None
        if metadata_of(answer).get("resourceVersion") != before:
            self.written.append(key.name)
        memory = view.memory[key]
        memory.applied = remember(wanted, digest_of(wanted), answer, manager)
        memory.applied_at = self.world.loop_time()
        view.put(answer)
        return True

    async def _call(self, wanted: KubernetesObject, live: KubernetesObject | None) -> KubernetesObject | None:
        client, manager = self.world.management.client, self.world.installation.manager
        try:
            return await client.apply(wanted, manager=manager, force=live is not None)
        except Conflict:
            found = await client.find(ObjectRef.of(wanted))
            if found is not None and (other := self._other_owner(found)):
                text = f"Application {name_of(wanted)} {other}; it was left as it is"
                self.conditions.append(Condition("ErrorOccurred", text))
                return None
            return await client.apply(wanted, manager=manager, force=True)

    def _other_owner(self, live: KubernetesObject) -> str:
        generator = set_of(live)
        if generator is not None and generator != self.key.name:
            return f"is already generated by the ApplicationSet {generator}"
        tracked = owner_of(live)
        return f"is rendered by the Application {tracked.app}" if tracked is not None else ""

    async def _delete_lost(self, names: set[str], policy: ApplicationsSync) -> bool:
        """Delete what is not generated any more; whether nothing of that is left."""
        uid = metadata_of(self.manifest).get("uid")
        lost = [
            live
            for live in self.world.management.all(ARGO_GROUP, APPLICATION)
            if name_of(live) not in names and _generated_by(live, uid)
        ]
        if not lost or not policy.allows_delete:
            return True
        going = [live for live in lost if not metadata_of(live).get("deletionTimestamp")]
        confirmed = str(annotations_of(self.manifest).get(CONFIRM_DELETION, ""))
        losing = {name_of(live) for live in going}
        keys = [key_of(live) for live in going]
        reason = guard(f"the expansion of {self.key.name}", len(names), losing, keys, confirmed)
        if reason is not None:
            self.conditions.append(Condition("DeletionUnconfirmed", reason))
            return False
        await asyncio.gather(*(self._delete(live) for live in going))
        return False

    async def _delete(self, live: KubernetesObject) -> None:
        client, uid = self.world.management.client, str(metadata_of(live).get("uid"))
        try:
            await client.delete(ObjectRef.of(live), propagation=Propagation.BACKGROUND, uid=uid)
        except NotFound:
            return
        except ApiError as error:
            self.conditions.append(
                Condition("ErrorOccurred", f"Application {name_of(live)}: {error.message}")
            )
            return
        self.written.append(name_of(live))
        text = f"deleted Application {name_of(live)}, which is no longer generated"
        self.world.tell(Told(self.key, "Deleted", text))

    async def _report(self) -> None:
        before = self.manifest.get("status") or {}
        rolling = self._rolling(before)
        status = set_status(before, tuple(self.conditions), self.rolled, self.world.instant(), rolling)
        known = {(item.get("type"), item.get("message")) for item in before.get("conditions") or ()}
        for condition in self.conditions:
            if (condition.type, condition.message) not in known:
                warning = condition.type != WAITING
                self.world.tell(Told(self.key, condition.type, condition.message, warning=warning))
        kept = {name: value for name, value in before.items() if name != "applicationStatus"}
        await write_status(self.world, self.manifest, {**kept, **status})

    def _rolling(self, before: Mapping[str, Any]) -> Rolling | None:
        applicationset = ApplicationSet(self.manifest)
        if not applicationset.steps:
            return None
        members = {
            key: live
            for key in self.world.hierarchy.graph.children(self.key)
            if (live := self.world.manifest(key)) is not None
        }
        if any(key not in self.world.states for key in members):
            # After a start: what the status says of them is as good as anything, and they are marked already.
            entries = list(before.get("applicationStatus") or ())
        else:
            entries = self._entries(before, members)
        return Rolling(entries, invalid_rollout(applicationset, members))

    def _entries(
        self, before: Mapping[str, Any], members: Mapping[NodeKey, KubernetesObject]
    ) -> list[dict[str, Any]]:
        graph, gates = self.world.hierarchy.graph, self.world.gates()
        return application_status(before, members, graph, gates, self.world.instant())


def _generated_by(live: KubernetesObject, uid: object) -> bool:
    return any(
        reference.get("uid") == uid and reference.get("controller")
        for reference in metadata_of(live).get("ownerReferences") or ()
    )


def _words(findings: tuple[Finding, ...]) -> str:
    return "; ".join(
        f"{item.position}: {item.message}" if item.position else item.message for item in findings
    )
