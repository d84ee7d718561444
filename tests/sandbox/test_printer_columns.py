from datetime import UTC, datetime

import pytest

from argosy.sandbox.printer_columns import age, human_duration

MINUTE, HOUR, DAY = 60, 3600, 86400


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-5, "<invalid>"),
        (-0.5, "0s"),
        (119, "119s"),
        (2 * MINUTE, "2m"),
        (9 * MINUTE + 59, "9m59s"),
        (10 * MINUTE + 30, "10m"),
        (179 * MINUTE, "179m"),
        (3 * HOUR, "3h"),
        (7 * HOUR + 30 * MINUTE, "7h30m"),
        (47 * HOUR, "47h"),
        (2 * DAY, "2d"),
        (7 * DAY + 5 * HOUR, "7d5h"),
        (700 * DAY, "700d"),
        (3 * 365 * DAY + 10 * DAY, "3y10d"),
        (20 * 365 * DAY + 10 * DAY, "20y"),
    ],
)
def test_durations_are_written_as_kubectl_writes_them(seconds, text):
    assert human_duration(seconds) == text


def test_an_age_is_the_time_since():
    now = datetime(2026, 1, 1, 0, 1, tzinfo=UTC)
    assert age("2026-01-01T00:00:00Z", now) == "60s"
    assert age(None, now) == "<unknown>"
    assert age("yesterday", now) == "<invalid>"
