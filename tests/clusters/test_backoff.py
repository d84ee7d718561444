"""Waits between tries."""

from argosy.clusters.backoff import Backoff


def test_waits_double_up_to_the_longest() -> None:
    backoff = Backoff(first=1.0, longest=10.0, chance=lambda: 1.0)
    assert [backoff.delay(attempt) for attempt in range(6)] == [1.0, 2.0, 4.0, 8.0, 10.0, 10.0]


def test_chance_takes_away_at_most_half() -> None:
    assert Backoff(first=1.0, chance=lambda: 0.0).delay(0) == 0.5


def test_a_cluster_that_is_away_for_days_overflows_nothing() -> None:
    assert Backoff(longest=30.0, chance=lambda: 1.0).delay(1_000_000) == 30.0
