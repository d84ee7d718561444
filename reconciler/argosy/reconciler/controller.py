"""The controller: watches mark what has to be looked at, workers look at it, gates and repositories mark
the rest.

Holds no rules about objects: those are in the passes. Owns every task; a failure of one Application is told
and tried again, and stops nobody else.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from argosy.clusters.client import Client
from argosy.clusters.errors import ApiError
from argosy.clusters.objects import GroupVersionKind
from argosy.compiler.rollout import NodeKey
from argosy.generators.requeue import git_requeue_seconds, requeue_seconds
from argosy.reconciler.application_pass import ApplicationPass
from argosy.reconciler.cluster_view import Change, ClusterView, Scope
from argosy.reconciler.deletion import delete_application
from argosy.reconciler.fleet import Connect, Fleet
from argosy.reconciler.gates import NodeState
from argosy.reconciler.hierarchy import Hierarchy, parent_of, set_of
from argosy.reconciler.installation import ARGO_GROUP, ARGO_VERSION, Installation
from argosy.reconciler.interests import Interests
from argosy.reconciler.live_world import LiveWorld, Recent
from argosy.reconciler.node_keys import APPLICATION, APPLICATION_SET, tracked_key
from argosy.reconciler.outside import Outside
from argosy.reconciler.pass_state import PassMemory
from argosy.reconciler.refusal import report_invalid
from argosy.reconciler.relevance import (
    health_changed,
    owner_application,
    specification_changed,
    state_changed,
)
from argosy.reconciler.reporting import GATE_PATIENCE, conclude, node_state
from argosy.reconciler.resource import KubernetesObject, annotations_of, metadata_of
from argosy.reconciler.revisions import Asked, Revisions
from argosy.reconciler.runner import retry_delay
from argosy.reconciler.set_deletion import let_go
from argosy.reconciler.set_pass import SetPass
from argosy.reconciler.set_settings import SetSettings, read_set_settings
from argosy.reconciler.specification import ApplicationSpec, SpecificationError, node_key
from argosy.reconciler.status_writer import patch_object
from argosy.reconciler.surroundings import Render, Surroundings, Told
from argosy.reconciler.waiting import Waiting
from argosy.reconciler.work_queue import WorkQueue
from argosy.schemas.finding import ArgosyError
from argosy.schemas.knowledge import Answer, Unknown
from argosy.schemas.model.annotations import REFRESH, SECRET_TYPE, SET_REFRESH
from argosy.schemas.model.application import instance_name
from argosy.sources.git import Repositories
from argosy.sources.jq_filter import JqFilter
from argosy.sources.providers.providers import Providers

__all__ = ["Controller", "Effects", "Options"]

_LOG = logging.getLogger("argosy.reconciler")
_ARGO_KINDS = (APPLICATION, APPLICATION_SET, "AppProject")
_RECHECK = 0.01
"""Seconds in which changes of states pile up before closed gates are looked at again."""
_PARENT = 0.05
"""Seconds in which changes of children pile up before their parent is looked at."""
_DEFINITIONS = 0.1
"""Seconds in which definitions pile up before charts that ask for them render anew."""


@dataclass(frozen=True, slots=True)
class Options:
    """How a controller works. `poll` is in seconds between two looks at the repositories, 0 for never."""

    poll: float = 60.0
    parallel: int = 32


@dataclass(frozen=True, slots=True)
class Effects:
    """The world outside: clusters, Git, rendering, clock and chance, handed in."""

    management: Client
    connect: Connect
    repositories: Repositories
    render: Render
    now: Callable[[], datetime]
    chance: Callable[[], float]
    tell: Callable[[Told], None]
    jq: JqFilter = field(default_factory=JqFilter)
    providers: Providers = field(default_factory=Providers)


class Controller:
    """Reconciles everything of one installation. Use as `async with Controller(…) as controller`."""

    def __init__(self, installation: Installation, effects: Effects, options: Options | None = None) -> None:
        self.installation = installation
        self._effects = effects
        self._options = options or Options()
        self._tasks = asyncio.TaskGroup()
        self._background: list[asyncio.Task[None]] = []
        self._memories: dict[NodeKey, PassMemory] = {}
        self._failures: dict[NodeKey, int] = {}
        self._rendering_anew: set[NodeKey] = set()
        """Applications of which a pass that has begun already says nothing that counts."""
        self._waiting = Waiting()
        self._closed_since: dict[NodeKey, float] = {}
        self._set_settings: Answer[SetSettings] = Unknown("the settings of all sets were not read yet")
        self._recheck: asyncio.TimerHandle | None = None
        self.changed = asyncio.Event()
        """Set whenever a pass ended: who follows a rollout waits for it and clears it."""

    async def __aenter__(self) -> "Controller":
        await self._tasks.__aenter__()
        loop, effects = asyncio.get_running_loop(), self._effects
        self._queue = WorkQueue(self._work, self._tasks, self._options.parallel)
        own = Scope(namespace=self.installation.namespace)
        scopes = {(ARGO_GROUP, kind): own for kind in _ARGO_KINDS}
        if self.installation.application_namespaces:
            manages = partial(self.installation.manages, APPLICATION)
            scopes[ARGO_GROUP, APPLICATION] = Scope(holds=manages)
        selector = f"{SECRET_TYPE} in (cluster,repository,repo-creds)"
        self.management = self._view(effects.management, scopes)
        self.secrets = self._view(
            effects.management, {("", "Secret"): Scope(self.installation.namespace, selector)}
        )
        self.fleet = Fleet(self.management, self.secrets, effects.connect, self._view)
        self.revisions = Revisions(effects.repositories)
        self.world = Surroundings(
            installation=self.installation,
            hierarchy=Hierarchy(self.installation.namespace),
            management=self.management,
            view_of=self.fleet.view_of,
            revisions=self.revisions,
            outside=Outside(effects.management, effects.providers, self.installation.namespace),
            render=effects.render,
            now=effects.now,
            loop_time=loop.time,
            chance=effects.chance,
            tell=effects.tell,
            clusters=self.fleet.clusters,
            delete_fields=effects.jq.delete,
            mark=self._queue.mark,
        )
        self._interests = Interests(self.world)
        return self

    async def __aexit__(self, *error: Any) -> None:
        await self._queue.drain()
        if self._recheck is not None:
            self._recheck.cancel()
        for task in self._background:
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)
        self._effects.jq.close()
        await self.fleet.close()
        await self._tasks.__aexit__(*error)

    async def start(self) -> None:
        """Read the management cluster and look at everything once.

        Raises `ApiError` where the cluster does not answer, `UnknownKind` where our definitions are missing.
        """
        await self.secrets.watch([GroupVersionKind("", "v1", "Secret")])
        await self.management.watch(GroupVersionKind(ARGO_GROUP, ARGO_VERSION, kind) for kind in _ARGO_KINDS)
        await self._known_settings()
        self._queue.open()
        for key in sorted(self.world.hierarchy.keys):
            self._outdated(key)
        if self._options.poll > 0:
            self._spawn(self._poll())

    async def idle(self) -> None:
        """Wait until nothing is left to do at this moment."""
        await self._queue.idle()

    @property
    def busy(self) -> bool:
        """Whether a pass runs or is due at once."""
        return self._queue.busy or self._recheck is not None

    async def refresh(self) -> None:
        """Fetch every repository now and look at what changed."""
        self._commits_changed(await self.revisions.refresh())

    # Marks

    def _on_change(self, change: Change) -> None:
        if change.before is None and change.after is None:
            if not change.key.name:
                self._cluster_is_back(change.view)
            return
        if change.view is self.secrets:
            self._clusters_changed()
            return
        if change.view is self.management and change.key.group == ARGO_GROUP:
            self._argo_object_changed(change)
        if change.ours or change.key in change.view.in_flight:
            return
        if change.key.kind == "CustomResourceDefinition":
            self._definition_changed(change.view)
        owner = owner_application(change)
        if owner is not None and state_changed(change):
            self._mark_application(owner)

    def _argo_object_changed(self, change: Change) -> None:
        obj = change.after or change.before
        assert obj is not None
        if change.key.kind == "AppProject":
            for key in self.world.hierarchy.keys:
                self._queue.mark(key)
            return
        if change.key.kind not in (APPLICATION, APPLICATION_SET):
            return
        if not self.installation.manages(change.key.kind, change.key.namespace):
            return  # an object that an Application made, and nothing more
        key = node_key(obj)
        if change.after is None:
            self.world.hierarchy.remove(key)
            self._forget(key)
            self._mark_parent(obj)
            self._look_at_gates()
            return
        if self.world.hierarchy.put(change.after):
            self._look_at_gates()
        if specification_changed(change.before, change.after):
            self._interests.ask_again(key)
            self._outdated(key)
            if (generator := set_of(change.after)) is not None and not change.ours:
                self._queue.mark(NodeKey(APPLICATION_SET, key.namespace, generator))
        if change.before is not None and health_changed(change.before, change.after):
            self._mark_parent(change.after)

    def _commits_changed(self, changed: set[Asked], but: NodeKey | None = None) -> None:
        for key in self._interests.concerned(changed):
            if key != but:
                self._outdated(key)

    def _outdated(self, key: NodeKey) -> None:
        if key.kind == APPLICATION_SET:
            self.world.expansions.pop(key, None)
        else:
            self.world.unclaimed.add(key)
        self._queue.mark(key)

    def _mark_parent(self, obj: dict[str, Any]) -> None:
        parent = parent_of(obj, self.installation.namespace)
        if parent is not None:
            self._queue.mark(parent, _PARENT)

    def _mark_application(self, tracked: str) -> None:
        key = tracked_key(tracked, self.installation.namespace)
        if self.world.manifest(key) is not None:
            self._queue.mark(key)

    def _clusters_changed(self) -> None:
        for key in list(self.world.hierarchy.keys):
            self._outdated(key)

    def _cluster_is_back(self, view: ClusterView) -> None:
        for key in self.world.hierarchy.keys:
            self._queue.mark(key)

    def _definition_changed(self, view: ClusterView) -> None:
        """What could not be applied for want of a kind is tried again at once."""
        for key, memory in view.memory.items():
            if memory.failed[1] and not view.watches(key.group, key.kind):
                memory.retry_at = 0.0

    def _capabilities_changed(self, view: ClusterView) -> None:
        """Charts that ask for what the cluster serves render anew; until then nobody builds on them."""
        for tracked in view.asked_by:
            key = tracked_key(tracked, self.installation.namespace)
            if self.world.manifest(key) is not None:
                self._now(key, NodeState("", problem="its cluster serves something else now"))
                self._rendering_anew.add(key)
                self._queue.mark(key, _DEFINITIONS)

    def _forget(self, key: NodeKey) -> None:
        self._memories.pop(key, None)
        self._failures.pop(key, None)
        self.world.states.pop(key, None)
        self.world.looked_at.discard(key)
        self._interests.forget(key)
        self._waiting.forget(key)
        self.world.unclaimed.discard(key)
        self.world.expansions.pop(key, None)
        self._rendering_anew.discard(key)
        tracked = instance_name(key.namespace, key.name, self.installation.namespace)
        for view in self.fleet.views:
            view.asked_by.discard(tracked)
            for claims in view.claims.values():
                claims.discard(tracked)

    # Passes

    async def _work(self, key: NodeKey) -> None:
        try:
            await (self._application(key) if key.kind == APPLICATION else self._set(key))
        except ArgosyError as error:
            self._failed(key, error.message)
        except Exception:  # noqa: BLE001  # see below
            # A mistake of ours in one Application must not stop the others; it is logged whole and tried
            # again.
            _LOG.exception("the pass over %s failed", key)
            self._failed(key, "internal error, see the log")
        else:
            self._failures.pop(key, None)
        self.world.unclaimed.discard(key)
        if key not in self.world.looked_at:
            self.world.looked_at.add(key)
            self._mark_rolling_set(key)
        # A target may have been unknown for a moment and then the same again: no state tells of that.
        self._look_at_gates()
        self.changed.set()

    def _failed(self, key: NodeKey, message: str) -> None:
        tries = self._failures[key] = self._failures.get(key, 0) + 1
        delay = retry_delay(tries, self._effects.chance())
        self._now(key, NodeState("", problem=message))
        self._effects.tell(Told(key, "PassFailed", f"{message}; tried again in {delay:.0f} s", warning=True))
        self._queue.mark(key, delay)

    async def _application(self, key: NodeKey) -> None:
        manifest = self.world.manifest(key)
        if manifest is None:
            return
        self._rendering_anew.discard(key)
        if await self._refresh_asked(key, REFRESH):
            return
        try:
            spec = ApplicationSpec.parse(manifest)
        except SpecificationError as error:
            self._now(key, NodeState("", problem=error.message))
            await report_invalid(self.world, manifest, error)
            return
        memory = self._memories.setdefault(key, PassMemory())
        work = ApplicationPass(self.world, spec, memory, publish=lambda state: self._now(key, state))
        if spec.deleting:
            self._now(key, NodeState("", problem="it is being deleted"))
            if not await delete_application(work):
                self._queue.mark(key, 10.0)
            return
        await work.run()
        self._now(key, node_state(work))
        self._waiting.note(key, work.gate, work.children_wait, by_hand=work.asked is not None)
        await conclude(work)
        if (delay := work.next_look()) is not None:
            self._queue.mark(key, delay)

    async def _set(self, key: NodeKey) -> None:
        manifest = self.world.manifest(key)
        if manifest is None or await self._refresh_asked(key, SET_REFRESH):
            return
        settings = await self._known_settings()
        if metadata_of(manifest).get("deletionTimestamp"):
            await self._let_go(key, manifest, settings)
            return
        spec = manifest.get("spec") or {}
        git_age = git_requeue_seconds(spec)
        if git_age is not None:
            await self._ask_git_again(key, git_age)
        now = asyncio.get_running_loop().time()
        patient = now - self._closed_since.get(key, now) < GATE_PATIENCE
        age = requeue_seconds(spec) or float("inf")
        make_world = partial(self._live_world, Recent(self.world.outside, now, age))
        work = SetPass(
            self.world,
            manifest,
            settings,
            make_world,
            patient,
            lambda state: self._now(key, state),
        )
        await work.run()
        self._interests.note(key, work.inputs, work.questions)
        look = self._interests.next_look(key, age, git_age, asyncio.get_running_loop().time())
        if look is not None:
            self._queue.mark(key, look)
        self._waiting.note(key, work.gate)
        if work.gate is not None:
            self._closed_since.setdefault(key, now)
            if patient:
                self._queue.mark(key, GATE_PATIENCE)
        else:
            self._closed_since.pop(key, None)
        self._now(key, work.state())
        if work.problem:
            self._queue.mark(key, 180.0)

    async def _let_go(self, key: NodeKey, manifest: KubernetesObject, settings: Answer[SetSettings]) -> None:
        self._now(key, NodeState("", problem="it is being deleted"))
        for condition in await let_go(self.world, manifest, settings):
            self._effects.tell(Told(key, condition.type, condition.message, warning=True))
            self._queue.mark(key, 10.0)

    async def _ask_git_again(self, key: NodeKey, age: float) -> None:
        """Fetch what a set reads and nobody has fetched for so long, beside the poll."""
        if due := self._interests.overdue(key, age, asyncio.get_running_loop().time()):
            self._commits_changed(await self.revisions.refresh(due), but=key)

    async def _known_settings(self) -> Answer[SetSettings]:
        """What is decided for all sets: read once, as Argo CD does when it starts, or until it is known."""
        if isinstance(self._set_settings, Unknown):
            client, namespace = self._effects.management, self.installation.namespace
            self._set_settings = await read_set_settings(client, namespace)
        return self._set_settings

    def _now(self, key: NodeKey, state: NodeState) -> None:
        if self.world.states.get(key) == state or (key in self._rendering_anew and not state.problem):
            return
        self.world.states[key] = state
        self._mark_rolling_set(key)
        self._look_at_gates()

    def _mark_rolling_set(self, key: NodeKey) -> None:
        """The status of a set with a RollingSync tells how far each of its Applications is."""
        if (place := self.world.hierarchy.graph.place(key)) is not None:
            self._queue.mark(place.applicationset, _PARENT)

    def _look_at_gates(self) -> None:
        if self._recheck is None:
            self._recheck = asyncio.get_running_loop().call_later(_RECHECK, self._open_gates)

    def _open_gates(self) -> None:
        self._recheck = None
        for key, delay in self._waiting.due(self.world.gates()):
            self._queue.mark(key, delay)

    async def _refresh_asked(self, key: NodeKey, annotation: str) -> bool:
        """Somebody asked for a fresh look: fetch, take the annotation away, which leads to the next pass."""
        manifest = self.world.manifest(key)
        if manifest is None or annotation not in annotations_of(manifest):
            return False
        self._interests.ask_again(key)
        changed = await self.revisions.refresh({url for url, _ in self._interests.commits(key)})
        self._queue.mark(key)
        self._commits_changed(changed, but=key)
        await patch_object(self.world, manifest, {"metadata": {"annotations": {annotation: None}}})
        return True

    # Parts

    def _live_world(self, recent: Recent) -> LiveWorld:
        secrets, projects = self.secrets.all("", "Secret"), self.management.all(ARGO_GROUP, "AppProject")
        lost = self.secrets.lost or self.management.lost
        return LiveWorld(
            secrets,
            projects,
            self.revisions,
            self._effects.repositories,
            recent,
            Unknown(lost.message, lost.hint, lost.code) if lost else None,
        )

    def _view(self, client: Client, scopes: dict[tuple[str, str], Scope] | None = None) -> ClusterView:
        view = ClusterView(client, self.installation, self._on_change, self._spawn, scopes)
        view.examined = self._examined
        view.capabilities_changed = partial(self._capabilities_changed, view)
        return view

    def _examined(self, tracked: str) -> bool:
        key = tracked_key(tracked, self.installation.namespace)
        if self.world.manifest(key) is None:
            return True
        state = self.world.states.get(key)
        return state is not None and not state.problem

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = self._tasks.create_task(work)
        self._background.append(task)
        return task

    async def _poll(self) -> None:
        while True:
            await asyncio.sleep(self._options.poll * (0.9 + 0.2 * self._effects.chance()))
            self._interests.drop_unwanted()
            try:
                await self.refresh()
            except ApiError as error:
                _LOG.warning("repositories could not be looked at: %s", error.message)
