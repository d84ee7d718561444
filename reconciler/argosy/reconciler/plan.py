"""Decides what to do next for one Application, as a value. What is shown is what runs.

Comes after observing and before running. A plan is made anew before every round of calls: it holds the
calls that may be made now, what is held back and why. Pure: no time, no calls.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from argosy.reconciler.desired import DesiredObject
from argosy.reconciler.kind_order import order_key
from argosy.reconciler.resource import ResourceKey, digest_of

__all__ = [
    "Action",
    "Extra",
    "Match",
    "Observed",
    "Outcome",
    "Plan",
    "PlanRequest",
    "Step",
    "make_plan",
    "safe_health",
]


class Match(StrEnum):
    """How a live object relates to what is due."""

    SAME = "same"
    DIFFERENT = "different"
    UNKNOWN = "unknown"


class Action(StrEnum):
    """What a step does. Nothing outside this set is ever done to an object."""

    PRUNE = "prune"
    """Delete an object of ours that the target no longer holds."""
    APPLY = "apply"
    CHECK = "check"
    """Ask by a dry run whether the object differs; writes nothing."""
    WAIT = "wait"
    """The object is as it should be, but later waves wait until it is healthy or settled."""
    HOLD = "hold"
    """Out of sync, and not to be changed now; the reason says why."""
    NOTHING = "nothing"


class Outcome(StrEnum):
    """What became of a step."""

    CREATED = "created"
    CONFIGURED = "configured"
    UNCHANGED = "unchanged"
    PRUNED = "pruned"
    DIFFERENT = "different"
    SKIPPED = "skipped"
    WAITING = "waiting"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Observed:
    """One desired object as the cluster has it.

    `target` and `current` say how the live object relates to the two revisions. `owner` names another
    Application or installation that the object belongs to. `failed` is the error of the last try at the
    same content.
    """

    exists: bool = False
    target: Match = Match.DIFFERENT
    current: Match = Match.DIFFERENT
    health: str = "Missing"
    message: str = ""
    owner: str = ""
    failed: str = ""
    retry: bool = True
    child: bool = False


@dataclass(frozen=True, slots=True)
class Extra:
    """A live object of ours that the target does not hold."""

    key: ResourceKey
    wave: int = 0
    options: frozenset[str] = frozenset()
    deleting: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do to one object. `desired` is what is applied or compared, absent for a prune."""

    action: Action
    key: ResourceKey
    wave: int
    desired: DesiredObject | None = None
    at_target: bool = True
    reason: str = ""

    def __str__(self) -> str:
        why = f" ({self.reason})" if self.reason else ""
        return f"{self.action} {self.key} in wave {self.wave}{why}"


