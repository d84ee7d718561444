"""Runs the steps of a plan against one cluster: each call once, each answer remembered.

Comes after planning. Decides nothing about waves or rights; a step that the cluster refuses is an outcome,
not an exception. Secrets' values never reach a message (the client masks them).
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from argosy.clusters.client import Propagation
from argosy.clusters.errors import ApiError, Conflict, NotFound, UnknownKind, Unreachable
from argosy.clusters.objects import GroupVersionKind, ObjectRef
from argosy.reconciler.cluster_view import ClusterView
from argosy.reconciler.desired import DesiredObject
from argosy.reconciler.drift import compare, content_of, remember
from argosy.reconciler.kind_order import kind_rank
from argosy.reconciler.plan import Action, Outcome, Step
from argosy.reconciler.resource import KubernetesObject, ResourceKey, annotations_of, digest_of, metadata_of
from argosy.reconciler.tracking import installation_of, owner_of
from argosy.reconciler.undeclared import hint_for
from argosy.schemas.model.annotations import REFRESH, SET_REFRESH

__all__ = ["Ran", "Runner", "foreign_owner", "retry_delay"]

FIRST_RETRY = 2.0
LONGEST_RETRY = 180.0


@dataclass(frozen=True, slots=True)
class Ran:
    """A step with what became of it. `error` is there for failures."""

    step: Step
    outcome: Outcome
    message: str = ""
    error: ApiError | None = None


def retry_delay(tries: int, chance: float) -> float:
    """Seconds until the next try: doubled each time, up to three minutes, with up to a fifth of it by
    chance."""
    return min(FIRST_RETRY * 2.0 ** (tries - 1), LONGEST_RETRY) * (1 + 0.2 * chance)


def foreign_owner(obj: KubernetesObject, application: str, installation: str) -> str:
    """Words for whoever else an object belongs to, empty if it is ours or nobody's."""
    label, owner = installation_of(obj), owner_of(obj)
    if label and label != installation:
        return f"belongs to the installation {label}"
    if owner is not None and owner.app != application:
        return f"is tracked by the Application {owner.app}"
    return ""


