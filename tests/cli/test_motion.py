"""When a rollout stands still, on plain rows."""

from dataclasses import replace

from argosy.cli.live_state import APPLICATION, APPLICATION_SET, LiveState, Row, SetRow
from argosy.cli.motion import moving

from .live_rows import SETTLED

FAILED = replace(SETTLED, sync="OutOfSync", health="Missing", phase="Failed", message="refused")
PROGRESSING = replace(SETTLED, health="Progressing")
SET = SetRow("shop", 0, "", "")


def waiting(name: str, message: str) -> Row:
    return replace(
        SETTLED,
        name=name,
        sync="OutOfSync",
        health="Missing",
        phase="Running",
        message=f"waiting for {message}",
    )


def names(*rows: Row, sets: tuple[SetRow, ...] = ()) -> set[str]:
    return {name for _, name in moving(LiveState(rows, sets))}


def test_what_is_settled_or_has_failed_stands_still() -> None:
    unknown = replace(
        SETTLED, name="lost", sync="Unknown", health="Unknown", conditions=("ComparisonError: x",)
    )
    assert not names(SETTLED, replace(FAILED, name="bad"), unknown)


def test_what_was_asked_for_or_never_looked_at_moves() -> None:
    new = replace(SETTLED, name="new", sync="Unknown", health="Unknown", phase="")
    assert names(replace(SETTLED, pending=True), new) == {"web", "new"}


def test_objects_that_become_healthy_move() -> None:
    assert names(PROGRESSING) == {"web"}
    assert names(waiting("db", "healthy state of apps/Deployment db/db (Progressing)")) == {"db"}


def test_what_waits_moves_as_long_as_what_it_waits_for() -> None:
    later = waiting("later", "apps/Deployment web/web of Application web: it is Progressing")
    last = waiting("last", "Application later: it is not synced to its target yet")
    assert names(PROGRESSING, later, last) == {"web", "later", "last"}
    assert not names(FAILED, later, last)


def test_a_wait_for_what_is_settled_meanwhile_moves() -> None:
    assert names(SETTLED, waiting("later", "Application web: it is not at its target yet")) == {"later"}


def test_a_wait_for_nobody_that_there_is_stands_still() -> None:
    assert not names(waiting("later", "Application gone: it was not examined yet"))


def test_applications_that_wait_for_each_other_stand_still() -> None:
    assert not names(waiting("a", "Application b: it waits"), waiting("b", "Application a: it waits"))


def test_a_name_in_another_namespace_is_found_without_it() -> None:
    other = replace(PROGRESSING, name="team/web")
    assert names(other, waiting("later", "Application web: it is Progressing")) == {"team/web", "later"}


def test_a_parent_is_as_its_children_are_and_moves_with_them() -> None:
    root = replace(SETTLED, name="root", health="Missing")
    child = replace(FAILED, parent="root", parent_kind=APPLICATION)
    assert not names(root, child)
    other = replace(PROGRESSING, name="other", parent="root", parent_kind=APPLICATION)
    assert names(root, child, other) == {"root", "other"}


def test_a_parent_whose_own_objects_become_healthy_moves_though_a_child_has_failed() -> None:
    root = replace(SETTLED, name="root", health="Progressing")
    child = replace(FAILED, health="Healthy", parent="root", parent_kind=APPLICATION)
    assert names(root, child) == {"root"}


def test_a_set_that_is_written_moves_and_one_that_generates_nothing_does_not() -> None:
    assert names(sets=(replace(SET, health="Progressing", message="Applications are being written"),)) == {
        "shop"
    }
    assert not names(sets=(replace(SET, health="Degraded", message="no", problem="no"),))


def test_a_step_waits_for_who_holds_it_up() -> None:
    shop = replace(SET, health="Progressing", message="ApplicationSet is performing rollout of step 1")
    ours = {"parent": "shop", "parent_kind": APPLICATION_SET}
    first = replace(FAILED, name="first", health="Progressing", **ours)
    held = "step 1 of ApplicationSet shop: apps/Deployment a/a of Application first: it is Degraded"
    assert not names(first, replace(waiting("second", held), **ours), sets=(shop,))
    turn = replace(
        waiting("second", "step 1 of ApplicationSet shop: 1 at a time are updated, now first"), **ours
    )
    rolls = replace(first, phase="Running", message="applying wave 0")
    assert names(rolls, turn, sets=(shop,)) == {"first", "second", "shop"}


def test_drift_that_is_only_reported_stands_still() -> None:
    assert not names(replace(SETTLED, sync="OutOfSync"))
