"""Who may roll: the rules of the gates on plain values."""

from argosy.compiler.rollout import NodeKey, RolloutNode, build
from argosy.reconciler.gates import Gates, NodeState, Unsettled
from argosy.reconciler.node_state import waited_for


def app(name):
    return NodeKey("Application", "argocd", name)


def a_set(name):
    return NodeKey("ApplicationSet", "argocd", name)


ROOT, LOW, HIGH = app("root"), app("low"), app("high")


def gates(nodes, states, targets=None):
    known = {key: state.target for key, state in states.items()} | (targets or {})
    return Gates(build(nodes), states, known)


def family(low=None, root=None, targets=None):
    nodes = [RolloutNode(ROOT), RolloutNode(LOW, ROOT, 0), RolloutNode(HIGH, ROOT, 1)]
    states = {
        ROOT: root or NodeState("t", True, (), frozenset({LOW, HIGH})),
        LOW: low or NodeState("t", True),
    }
    return gates(nodes, states, targets)


def test_a_root_may_always_roll():
    assert family().may_roll(ROOT) is None


def test_a_child_waits_until_its_parent_has_applied_it():
    closed = family(root=NodeState("t", False, (), frozenset())).may_roll(LOW)
    assert str(closed) == "waiting for Application root: it has not applied Application low yet"


def test_a_child_waits_while_its_parent_is_not_at_its_own_target():
    closed = family(targets={ROOT: "newer"}).may_roll(LOW)
    assert closed is not None and closed.reason == "it is not at its target yet"


def test_what_no_pass_has_ended_over_yet_opens_gates_but_keeps_none_closed_for_long():
    nodes = [RolloutNode(ROOT), RolloutNode(LOW, ROOT, 0), RolloutNode(HIGH, ROOT, 1)]
    root = NodeState("t", True, (), frozenset({LOW, HIGH}))
    targets = {ROOT: "t", LOW: "t", HIGH: "t"}

    def closed(low, *looked_at):
        return Gates(build(nodes), {ROOT: root, LOW: low}, targets, looked_at).may_roll(HIGH)

    assert closed(NodeState("t", True)) is None
    assert closed(NodeState("t"), ROOT).unseen
    assert not closed(NodeState("t"), ROOT, LOW).unseen


def test_a_higher_wave_opens_once_the_lower_one_is_settled():
    assert family().may_roll(HIGH) is None


def test_a_higher_wave_waits_for_an_unhealthy_object_of_a_lower_application():
    closed = family(
        low=NodeState("t", True, (Unsettled(0, "apps/Deployment x", "it is Progressing"),))
    ).may_roll(HIGH)
    assert str(closed) == "waiting for apps/Deployment x of Application low: it is Progressing"


def test_whoever_reads_a_status_finds_whom_it_waits_for():
    unhealthy = NodeState("t", True, (Unsettled(0, "apps/Deployment low/of", "Application x: no"),))
    child = NodeState("t", True, (Unsettled(0, "argoproj.io/AppProject argocd/x", "it is missing"),))
    unapplied = family(root=NodeState("t", False, (), frozenset())).may_roll(LOW)
    for closed, key in (
        (unapplied, ROOT),
        (family(low=NodeState("t")).may_roll(HIGH), LOW),
        (family(low=NodeState("", problem="Application y does not render")).may_roll(HIGH), LOW),
        (family(low=unhealthy).may_roll(HIGH), LOW),
        (family(low=child).may_roll(HIGH), LOW),
    ):
        assert waited_for(str(closed)) == (key.kind, key.name), str(closed)
    assert waited_for("Application low is gone") is None
    assert waited_for("waiting for healthy state of apps/Deployment web/web (Progressing)") is None


def test_a_higher_wave_waits_for_a_lower_application_with_a_newer_target():
    closed = family(targets={LOW: "newer"}).may_roll(HIGH)
    assert closed is not None and closed.on == "Application low"


def test_a_higher_wave_waits_for_objects_of_the_parent_in_lower_waves():
    unsettled = (Unsettled(0, "ConfigMap a/b", "it is not applied at the target yet"),)
    root = NodeState("t", False, unsettled, frozenset({LOW, HIGH}))
    assert family(root=root).may_roll(LOW) is None
    closed = family(root=root).may_roll(HIGH)
    assert closed is not None and closed.on == "ConfigMap a/b of Application root"


