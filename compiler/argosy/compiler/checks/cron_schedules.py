"""Cron schedules as Argo CD reads them: five fields, by the rules of robfig/cron."""

import re
from collections.abc import Mapping, Sequence

__all__ = ["schedule_problem"]

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_FIELDS: Sequence[tuple[str, int, int, Mapping[str, int]]] = (
    ("minute", 0, 59, {}),
    ("hour", 0, 23, {}),
    ("day of the month", 1, 31, {}),
    ("month", 1, 12, {name: number for number, name in enumerate(_MONTHS, 1)}),
    ("day of the week", 0, 6, {name: number for number, name in enumerate(_DAYS)}),
)
_ZONE = re.compile(r"(?:CRON_)?TZ=\S+\s+")


def schedule_problem(text: str) -> str:
    """What keeps a schedule from being read, or the empty text."""
    fields = _ZONE.sub("", text.strip(), count=1).split()
    if len(fields) != len(_FIELDS):
        return (
            f"it has {len(fields)} fields, not five (minute, hour, day of the month, month, day of the week)"
        )
    for written, (name, lowest, highest, names) in zip(fields, _FIELDS, strict=True):
        for part in written.split(","):
            problem = _part_problem(part, lowest, highest, names)
            if problem:
                return f"the {name} `{written}` {problem}"
    return ""


def _part_problem(part: str, lowest: int, highest: int, names: Mapping[str, int]) -> str:
    span, slash, step = part.partition("/")
    if slash and not (step.isascii() and step.isdigit() and int(step) > 0):
        return "has a step that is no positive number"
    if span in ("*", "?"):
        return ""
    ends = [
        names.get(end.lower(), int(end) if end.isascii() and end.isdigit() else None)
        for end in span.split("-")
    ]
    if len(ends) > 2 or any(end is None for end in ends):
        return "cannot be read"
    numbers = [end for end in ends if end is not None]
    if min(numbers) < lowest or max(numbers) > highest:
        return f"is not between {lowest} and {highest}"
    return "runs backwards" if len(numbers) == 2 and numbers[0] > numbers[1] else ""