@dataclass(frozen=True, slots=True)
class PlanRequest:
    """What a plan is made from.

    - `roll`: the target may be applied (sync is automated or asked for, and the gate is open).
    - `heal`: differences to what was rolled out already may be reverted.
    - `done`: the target was synced completely before; what differs now is drift.
    - `reached`: the highest wave that the roll to this target has entered, `None` before the first.
    - `children_wait`: the lowest wave with a child that is not settled, and what is waited for.
    - `frozen`: why nothing may be pruned: something that the target depends on is unknown or unconfirmed.
    - `at_once`: a person confirmed just these deletions, so they are all begun together.
    """

    target: tuple[DesiredObject, ...]
    current: Mapping[ResourceKey, DesiredObject]
    observed: Mapping[ResourceKey, Observed]
    extras: tuple[Extra, ...] = ()
    roll: bool = False
    heal: bool = False
    done: bool = False
    prune: bool = False
    reached: int | None = None
    children_wait: tuple[int, str] | None = None
    held: str = ""
    frozen: str = ""
    at_once: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps in the order in which they run. `reached`: the wave that the roll enters with this plan.

    `complete`: every object is as the target says; `waiting`: what the next wave waits for.
    """

    steps: tuple[Step, ...]
    reached: int | None
    complete: bool
    waiting: str = ""
    waves: Mapping[int, str] = field(default_factory=dict)

    @property
    def deletions(self) -> tuple[Step, ...]:
        """What the plan would delete, which is shown before everything else."""
        return tuple(step for step in self.steps if step.action is Action.PRUNE)

    @property
    def calls(self) -> tuple[Step, ...]:
        """The steps that ask or change a server."""
        return tuple(step for step in self.steps if step.action in (Action.APPLY, Action.CHECK, Action.PRUNE))

    @property
    def digest(self) -> str:
        """Names exactly the deletions of this plan; a person confirms them by it."""
        return deletion_digest(step.key for step in self.deletions)

    def shown(self) -> Iterator[Step]:
        """All steps for a reader: deletions first."""
        yield from self.deletions
        yield from (step for step in self.steps if step.action is not Action.PRUNE)


def deletion_digest(keys: Iterator[ResourceKey]) -> str:
    """The name of a set of deletions."""
    return digest_of(sorted(str(key) for key in keys))[:12]


def safe_health(observed: Observed, desired: DesiredObject) -> bool:
    """Whether later waves may go on beside this object: it is healthy, or suspended because its manifest
    says so."""
    if observed.child:
        return True
    if observed.health == "Suspended":
        spec = desired.value.get("spec") or {}
        return bool(spec.get("suspend") or spec.get("paused"))
    return observed.health == "Healthy"


def make_plan(request: PlanRequest) -> Plan:
    """The plan: desired objects by wave, then prunes once all of them are as the target says."""
    steps: list[Step] = []
    reached = request.reached
    waiting, complete = "", True
    for wave in sorted({item.wave for item in request.target}):
        members = [item for item in request.target if item.wave == wave]
        entered = request.done or (reached is not None and wave <= reached)
        if not entered and request.roll and not waiting:
            reached, entered = wave, True
        reason = "" if entered else (waiting or request.held)
        steps += [_step(item, request, entered, reason) for item in members]
        complete = complete and all(_at_target(item, request) for item in members)
        waiting = waiting or _unsettled(wave, members, request)
    prunes = _prunes(request, complete)
    steps += prunes
    pending = any(step.action is Action.PRUNE for step in prunes)
    return Plan(tuple(steps), reached, complete and not pending, waiting)


def _step(item: DesiredObject, request: PlanRequest, entered: bool, reason: str) -> Step:
    observed = request.observed.get(item.key, Observed())
    if observed.owner:
        return Step(Action.HOLD, item.key, item.wave, item, reason=observed.owner)
    due: DesiredObject | None = item
    match = observed.target
    if not entered:
        due = request.current.get(item.key)
        match = observed.current
        if due is None:
            return _outside(item, observed, request, reason)
    assert due is not None
    at_target = entered or due.digest == item.digest
    if match is Match.SAME:
        if not at_target:
            return Step(Action.HOLD, item.key, item.wave, item, False, reason)
        return Step(Action.NOTHING, item.key, item.wave, due)
    if observed.failed and not observed.retry:
        return Step(Action.HOLD, item.key, item.wave, due, at_target, observed.failed)
    rolling = entered and not request.done and request.roll
    if rolling or request.heal:
        return Step(Action.APPLY, item.key, item.wave, due, at_target)
    if match is Match.UNKNOWN:
        return Step(Action.CHECK, item.key, item.wave, due, at_target)
    return Step(
        Action.HOLD, item.key, item.wave, item, at_target, reason or "drift is only reported: selfHeal is off"
    )


def _outside(item: DesiredObject, observed: Observed, request: PlanRequest, reason: str) -> Step:
    """An object whose turn has not come and of which no earlier revision is known: only compared."""
    if observed.exists and observed.target is Match.UNKNOWN:
        return Step(Action.CHECK, item.key, item.wave, item, reason=reason)
    if observed.target is Match.SAME:
        return Step(Action.NOTHING, item.key, item.wave, item)
    return Step(Action.HOLD, item.key, item.wave, item, reason=reason or "sync is not automated")


def _at_target(item: DesiredObject, request: PlanRequest) -> bool:
    observed = request.observed.get(item.key, Observed())
    return observed.target is Match.SAME and not observed.owner


def _unsettled(wave: int, members: list[DesiredObject], request: PlanRequest) -> str:
    """What the waves after this one wait for."""
    for item in members:
        observed = request.observed.get(item.key, Observed())
        if observed.owner:
            return f"{item.key}, which {observed.owner}"
        if observed.failed:
            return f"{item.key}, which could not be applied"
        if observed.target is not Match.SAME:
            return f"{item.key} to be applied"
        if not safe_health(observed, item):
            return f"healthy state of {item.key} ({observed.health})"
    if request.children_wait is not None and request.children_wait[0] <= wave:
        return request.children_wait[1]
    return ""


def _prunes(request: PlanRequest, complete: bool) -> list[Step]:
    """Prunes in reverse order: the highest wave first, and a lower wave only once the higher one is gone."""
    steps = []
    ordered = sorted(request.extras, key=lambda extra: order_key(extra.wave, extra.key), reverse=True)
    highest: int | None = None
    for extra in ordered:
        reason = _kept(extra, request, complete)
        if not reason and not request.at_once and highest is not None and extra.wave < highest:
            reason = f"after the objects of wave {highest} are gone"
        if not reason:
            highest = extra.wave
        if extra.deleting and not reason:
            steps.append(Step(Action.WAIT, extra.key, extra.wave, reason="being deleted"))
        else:
            steps.append(Step(Action.HOLD if reason else Action.PRUNE, extra.key, extra.wave, reason=reason))
    return steps


def _kept(extra: Extra, request: PlanRequest, complete: bool) -> str:
    if request.frozen:
        return request.frozen
    if "Prune=false" in extra.options:
        return "kept by its sync option Prune=false"
    if not request.prune:
        return "requires pruning, which is off"
    if not complete:
        return "pruned once the target is applied"
    return ""