def test_what_was_never_examined_is_not_settled():
    nodes = [RolloutNode(ROOT), RolloutNode(LOW, ROOT, 0), RolloutNode(HIGH, ROOT, 1)]
    closed = gates(nodes, {ROOT: NodeState("t", True, (), frozenset({LOW, HIGH}))}).may_roll(HIGH)
    assert closed is not None and closed.reason == "it was not examined yet"


def test_a_generated_application_ranks_with_the_wave_of_its_set():
    own_set, child = a_set("all"), app("generated")
    nodes = [
        RolloutNode(ROOT),
        RolloutNode(LOW, ROOT, 0),
        RolloutNode(own_set, ROOT, 1),
        RolloutNode(child, own_set, 0),
    ]
    states = {
        ROOT: NodeState("t", True, (), frozenset({LOW, own_set})),
        LOW: NodeState("t", False),
        own_set: NodeState("t", True),
    }
    closed = gates(nodes, states).may_roll(child)
    assert closed is not None and closed.on == "Application low"
    assert gates(nodes, states | {LOW: NodeState("t", True)}).may_roll(child) is None


def test_depends_on_adds_a_predecessor_and_a_cycle_never_opens():
    nodes = [RolloutNode(LOW, depends_on=("high",)), RolloutNode(HIGH)]
    closed = gates(nodes, {HIGH: NodeState("t", False)}).may_roll(LOW)
    assert closed is not None and closed.on == "Application high" and not closed.never
    cycle = [RolloutNode(LOW, depends_on=("high",)), RolloutNode(HIGH, depends_on=("low",))]
    closed = gates(cycle, {}).may_roll(LOW)
    assert closed is not None and closed.never


def named_gates(*, wave, looked_at=None):
    """`low` depends on `high`, which does not exist yet; their parent wants it in a wave."""
    live = [RolloutNode(ROOT), RolloutNode(LOW, ROOT, depends_on=("high",))]
    coming = build([*live, RolloutNode(HIGH, ROOT, wave)])
    states = {ROOT: NodeState("t", False, (), frozenset({LOW}))}
    return Gates(build(live), states, {ROOT: "t"}, looked_at, coming=lambda: coming)


def test_who_depends_on_an_unknown_name_waits_for_sets_that_may_still_generate_it():
    own_set = a_set("all")
    nodes = [RolloutNode(LOW, depends_on=("generated",)), RolloutNode(own_set)]
    for expanding in ({}, {own_set: NodeState("t")}, {own_set: NodeState("", problem="Git does not answer")}):
        closed = gates(nodes, expanding, {own_set: "t"}).may_roll(LOW)
        assert str(closed) == "waiting for ApplicationSet all: it is not expanded yet"
        assert not closed.never
    closed = gates(nodes, {own_set: NodeState("t", True)}).may_roll(LOW)
    assert closed is not None and closed.never and "no such Application" in closed.reason


def test_a_set_that_waits_itself_hides_no_unknown_name():
    own_set = a_set("all")
    nodes = [RolloutNode(LOW, depends_on=("misspelt",)), RolloutNode(own_set, depends_on=("low",))]
    closed = gates(nodes, {}).may_roll(LOW)
    assert closed is not None and closed.never and "no such Application" in closed.reason


def test_who_depends_on_a_later_wave_of_its_own_parent_is_told_the_cycle():
    closed = named_gates(wave=1).may_roll(LOW)
    assert closed is not None and closed.never
    assert "Application low waits for Application high: depends-on" in closed.reason
    assert "Application high waits for Application low: wave 1 comes after wave 0" in closed.reason


def test_who_depends_on_one_that_its_parent_is_about_to_make_waits_for_it():
    closed = named_gates(wave=0).may_roll(LOW)
    assert str(closed) == "waiting for Application high: it does not exist yet" and not closed.never


def test_what_a_parent_is_about_to_make_is_known_once_it_was_looked_at():
    assert named_gates(wave=1, looked_at=()).may_roll(LOW).unseen
    assert named_gates(wave=1, looked_at=(ROOT,)).may_roll(LOW).never
