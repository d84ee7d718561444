"""How old a recorded world is, as findings. Pure: the time is handed in."""

from datetime import datetime, timedelta

from argosy.generators.recorded.answer import RecordedAnswer, instant_text
from argosy.schemas.finding import Finding, Severity

__all__ = ["age_finding"]


def age_finding(oldest: RecordedAnswer, now: datetime, limit: timedelta | None) -> Finding:
    """A note that says how old the oldest answer is, a warning where it is older than the limit."""
    age, position = now - oldest.as_of, oldest.position
    old = f"{_words(age)} old ({instant_text(oldest.as_of)})"
    message = f"answers were taken from this recorded world, the oldest is {old}"
    if limit is None or age <= limit:
        return Finding("recorded-world", Severity.NOTE, message, position)
    return Finding(
        "old-world",
        Severity.WARNING,
        f"{message}; at most {_words(limit)} are allowed",
        position,
        hint="record it anew where the services can be asked: argosy snapshot",
    )


def _words(age: timedelta) -> str:
    seconds = max(age.total_seconds(), 0.0)
    for length, unit in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= length:
            number = int(seconds // length)
            return f"{number} {unit}{'' if number == 1 else 's'}"
    return "less than a minute"
