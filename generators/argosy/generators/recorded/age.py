"""How old a recorded world is, as findings. Pure: the time is handed in."""

from datetime import datetime, timedelta

from argosy.generators.recorded.answer import instant_text
from argosy.schemas.finding import Finding, Severity
from argosy.schemas.position import Position

__all__ = ["age_finding"]


def age_finding(file: str, as_of: datetime, now: datetime, limit: timedelta | None) -> Finding:
    """A note that says how old answers are, a warning where they are older than the limit."""
    age = now - as_of
    old = f"{_words(age)} old ({instant_text(as_of)})"
    message = f"answers were taken from this recorded world, the oldest is {old}"
    position = Position(file, 1, 1)
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
