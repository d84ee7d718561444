"""Makes a report, a status and the state for the gates out of what a pass found, and writes the status.

Comes last in a pass. Decides nothing about objects.
"""

from argosy.compiler.rollout import NodeKey
from argosy.reconciler.gates import NodeState, Unsettled
from argosy.reconciler.node_keys import child_key
from argosy.reconciler.pass_state import PassState
from argosy.reconciler.plan import Action, Match, Observed, Outcome, Plan, safe_health
from argosy.reconciler.report import (
    PENDING,
    WAITING,
    Condition,
    Operation,
    Report,
    ResourceReport,
    worst_health,
)
from argosy.reconciler.resource import KubernetesObject, ResourceKey, version_of
from argosy.reconciler.runner import FIRST_RETRY, LONGEST_RETRY
from argosy.reconciler.specification import ApplicationSpec
from argosy.reconciler.status import build_status
from argosy.reconciler.status_memory import history_target
from argosy.reconciler.status_writer import patch_object, write_status
from argosy.reconciler.surroundings import Told

__all__ = ["GATE_PATIENCE", "conclude", "node_state", "write_progress"]

GATE_PATIENCE = 0.5
"""Seconds for which a closed gate is not worth a status."""
_DONE = "successfully synced (all tasks run)"
_TRIED_AGAIN = (
    f"tried again after {FIRST_RETRY:g} s, then less often, at least every {LONGEST_RETRY / 60:g} min"
)


async def write_progress(state: PassState, plan: Plan) -> None:
    """Say in the status which wave is entered, before its objects are applied."""
    # What is still to be pruned stays listed: an object in no list would be kept for ever.
    resources = _resources(state, plan, entering=True)
    message = f"applying wave {plan.reached}"
    report = _report(state, resources, Operation("Running", message, state.asked))
    await _write(state, report)


async def conclude(state: PassState) -> None:
    """Write what the pass found."""
    if not state.known or state.plan is None:
        await _write(state, _unknown(state))
        return
    if _too_early(state):
        return
    resources = _resources(state, state.plan)
    operation = _operation(state, state.plan)
    report = _report(state, resources, operation)
    await _write(state, report)


def node_state(state: PassState) -> NodeState:
    """What the gates need to know of the Application."""
    if not state.known or state.plan is None:
        problem = state.conditions[0].message if state.conditions else "its state is not known"
        return NodeState(state.target, problem=problem)
    applied: set[NodeKey] = set()
    unsettled: list[Unsettled] = []
    for item in state.wanted.objects:
        observed = state.observed.get(item.key, Observed())
        child = child_key(item.key)
        if observed.target is not Match.SAME or observed.owner:
            reason = observed.owner or observed.failed or "it is not applied at the target yet"
            unsettled.append(Unsettled(item.wave, str(item.key), reason))
        elif child is not None:
            applied.add(child)
        elif not safe_health(observed, item):
            # The message of what only progresses changes with every step; a status must not.
            told = observed.message if observed.health == "Degraded" else ""
            reason = f"it is {observed.health}" + (f": {told}" if told else "")
            unsettled.append(Unsettled(item.wave, str(item.key), reason))
    begun = state.done_before or state.plan.reached is not None
    return NodeState(state.target, state.plan.complete, tuple(unsettled), frozenset(applied), begun=begun)


def _too_early(state: PassState) -> bool:
    """Whether the gate has just been found closed: most open in a moment, and no status need tell of it.

    Nor does one tell of a wait of which the truth is not known yet.
    """
    if _children_are_unseen(state):
        return True
    if state.gate is None or state.gate.never or not state.may_sync:
        return False
    if state.gate.unseen:
        return True
    if state.ran:
        return False
    memory, now = state.memory, state.world.loop_time()
    if memory.closed_at is None or memory.closed_at[0] != state.target:
        memory.closed_at = state.target, now
    return now - memory.closed_at[1] < GATE_PATIENCE


def _children_are_unseen(state: PassState) -> bool:
    """Whether it is not known yet what the next wave waits for, and nothing else happened that is worth
    telling."""
    if state.children_wait is None or not state.children_wait[1].unseen:
        return False
    return all(ran.outcome is Outcome.UNCHANGED for ran in state.ran)


def _unknown(state: PassState) -> Report:
    """Nothing is said of the objects but what was known; a sync that was asked for has failed."""
    operation = None
    if state.asked is not None and state.spec.operation is not None:
        text = "; ".join(condition.message for condition in state.conditions)
        operation = Operation("Failed", text, state.asked, fresh=True)
    health = (state.spec.status.get("health") or {}).get("status") or "Unknown"
    return Report(
        revisions=state.commits,
        sync="Unknown",
        health=str(health),
        conditions=_conditions(state),
        operation=operation,
        source_types=_source_types(state),
        images=tuple((state.spec.status.get("summary") or {}).get("images") or ()),
    )


