"""One pass over one Application: from its object to its status, doing the next possible steps on the way.

Level-based: whatever is remembered between passes is a cache. Everything unknown ends in a condition, never
in a deletion; what was rolled out before is kept as it was meanwhile.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

from argosy.clusters.errors import ApiError, UnknownKind
from argosy.clusters.objects import GroupVersionKind, ObjectRef
from argosy.reconciler.cluster_view import ClusterView
from argosy.reconciler.deletion_guard import guard_parent
from argosy.reconciler.desired import Desired, Owner, prepare
from argosy.reconciler.explaining import UNKNOWN_AGAIN, explain, explain_unknown, render_again
from argosy.reconciler.gates import Gates, Waits
from argosy.reconciler.namespaces import ensure_namespace
from argosy.reconciler.node_keys import child_key, tracked_key
from argosy.reconciler.observe import Observer
from argosy.reconciler.pass_state import COMPARISON_ERROR, PassState
from argosy.reconciler.plan import Action, Plan, PlanRequest, make_plan
from argosy.reconciler.projects import check_objects, check_project
from argosy.reconciler.report import Condition
from argosy.reconciler.reporting import GATE_PATIENCE, node_state, write_progress
from argosy.reconciler.resource import ResourceKey, annotations_of
from argosy.reconciler.runner import Runner, foreign_owner
from argosy.reconciler.specification import ApplicationSpec
from argosy.reconciler.status_memory import (
    asked_operation,
    entry_revisions,
    history_target,
    inventory_kinds,
    inventory_of,
    reached_before,
    rolled_before,
    spec_at,
    target_id,
)
from argosy.schemas.finding import ArgosyError
from argosy.schemas.knowledge import Answer, Known, Unknown
from argosy.schemas.model.annotations import CONFIRM_DELETION
from argosy.sources.capabilities import Capabilities

__all__ = ["ApplicationPass", "BlockedError"]

_OTHERS_FIRST = 0.1
"""Seconds until a prune is thought of again that waits for other Applications to be looked at."""
_ROUNDS = 100
"""More rounds than any plan has waves and kinds: a pass that still finds work then is a bug, not a
rollout."""


class BlockedError(Exception):
    """The target is not known; the conditions say why."""

    def __init__(self, *conditions: Condition, again: float = UNKNOWN_AGAIN) -> None:
        super().__init__("; ".join(condition.message for condition in conditions))
        self.conditions = conditions
        self.again = again


class ApplicationPass(PassState):
    """The work of one pass. `run` fills in what was found."""

    __slots__ = ()

    async def run(self) -> None:
        """Find out what is wanted, do the next steps. What is unknown ends in conditions."""
        self.asked = asked_operation(self.spec)
        try:
            self.view = await self._destination()
            self.commits = await self._commits()
            self.target = target_id(self.spec, self.commits)
            self.wanted = await self._render_target(self.view)
            self._announce(self.view)
        except BlockedError as blocked:
            self.conditions += blocked.conditions
            self.again = blocked.again
            await self._heal_unknown()
            return
        try:
            await self._compare(self.view)
        except ApiError as error:
            self.known = False
            self.conditions.append(Condition(COMPARISON_ERROR, explain(error, self.again)))

    def next_look(self) -> float | None:
        """Seconds after which the Application has to be looked at though nothing happens."""
        now, due = self.world.loop_time(), []
        if not self.known:
            due.append(self.again)
        if self.view is not None:
            for item in self.wanted.objects:
                memory = self.view.memory.get(item.key)
                if memory is not None and memory.failed[0]:
                    due.append(max(memory.retry_at - now, 0.1))
        if self.others_first:
            due.append(_OTHERS_FIRST)
        closed = self.memory.closed_at
        if self.gate is not None and closed is not None and now - closed[1] < GATE_PATIENCE:
            due.append(GATE_PATIENCE)
        elapsed = now - self.memory.waiting_since
        waits = self.memory.waiting_for[0] == self.target and (self.plan is None or not self.plan.complete)
        if waits and elapsed < self.spec.timeout:
            due.append(self.spec.timeout - elapsed + 0.1)
        return min(due, default=None)

    # What is wanted

    async def _destination(self) -> ClusterView:
        if problems := check_project(self.world, self.spec):
            raise BlockedError(*problems)
        try:
            return await self.world.view_of(self.spec.destination)
        except ArgosyError as error:
            kind = "InvalidSpecError" if not isinstance(error, ApiError) else COMPARISON_ERROR
            again = UNKNOWN_AGAIN if kind == COMPARISON_ERROR else None
            raise BlockedError(Condition(kind, explain(error, again))) from error

    async def _commits(self) -> tuple[str, ...]:
        commits = []
        for source in self.spec.sources:
            if source.get("chart"):
                raise BlockedError(_unsupported_chart(source))
            answer = await self.world.revisions.resolve(
                str(source["repoURL"]), str(source.get("targetRevision") or "")
            )
            if isinstance(answer, Unknown):
                raise BlockedError(Condition(COMPARISON_ERROR, explain_unknown(answer)))
            commits.append(answer.value)
        return tuple(commits)

    async def _render_target(self, view: ClusterView) -> Desired:
        desired = await self._desired(view, self.spec, self.commits, self.target)
        if desired.errors:
            raise BlockedError(*(Condition(item.condition, str(item)) for item in desired.errors))
        self.conditions += [Condition(item.condition, str(item)) for item in desired.warnings]
        discovery = await view.client.discover()
        if problems := check_objects(self.world, self.spec, desired.objects, discovery):
            raise BlockedError(*problems)
        return desired

    def _announce(self, view: ClusterView) -> None:
        """Tell the order of the children to come: a later wave's do not exist while an earlier one waits."""
        if view is self.world.management:
            children = [item.value for item in self.wanted.objects if child_key(item.key) is not None]
            self.world.hierarchy.announce(self.spec.key, children)

    async def _desired(
        self, view: ClusterView, spec: ApplicationSpec, commits: tuple[str, ...], target: str
    ) -> Desired:
        """Rendered and prepared once for each target, and again where a chart sees another cluster now; the
        two that matter are kept."""
        try:
            discovery = await view.client.discover()
        except ApiError as error:
            raise BlockedError(Condition(COMPARISON_ERROR, explain(error, UNKNOWN_AGAIN))) from error

        def namespaced(group: str, kind: str) -> bool | None:
            found = discovery.find_kind(group, kind)
            return found.namespaced if found else None

        capabilities = partial(view.capabilities, self.application)
        known, seen = self.memory.desired.get(target), self.memory.clusters.get(target)
        if known is not None and (seen is None or _holds(await capabilities(), seen)):
            return known
        try:
            rendered = await self.world.render(spec, commits, capabilities)
        except ArgosyError as error:
            again = render_again(error)
            raise BlockedError(Condition(COMPARISON_ERROR, explain(error, again)), again=again) from error
        owner = Owner(self.application, self.world.installation.id, spec.destination.namespace)
        desired = prepare(rendered.manifests, owner, namespaced)
        self.memory.source_types[target] = rendered.source_types
        if rendered.cluster is not None:
            self.memory.clusters[target] = rendered.cluster
        elif not self.memory.clusters:
            view.asked_by.discard(self.application)  # its charts ask for nothing
        served = all(discovery.find_kind(key.group, key.kind) for key in desired.by_key)
        if served:
            self.memory.desired[target] = desired
        return desired

    async def _load_current(self, view: ClusterView) -> None:
        """What was rolled out before this target, so that its objects are kept meanwhile."""
        entry = rolled_before(self.spec)
        if entry is None or self.done_before:
            return
        earlier = spec_at(self.spec, entry)
        try:
            desired = await self._desired(
                view, earlier, entry_revisions(entry), history_target(self.spec, entry)
            )
        except BlockedError:
            return  # an old commit that cannot be rendered any more: its objects stay as they are
        self.current = desired.by_key

    # What is done

    async def _compare(self, view: ClusterView) -> None:
        entry = rolled_before(self.spec)
        self.done_before = entry is not None and history_target(self.spec, entry) == self.target
        self._claim(view)
        await self._load_current(view)
        self._forget_old_targets()
        before = reached_before(self.spec, self.target)
        if before is not None:
            self.memory.reached.setdefault(self.target, before)
        observer = Observer(view, self.application, self.world.loop_time)
        runner = Runner(view, self.application, self.world.loop_time, self.world.chance)
        for _ in range(_ROUNDS):
            await self._watch_kinds(view)
            await self._find_unlabelled(view)
            self.plan = self._make_plan(observer)
            self.known = True
            self.publish(node_state(self))
            if not self.plan.calls:
                return
            await self._write_ahead(self.plan)
            await ensure_namespace(self.spec, self.wanted, view)
            ran = await runner.run(self.plan.calls)
            self.ran += ran
            if self.plan.reached is not None:
                self.memory.reached[self.target] = self.plan.reached
            if all(item.error is not None for item in ran):
                self.plan = self._make_plan(observer)
                return

    def _make_plan(self, observer: Observer) -> Plan:
        spec = self.spec
        self.observed = {
            item.key: observer.observe(item, self.current.get(item.key)) for item in self.wanted.objects
        }
        gates = self.world.gates()
        by_hand = self.asked is not None
        self.gate = None if self.done_before else gates.may_roll(spec.key, by_hand=by_hand)
        extras, strays = observer.extras(self.wanted.by_key, inventory_of(spec))
        asked = self.asked is not None
        automated = self.may_sync
        prune = spec.prune or bool(asked and ((self.asked or {}).get("sync") or {}).get("prune"))
        self.frozen = guard_parent(self.world, spec, self.wanted, extras) if prune else None
        if not self.wanted.objects and extras and not spec.allow_empty and not asked:
            text = "auto-sync will wipe out all resources; set allowEmpty if that is meant"
            self.frozen = Condition("SyncError", text)
        self._strays(strays)
        self.others_first = bool(extras) and bool(self.world.unclaimed)
        self.children_wait = self._children_wait(gates)
        latched = self.target in self.memory.reached
        request = PlanRequest(
            target=self.wanted.objects,
            current=self.current,
            observed=self.observed,
            extras=tuple(extras),
            roll=automated and (self.gate is None) and (not self.done_before or asked),
            heal=self.heals,
            done=self.done_before and not asked,
            prune=prune and (automated or self.done_before),
            reached=self.memory.reached.get(self.target) if latched and automated else None,
            children_wait=self._told_of_children(),
            held=str(self.gate) if self.gate else "" if automated else "sync is not automated",
            frozen=self._kept_extras(),
            at_once=CONFIRM_DELETION in annotations_of(spec.manifest),
        )
        return make_plan(request)

    def _kept_extras(self) -> str:
        if self.frozen is not None:
            return self.frozen.message
        # What this Application gives up may be what another one is about to want: that is no deletion.
        return "other Applications are looked at first" if self.others_first else ""

    def _told_of_children(self) -> tuple[int, str] | None:
        if self.children_wait is None:
            return None
        wave, closed = self.children_wait
        return wave, f"{closed.on}: {closed.reason}"

    def _children_wait(self, gates: Gates) -> tuple[int, Waits] | None:
        """The lowest wave among the children in which something is not settled."""
        waves = {item.wave for item in self.wanted.objects}
        children = self.world.hierarchy.graph.waves(self.spec.key)
        for wave in children:
            if not any(later > wave for later in waves):
                return None
            if closed := gates.lower_waves(self.spec.key, wave + 1):
                return wave, closed
        return None

    def _claim(self, view: ClusterView) -> None:
        application = self.application
        for key in self.memory.claimed - self.wanted.by_key.keys():
            view.claims[key].discard(application)
            for other in view.claims[key]:
                self.world.mark(tracked_key(other, self.world.installation.namespace))
        for key in self.wanted.by_key:
            view.claims[key].add(application)
        self.memory.claimed = frozenset(self.wanted.by_key)
        self.world.unclaimed.discard(self.spec.key)

    def _forget_old_targets(self) -> None:
        entry = rolled_before(self.spec)
        keep = {self.target, history_target(self.spec, entry) if entry else ""}
        memory = self.memory
        for cache in (memory.desired, memory.clusters, memory.source_types, memory.reached):
            for name in [name for name in cache if name not in keep]:
                del cache[name]

    async def _watch_kinds(self, view: ClusterView) -> None:
        kinds = {GroupVersionKind.of(item.value) for item in self.wanted.objects}
        kinds |= {GroupVersionKind.of(item.value) for item in self.current.values()}
        kinds |= inventory_kinds(self.spec)
        for kind in sorted(kinds):
            if not view.watches(kind.group, kind.kind):
                try:
                    await view.watch([kind])
                except UnknownKind:
                    continue  # the apply says so, where one is due

    async def _find_unlabelled(self, view: ClusterView) -> None:
        """Objects that the inventory lists and no watch shows: gone, or somebody took our label away.

        Each is asked for once; where it will be applied anyway the apply finds it.
        """
        if self.heals:
            return
        listed = inventory_of(self.spec)
        for item in self.wanted.objects:
            known = view.watches(item.key.group, item.key.kind) and view.get(item.key) is None
            if known and item.key in listed and item.key not in self.memory.looked_for:
                self.memory.looked_for.add(item.key)
                found = await view.client.find(ObjectRef.of(item.value))
                if found is not None and not foreign_owner(found, self.application, view.installation.id):
                    view.put(found)

    async def _write_ahead(self, plan: Plan) -> None:
        """Before a wave is entered, the status says so: neither the wave nor an object is forgotten by a
        crash."""
        if self.done_before or plan.reached is None:
            return
        if not any(step.action is Action.APPLY and step.at_target for step in plan.calls):
            return
        known = reached_before(self.spec, self.target)
        listed = inventory_of(self.spec)
        entering = {item.key for item in self.wanted.objects if item.wave <= plan.reached}
        if known is not None and known >= plan.reached and entering <= listed:
            return
        await write_progress(self, plan)

    def _strays(self, strays: list[ResourceKey]) -> None:
        self.conditions = [item for item in self.conditions if item.type != "OrphanedResourceWarning"]
        if strays:
            names = ", ".join(str(key) for key in strays[:5]) + (" and others" if len(strays) > 5 else "")
            text = f"{names} bear this Application's marks but are in no list of what it made; they are kept"
            self.conditions.append(Condition("OrphanedResourceWarning", text))

    async def _heal_unknown(self) -> None:
        """The target is unknown: what was rolled out last stays as it was."""
        entry = rolled_before(self.spec)
        if entry is None or self.view is None or not self.heals:
            return
        view = self.view
        try:
            target = history_target(self.spec, entry)
            # As it was rendered for a cluster of which nothing is known now.
            desired = self.memory.desired.get(target) or await self._desired(
                view, spec_at(self.spec, entry), entry_revisions(entry), target
            )
            observer = Observer(view, self.application, self.world.loop_time)
            runner = Runner(view, self.application, self.world.loop_time, self.world.chance)
            self.wanted = desired
            await self._watch_kinds(view)
            observed = {item.key: observer.observe(item, None) for item in desired.objects}
            request = PlanRequest(desired.objects, {}, observed, heal=True, done=True, frozen="unknown")
            self.ran += await runner.run(make_plan(request).calls)
        except (BlockedError, ApiError):
            return  # the conditions say already what is unknown


def _holds(answer: Answer[Capabilities], seen: Capabilities) -> bool:
    """Whether a cluster is known to be as a chart saw it."""
    return isinstance(answer, Known) and answer.value == seen


def _unsupported_chart(source: Mapping[str, Any]) -> Condition:
    text = (
        f"the source is the chart {source.get('chart')} of {source.get('repoURL')}: charts are only rendered "
        "from Git so far; keep the chart in a Git repository and name it by path"
    )
    return Condition(COMPARISON_ERROR, text)
