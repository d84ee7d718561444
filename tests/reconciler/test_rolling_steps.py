"""Whose turn it is in a RollingSync: the rules on plain values."""

import pytest

from argosy.compiler.rollout import NodeKey, RolloutNode, build
from argosy.reconciler.gates import Gates, NodeState
from argosy.reconciler.node_state import waited_for
from argosy.schemas.model.applicationset import MatchExpression, RolloutStep

SHOP = NodeKey("ApplicationSet", "argocd", "shop")
SETTLED = NodeState("t", rolled=True, begun=True)
WAITING = NodeState("t")
UNDER_WAY = NodeState("t", begun=True)


def app(name):
    return NodeKey("Application", "argocd", name)


def gates(states, *, limits=(None, None), looked_at=None):
    """A set with the steps dev and prod; names say the step: d… and p…, anything else is in none.

    `looked_at` are the names of those that were looked at since the start, the set among them.
    """
    steps = tuple(
        RolloutStep((MatchExpression("env", "In", (env,)),), limit)
        for env, limit in zip("dp", limits, strict=True)
    )
    nodes = [RolloutNode(SHOP, steps=steps)]
    nodes += [RolloutNode(app(name), SHOP, labels={"env": name[0]}) for name in states]
    known = {app(name): state for name, state in states.items() if state is not None}
    known[SHOP] = NodeState("s", rolled=True)
    targets = {app(name): "t" for name in states} | {SHOP: "s"}
    seen = None if looked_at is None else {SHOP, *map(app, looked_at)}
    return Gates(build(nodes), known, targets, seen)


def open_for(found, names):
    return [name for name in names if found.may_roll(app(name)) is None]


def test_the_first_step_begins_at_once_and_the_second_waits():
    found = gates({"d1": WAITING, "d2": WAITING, "p1": WAITING})
    assert open_for(found, ["d1", "d2", "p1"]) == ["d1", "d2"]
    closed = found.may_roll(app("p1"))
    assert str(closed) == (
        "waiting for step 1 of ApplicationSet shop: Application d1: it is not synced to its target yet"
    )
    assert waited_for(str(closed)) == ("Application", "d1")
    assert not closed.person


def test_the_second_step_begins_once_the_first_is_settled():
    assert open_for(gates({"d1": SETTLED, "p1": WAITING}), ["p1"]) == ["p1"]


def test_a_step_without_members_is_passed_over():
    assert open_for(gates({"p1": WAITING}), ["p1"]) == ["p1"]


def test_no_more_than_max_update_are_updated_at_a_time():
    states = {"d1": WAITING, "d2": WAITING, "d3": WAITING}
    assert open_for(gates(states, limits=(2, None)), states) == ["d1", "d2"]
    states |= {"d1": SETTLED, "d2": UNDER_WAY}
    assert open_for(gates(states, limits=(2, None)), states) == ["d1", "d2", "d3"]
    states |= {"d1": UNDER_WAY}
    found = gates(states, limits=(2, None))
    assert str(found.may_roll(app("d3"))) == (
        "waiting for step 1 of ApplicationSet shop: 2 at a time are updated, now d1, d2"
    )


def test_who_is_under_way_goes_on_although_others_come_first_by_name():
    states = {"d1": WAITING, "d2": UNDER_WAY}
    assert open_for(gates(states, limits=(1, None)), states) == ["d2"]


@pytest.mark.parametrize("unknown", [None, NodeState("older"), NodeState("", problem="its cluster is away")])
def test_what_is_not_known_takes_a_place_and_may_not_begin_itself(unknown):
    states = {"d1": unknown, "d2": WAITING}
    assert open_for(gates(states, limits=(1, None)), states) == []


@pytest.mark.parametrize("limit", [0, "0%"])
def test_a_step_with_max_update_0_waits_for_a_person(limit):
    states = {"d1": WAITING, "p1": WAITING}
    found = gates(states, limits=(limit, None))
    closed = found.may_roll(app("d1"))
    assert closed.person
    assert str(closed) == (
        "waiting for a person: step 1 of ApplicationSet shop has maxUpdate 0: sync Application d1 by hand"
    )
    assert found.may_roll(app("d1"), by_hand=True) is None
    later = found.may_roll(app("p1"))
    assert later.person and later.on == "step 1 of ApplicationSet shop"


def test_a_sync_by_hand_that_was_begun_goes_on():
    assert open_for(gates({"d1": UNDER_WAY}, limits=(0, None)), ["d1"]) == ["d1"]


def test_who_is_in_no_step_waits_for_a_person():
    found = gates({"d1": SETTLED, "x": WAITING})
    closed = found.may_roll(app("x"))
    assert closed.person
    assert str(closed) == "waiting for a person: no step of ApplicationSet shop selects Application x"
    assert found.may_roll(app("x"), by_hand=True) is None


def test_a_sync_by_hand_does_not_pass_by_waves():
    steps = (RolloutStep(),)
    nodes = [
        RolloutNode(app("first"), wave=-1),
        RolloutNode(SHOP, steps=steps),
        RolloutNode(app("d1"), SHOP),
    ]
    states = {SHOP: NodeState("s", rolled=True), app("first"): WAITING, app("d1"): WAITING}
    targets = {app("first"): "t", app("d1"): "t", SHOP: "s"}
    closed = Gates(build(nodes), states, targets).may_roll(app("d1"), by_hand=True)
    assert closed is not None and closed.on == "Application first"


def test_a_step_that_was_not_looked_at_yet_is_no_reason_to_wait_that_is_worth_telling():
    states = {"d1": WAITING, "d2": UNDER_WAY, "p1": WAITING}
    assert gates(states, looked_at=["d1"]).may_roll(app("p1")).unseen
    assert not gates(states, looked_at=["d1", "d2"]).may_roll(app("p1")).unseen


def test_a_person_is_waited_for_whatever_was_not_looked_at_yet():
    states = {"d1": WAITING, "d2": WAITING, "p1": WAITING}
    closed = gates(states, limits=(0, None), looked_at=["d2"]).may_roll(app("p1"))
    assert closed.person and not closed.unseen


def test_turns_are_not_told_of_before_all_of_a_step_were_looked_at():
    states = {"d1": UNDER_WAY, "d2": WAITING, "d3": None}
    assert gates(states, limits=(1, None), looked_at=["d1", "d2"]).may_roll(app("d2")).unseen
    assert not gates(states, limits=(1, None), looked_at=states).may_roll(app("d2")).unseen
