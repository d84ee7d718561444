"""What a plan holds, as values: no cluster, no calls."""

from argosy.reconciler.desired import DesiredObject
from argosy.reconciler.plan import Action, Extra, Match, Observed, PlanRequest, make_plan
from argosy.reconciler.resource import ResourceKey


def desired(name, wave=0, kind="ConfigMap", digest="new"):
    return DesiredObject(ResourceKey("", kind, "apps", name), {"kind": kind}, wave, digest)


def seen(target=Match.SAME, health="Healthy", **more):
    return Observed(exists=True, target=target, current=more.pop("current", target), health=health, **more)


def actions(plan):
    return [(step.action, step.key.name) for step in plan.steps]


A, B = desired("a"), desired("b", wave=1)


def test_a_second_wave_is_not_applied_before_the_first_is_healthy():
    observed = {A.key: seen(health="Progressing")}
    plan = make_plan(PlanRequest((A, B), {}, observed, roll=True))
    assert actions(plan) == [(Action.NOTHING, "a"), (Action.HOLD, "b")]
    assert plan.waiting == "healthy state of ConfigMap apps/a (Progressing)"
    plan = make_plan(PlanRequest((A, B), {}, {A.key: seen()}, roll=True))
    assert actions(plan) == [(Action.NOTHING, "a"), (Action.APPLY, "b")]
    assert plan.reached == 1


def test_a_wave_that_was_entered_is_not_taken_back():
    observed = {A.key: seen(health="Degraded"), B.key: seen(Match.DIFFERENT)}
    old = desired("b", wave=1, digest="old")
    plan = make_plan(PlanRequest((A, B), {B.key: old}, observed, roll=True, heal=True, reached=1))
    step = plan.steps[1]
    assert (step.action, step.desired) == (Action.APPLY, B)


def test_behind_a_closed_gate_the_current_revision_is_healed():
    old = desired("a", digest="old")
    drifted = {A.key: seen(Match.DIFFERENT, current=Match.DIFFERENT)}
    plan = make_plan(PlanRequest((A,), {A.key: old}, drifted, heal=True, held="waiting for x"))
    assert plan.steps[0].desired is old and plan.steps[0].action is Action.APPLY
    kept = {A.key: seen(Match.DIFFERENT, current=Match.SAME)}
    plan = make_plan(PlanRequest((A,), {A.key: old}, kept, heal=True, held="waiting for x"))
    assert (plan.steps[0].action, plan.steps[0].reason) == (Action.HOLD, "waiting for x")
    assert not plan.complete


def test_drift_without_self_heal_is_asked_once_and_held():
    request = PlanRequest((A,), {}, {A.key: seen(Match.UNKNOWN)}, done=True)
    assert actions(make_plan(request)) == [(Action.CHECK, "a")]
    request = PlanRequest((A,), {}, {A.key: seen(Match.DIFFERENT)}, done=True)
    assert actions(make_plan(request)) == [(Action.HOLD, "a")]


def test_an_object_of_somebody_else_is_never_touched():
    observed = {A.key: seen(Match.DIFFERENT, owner="is tracked by the Application other")}
    plan = make_plan(PlanRequest((A,), {}, observed, roll=True, heal=True))
    assert actions(plan) == [(Action.HOLD, "a")]


def test_prunes_come_after_the_target_is_applied_and_are_shown_first():
    gone = Extra(ResourceKey("", "ConfigMap", "apps", "gone"))
    request = PlanRequest((A,), {}, {A.key: seen(Match.DIFFERENT)}, (gone,), roll=True, prune=True)
    assert actions(make_plan(request)) == [(Action.APPLY, "a"), (Action.HOLD, "gone")]
    request = PlanRequest((A,), {}, {A.key: seen()}, (gone,), roll=True, prune=True)
    plan = make_plan(request)
    assert actions(plan) == [(Action.NOTHING, "a"), (Action.PRUNE, "gone")]
    assert next(plan.shown()).key.name == "gone"
    assert not plan.complete


def test_nothing_is_pruned_while_something_is_frozen_or_excepted():
    gone = Extra(ResourceKey("", "ConfigMap", "apps", "gone"), options=frozenset({"Prune=false"}))
    plan = make_plan(PlanRequest((A,), {}, {A.key: seen()}, (gone,), prune=True))
    assert plan.deletions == ()
    other = Extra(ResourceKey("", "ConfigMap", "apps", "other"))
    plan = make_plan(PlanRequest((A,), {}, {A.key: seen()}, (other,), prune=True, frozen="unknown"))
    assert plan.deletions == ()


def test_prunes_go_in_reverse_waves():
    extras = tuple(Extra(ResourceKey("", "ConfigMap", "apps", f"w{wave}"), wave) for wave in (0, 1))
    plan = make_plan(PlanRequest((), {}, {}, extras, prune=True))
    assert actions(plan) == [(Action.PRUNE, "w1"), (Action.HOLD, "w0")]


def test_later_waves_wait_for_children_that_are_not_settled():
    request = PlanRequest(
        (A, B), {}, {A.key: seen(child=True)}, roll=True, children_wait=(0, "Application a: busy")
    )
    plan = make_plan(request)
    assert actions(plan)[1][0] is Action.HOLD
    assert plan.waiting == "Application a: busy"


def test_a_digest_names_exactly_the_deletions():
    one = Extra(ResourceKey("", "ConfigMap", "apps", "one"))
    two = Extra(ResourceKey("", "ConfigMap", "apps", "two"))
    digests = {
        make_plan(PlanRequest((), {}, {}, extras, prune=True)).digest
        for extras in ((one,), (two,), (one, two), (two, one))
    }
    assert len(digests) == 3
