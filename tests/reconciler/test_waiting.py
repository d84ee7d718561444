"""Who is looked at again when the gates change: rules on plain values."""

from argosy.compiler.rollout import NodeKey, RolloutNode, build
from argosy.reconciler.gates import Gates, NodeState
from argosy.reconciler.waiting import TELL_AGAIN, Waiting


def app(name):
    return NodeKey("Application", "argocd", name)


FIRST, SECOND, LATER = app("first"), app("second"), app("later")


def gates(*settled, looked_at=None):
    nodes = [RolloutNode(FIRST), RolloutNode(SECOND), RolloutNode(LATER, depends_on=("first", "second"))]
    states = {key: NodeState("t", key in settled) for key in (FIRST, SECOND)}
    return Gates(build(nodes), states, dict.fromkeys((FIRST, SECOND, LATER), "t"), looked_at)


def waiting(seen):
    found = Waiting()
    found.note(LATER, seen.may_roll(LATER))
    return found


def test_who_waits_for_the_same_as_before_is_not_looked_at():
    assert not list(waiting(gates()).due(gates()))


def test_an_open_gate_calls_for_a_look_at_once_and_only_once():
    found = waiting(gates())
    assert list(found.due(gates(FIRST, SECOND))) == [(LATER, 0.0)]
    assert not list(found.due(gates(FIRST, SECOND)))


def test_another_blocker_is_told_later():
    assert list(waiting(gates()).due(gates(FIRST))) == [(LATER, TELL_AGAIN)]


def test_a_blocker_that_nobody_has_looked_at_is_not_told():
    assert not list(waiting(gates()).due(gates(FIRST, looked_at={FIRST})))


def test_what_is_waited_for_after_a_start_is_told_as_soon_as_it_is_known():
    assert list(waiting(gates(looked_at=())).due(gates())) == [(LATER, 0.0)]
