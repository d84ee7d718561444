"""Origins lead back to the lines that made a value."""

from argosy.schemas.finding import Related
from argosy.schemas.model.origin import DeferredOrigin, Origin
from argosy.schemas.position import Position


def test_places_are_appended_to_the_far_end() -> None:
    near, far = Related("element", Position("a", 1, 1)), Related("parent", Position("b", 2, 1))
    assert Origin(None, (near,)).through(far).chain == (near, far)


def test_a_deferred_origin_is_worked_out_once_and_equals_what_it_gives() -> None:
    asked = []

    def make() -> Origin:
        asked.append(1)
        return Origin(Position("a", 1, 1))

    deferred = DeferredOrigin(make)
    assert asked == []
    assert deferred == Origin(Position("a", 1, 1))
    assert deferred.chain == ()
    assert hash(deferred) == hash(Origin(Position("a", 1, 1)))
    assert asked == [1]