def _report(state: PassState, resources: tuple[ResourceReport, ...], operation: Operation | None) -> Report:
    health, message = _health(state)
    return Report(
        revisions=state.commits,
        sync="Synced" if all(item.status == "Synced" for item in resources) else _worst_sync(resources),
        health=health,
        health_message=message,
        resources=resources,
        conditions=_conditions(state),
        operation=operation,
        synced=operation is not None and operation.phase == "Succeeded",
        source_types=_source_types(state),
        images=_images(state),
    )


def _worst_sync(resources: tuple[ResourceReport, ...]) -> str:
    return "OutOfSync" if any(item.status == "OutOfSync" for item in resources) else "Unknown"


def _source_types(state: PassState) -> tuple[str, ...]:
    known = state.memory.source_types.get(state.target)
    if known:
        return known
    before = state.spec.status.get("sourceTypes") or state.spec.status.get("sourceType") or ()
    return (before,) if isinstance(before, str) else tuple(before)


def _health(state: PassState) -> tuple[str, str]:
    found = []
    for item in state.wanted.objects:
        observed = state.observed.get(item.key, Observed())
        if observed.owner:
            continue  # Applications that deploy each other would copy each other's health for ever
        found.append((observed.health, f"{item.key}: {observed.message}" if observed.message else ""))
    worst = worst_health([health for health, _ in found])
    # Argo CD's health of an Application bears no message; what is degraded is worth one.
    message = next((text for health, text in found if health == worst), "") if worst == "Degraded" else ""
    return worst, message


def _conditions(state: PassState) -> tuple[Condition, ...]:
    found = list(state.conditions)
    if state.frozen is not None:
        found.append(state.frozen)
    if state.gate is not None and state.gate.person:
        found.append(Condition(WAITING, str(state.gate)))
    for item in state.wanted.objects:
        observed = state.observed.get(item.key, Observed())
        if observed.owner:
            found.append(Condition("SharedResourceWarning", _shared(state, item.key, observed.owner)))
    failures = [ran for ran in state.ran if ran.outcome is Outcome.FAILED]
    failed = {ran.step.key for ran in failures}
    for item in state.wanted.objects:
        observed = state.observed.get(item.key, Observed())
        if observed.failed and (item.key in failed or not observed.retry):
            place = f"{item.origin.position}: " if item.origin.position else ""
            text = f"{place}{item.key}: {observed.failed}; {_TRIED_AGAIN}"
            found.append(Condition("SyncError", text))
    return tuple(dict.fromkeys(sorted(found, key=lambda item: (item.type, item.message))))


def _shared(state: PassState, key: ResourceKey, owner: str) -> str:
    """What is said of an object of another's: it may be one that this Application comes from itself."""
    own, child = state.spec.key, child_key(key)
    line = (own, *state.world.hierarchy.graph.ancestors(own))
    if child is None or child not in line:
        return f"{key} {owner}; it was left as it is: take it out of one of the two"
    cycle = [child, *reversed(line[: line.index(child)]), child]
    return f"a cycle of Applications: {' -> '.join(map(str, cycle))}; take {child} out of the source of {own}"


def _resources(state: PassState, plan: Plan, *, entering: bool = False) -> tuple[ResourceReport, ...]:
    wanted = [_resource(state, item.key, plan, entering=entering) for item in state.wanted.objects]
    extras = [_extra(state, step.key, step.reason) for step in plan.steps if step.desired is None]
    pruned = {ran.step.key for ran in state.ran if ran.outcome is Outcome.PRUNED}
    return tuple(wanted + [item for item in extras if item.key not in pruned])


def _resource(state: PassState, key: ResourceKey, plan: Plan, *, entering: bool = False) -> ResourceReport:
    item = state.wanted.by_key[key]
    observed = state.observed.get(key, Observed())
    result, message = _result(state, key, observed, plan)
    if entering and not result and plan.reached is not None and item.wave <= plan.reached:
        result = PENDING
    status = {Match.SAME: "Synced", Match.DIFFERENT: "OutOfSync", Match.UNKNOWN: "Unknown"}[observed.target]
    if observed.owner or (entering and observed.target is Match.UNKNOWN):
        status = "OutOfSync"
    return ResourceReport(key, version_of(item.value), status, wave=item.wave, result=result, message=message)


def _result(state: PassState, key: ResourceKey, observed: Observed, plan: Plan) -> tuple[str, str]:
    """What the present sync has done to an object; a sync that had nothing to do has found it Synced."""
    if observed.failed:
        return "SyncFailed", observed.failed
    item = state.wanted.by_key[key]
    reached = state.memory.reached.get(state.target)
    entered = state.done_before or plan.complete or (reached is not None and item.wave <= reached)
    if not entered or observed.target is not Match.SAME:
        return "", ""
    return "Synced", ""