class Runner:
    """Runs steps for one Application."""

    def __init__(
        self,
        view: ClusterView,
        application: str,
        loop_time: Callable[[], float],
        chance: Callable[[], float],
    ) -> None:
        self._view = view
        self._application = application
        self._loop_time = loop_time
        self._chance = chance

    async def run(self, steps: Iterable[Step]) -> list[Ran]:
        """Run steps in their order; those of one wave and one place in the kind order at once."""
        results: list[Ran] = []
        for group in _together(steps):
            results += await asyncio.gather(*(self._run(step) for step in group))
            if any(isinstance(result.error, Unreachable) for result in results):
                break
        return results

    async def _run(self, step: Step) -> Ran:
        memory = self._view.memory[step.key]
        self._view.in_flight.add(step.key)
        try:
            ran = await self._do(step)
        except ApiError as error:
            digest = step.desired.digest if step.desired else "prune"
            memory.tries = memory.tries + 1 if memory.failed[0] == digest else 1
            message = await self._explained(step, error)
            memory.failed = (digest, message)
            memory.retry_at = self._loop_time() + retry_delay(memory.tries, self._chance())
            return Ran(step, Outcome.FAILED, message, error)
        finally:
            self._view.in_flight.discard(step.key)
        memory.failed, memory.tries = ("", ""), 0
        return ran

    async def _explained(self, step: Step, error: ApiError) -> str:
        """The error without the names of cluster and object, which stand beside it wherever it is shown."""
        client, hint = self._view.client, error.hint
        message = error.message.removeprefix(f"cluster {client.name}: ")
        if step.desired is not None:
            ref = ObjectRef.of(step.desired.value)
            message = message.removeprefix(f"{ref}: ")
            hint = await hint_for(client, GroupVersionKind.of(step.desired.value), message) or hint
        return f"{message}; {hint}" if hint else message

    async def _do(self, step: Step) -> Ran:
        if step.action is Action.PRUNE:
            return await self._prune(step)
        assert step.desired is not None
        if step.action is Action.CHECK:
            return await self._check(step, step.desired)
        return await self._apply(step, step.desired)

    async def _apply(self, step: Step, desired: DesiredObject) -> Ran:
        view, manager = self._view, self._view.installation.manager
        before = view.get(step.key)
        if owner := self._taken_meanwhile(step.key, before):
            view.memory[step.key].foreign = (desired.digest, owner)
            return Ran(step, Outcome.SKIPPED, owner)
        view.holders[step.key] = self._application
        try:
            # What we do not know yet is applied without force: another's object must not be taken unseen.
            answer = await view.client.apply(desired.value, manager=manager, force=before is not None)
        except Conflict:
            found = await view.client.find(ObjectRef.of(desired.value))
            if found is not None and (owner := foreign_owner(found, self._application, view.installation.id)):
                view.holders.pop(step.key, None)
                view.memory[step.key].foreign = (desired.digest, owner)
                return Ran(step, Outcome.SKIPPED, owner)
            before = found
            answer = await view.client.apply(desired.value, manager=manager, force=True)
        except ApiError:
            if before is None:
                view.holders.pop(step.key, None)
            raise
        memory = view.memory[step.key]
        memory.applied = remember(desired.value, desired.digest, answer, manager)
        memory.applied_at = self._loop_time()
        memory.different, memory.foreign = ("", ""), ("", "")
        view.put(answer)
        return Ran(step, _outcome(before, answer))

    def _taken_meanwhile(self, key: ResourceKey, live: KubernetesObject | None) -> str:
        """Words for another Application that began to apply the object after this step was planned: both
        write under one manager, so the server would see no conflict."""
        view = self._view
        if live is None:
            holder = view.holders.get(key)
            other = holder if holder != self._application else None
            return f"is tracked by the Application {other}" if other else ""
        tracked = owner_of(live)
        if tracked is None or tracked.app == self._application or tracked.app not in view.claims.get(key, ()):
            return ""
        return foreign_owner(live, self._application, view.installation.id)

    async def _check(self, step: Step, desired: DesiredObject) -> Ran:
        view, manager = self._view, self._view.installation.manager
        live = view.get(step.key)
        if live is None:
            return Ran(step, Outcome.DIFFERENT)
        answer = await view.client.apply(desired.value, manager=manager, force=True, dry_run=True)
        memory = view.memory[step.key]
        if compare(live, answer):
            memory.applied = remember(desired.value, desired.digest, live, manager)
            memory.different = ("", "")
            return Ran(step, Outcome.UNCHANGED)
        memory.different = (desired.digest, digest_of(content_of(live)))
        return Ran(step, Outcome.DIFFERENT)

    async def _prune(self, step: Step) -> Ran:
        view = self._view
        live = view.get(step.key)
        if live is None:
            return Ran(step, Outcome.PRUNED)
        metadata = metadata_of(live)
        uid = str(metadata.get("uid", ""))
        view.expect_deletion(uid)
        try:
            await view.client.delete(ObjectRef.of(live), propagation=Propagation.BACKGROUND, uid=uid)
        except (NotFound, UnknownKind):
            pass
        except Conflict:
            return Ran(step, Outcome.SKIPPED, "another object of this name took its place")
        if not metadata.get("finalizers"):
            await self._gone(step.key, live)
        return Ran(step, Outcome.PRUNED)

    async def _gone(self, key: ResourceKey, live: KubernetesObject) -> None:
        """Most objects are gone when the call returns; those with a grace period are seen to go by the
        watch."""
        if live.get("kind") not in ("Pod", "Namespace"):
            self._view.forget(key)


def _together(steps: Iterable[Step]) -> Iterator[list[Step]]:
    def place(step: Step) -> tuple[bool, int, int]:
        return step.action is Action.PRUNE, step.wave, kind_rank(step.key.kind)

    for _, group in groupby(steps, key=place):
        yield list(group)


def _outcome(before: KubernetesObject | None, answer: KubernetesObject) -> Outcome:
    if before is None:
        managers = metadata_of(answer).get("managedFields") or ()
        return Outcome.CREATED if len(managers) <= 1 else Outcome.CONFIGURED
    # A status that was written meanwhile is another version and no change of ours.
    same = _settled_content(before) == _settled_content(answer)
    return Outcome.UNCHANGED if same else Outcome.CONFIGURED


def _settled_content(obj: KubernetesObject) -> KubernetesObject:
    """The content without what a child's own pass takes away meanwhile: the wish for a look, an operation."""
    content = content_of(obj)
    annotations = {
        name: text for name, text in annotations_of(obj).items() if name not in (REFRESH, SET_REFRESH)
    }
    content["metadata"] = {**content["metadata"], "annotations": annotations}
    return {name: value for name, value in content.items() if name != "operation"}