def _extra(state: PassState, key: ResourceKey, reason: str) -> ResourceReport:
    assert state.view is not None
    live: KubernetesObject = state.view.get(key) or {}
    return ResourceReport(key, version_of(live), "OutOfSync", requires_pruning=True, message=reason)


def _operation(state: PassState, plan: Plan) -> Operation | None:
    """The sync as it stands after the pass, `None` where nothing was to be done."""
    rolling = not state.done_before or state.asked is not None
    if not rolling:
        return _healing(state)
    if not state.may_sync or (state.gate is not None and state.gate.person):
        return None
    if failures := _failures(state):
        text = f"one or more objects failed to apply, and are tried again: {'; '.join(failures)}"
        return Operation("Failed", text, state.asked)
    if plan.complete:
        return Operation("Succeeded", _DONE, state.asked, fresh=state.spec.operation is not None)
    return _waiting(state, plan)


def _failures(state: PassState) -> list[str]:
    found = []
    for item in state.wanted.objects:
        observed = state.observed.get(item.key, Observed())
        if observed.failed:
            found.append(f"{item.key}: {observed.failed}")
        elif observed.owner:
            found.append(f"{item.key} {observed.owner}")
    return found


def _waiting(state: PassState, plan: Plan) -> Operation:
    """A sync that cannot go on yet, with a deadline after which it counts as failed but goes on waiting."""
    world, memory, spec = state.world, state.memory, state.spec
    what = str(state.gate) if state.gate else f"waiting for {plan.waiting}" if plan.waiting else "pruning"
    if state.frozen is not None:
        what = state.frozen.message
    place = (state.target, memory.reached.get(state.target))
    if memory.waiting_for != place:
        memory.waiting_for, memory.waiting_since = place, world.loop_time()
    if world.loop_time() - memory.waiting_since >= spec.timeout or (
        state.gate is not None and state.gate.never
    ):
        text = f"gave up after {spec.timeout:g} s {what}; it goes on as soon as that is settled"
        return Operation("Failed", text if not (state.gate and state.gate.never) else what, state.asked)
    return Operation("Running", what, state.asked)


def _healing(state: PassState) -> Operation | None:
    reverted = [ran for ran in state.ran if ran.outcome in (Outcome.CONFIGURED, Outcome.CREATED)]
    if not reverted or any(ran.step.action is not Action.APPLY for ran in reverted):
        return None
    names = ", ".join(str(ran.step.key) for ran in reverted[:5])
    return Operation("Succeeded", f"reverted drift of {names}", fresh=True)


def _images(state: PassState) -> tuple[str, ...]:
    found: set[str] = set()
    for item in state.wanted.objects:
        spec = item.value.get("spec")
        template = spec.get("template") if isinstance(spec, dict) else None
        pods = template.get("spec") if isinstance(template, dict) else None
        for name in ("initContainers", "containers"):
            containers = pods.get(name) if isinstance(pods, dict) else None
            for container in containers or ():
                if isinstance(container, dict) and container.get("image"):
                    found.add(str(container["image"]))
    return tuple(sorted(found))


async def _write(state: PassState, report: Report) -> None:
    world, spec = state.world, state.spec
    status = build_status(spec, report, world.instant(), world.installation.namespace)
    answer = await write_status(world, spec.manifest, status)
    if answer is None:
        return
    if spec.operation is not None and report.operation is not None:
        answer = await patch_object(world, answer, {"operation": None})
        if answer is None:
            return
    _tell(state, spec, report)
    state.spec = ApplicationSpec.parse(answer)


def _tell(state: PassState, spec: ApplicationSpec, report: Report) -> None:
    """Events for what people follow: sync, health, operations, new problems."""
    before, tell = spec.status, state.world.tell
    sync = (before.get("sync") or {}).get("status") or "Unknown"
    if sync != report.sync:
        tell(Told(spec.key, "ResourceUpdated", f"Updated sync status: {sync} -> {report.sync}"))
    health = (before.get("health") or {}).get("status") or "Unknown"
    if health != report.health:
        tell(Told(spec.key, "ResourceUpdated", f"Updated health status: {health} -> {report.health}"))
    known = {(item.get("type"), item.get("message")) for item in before.get("conditions") or ()}
    for condition in report.conditions:
        if (condition.type, condition.message) not in known:
            warning = condition.type != WAITING
            tell(Told(spec.key, condition.type, condition.message, warning=warning))
    operation = report.operation
    if operation is not None:
        earlier = before.get("operationState") or {}
        same = history_target(spec, earlier.get("syncResult") or {}) == state.target and not operation.fresh
        if (earlier.get("phase"), earlier.get("message")) != (operation.phase, operation.message) or not same:
            reason = "OperationCompleted" if operation.phase == "Succeeded" else "OperationStarted"
            warning = operation.phase == "Failed"
            at = ", ".join(revision[:7] for revision in report.revisions)
            message = f"{operation.message} (revision {at})" if at else operation.message
            tell(Told(spec.key, "OperationFailed" if warning else reason, message, warning=warning))
