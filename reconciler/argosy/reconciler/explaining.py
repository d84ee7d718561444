"""What people read of an error in a condition: where, what was found, what to do, and when it is tried again.

The same error always gives the same text, for a status must not change while nothing does. Pure.
"""

from argosy.schemas.finding import ArgosyError, Finding
from argosy.schemas.knowledge import Unknown
from argosy.sources import errors

__all__ = [
    "EVERY_POLL",
    "RENDER_AGAIN",
    "UNKNOWN_AGAIN",
    "explain",
    "explain_unknown",
    "render_again",
    "words",
]

UNKNOWN_AGAIN = 30.0
"""Seconds until an unknown target is looked at again, beside the poll of the repositories."""
RENDER_AGAIN = 300.0
"""Seconds until what did not render is tried again: another commit is what mends it most often."""
EVERY_POLL = "asked again whenever repositories are looked at"

_OF_THE_COMMIT = frozenset(
    {
        errors.DEADLINE,
        errors.INVALID_SOURCE,
        errors.MISSING_PATH,
        errors.REFUSED_PATH,
        errors.RENDER_FAILED,
        errors.TOOL_MISSING,
        errors.UNSUPPORTED_SOURCE,
    }
)


def explain(error: ArgosyError, again: float | None = None) -> str:
    """An error as a condition says it; `again` is in how many seconds it is tried again."""
    place = f"{error.position}: " if error.position else ""
    return _joined(place + error.message, error.hint, "" if again is None else f"tried again {_every(again)}")


def explain_unknown(answer: Unknown) -> str:
    """What a repository did not answer, or answered with no."""
    again = "" if answer.code in (errors.REFUSED_URL, errors.INVALID_SOURCE) else EVERY_POLL
    return _joined(answer.reason, answer.hint, again)


def render_again(error: ArgosyError) -> float:
    """Seconds until a source is rendered again that could not be."""
    return RENDER_AGAIN if error.code in _OF_THE_COMMIT else UNKNOWN_AGAIN


def words(finding: Finding) -> str:
    """A finding as a condition says it: the field, what was found, and the places that it came from."""
    place = f"{finding.position}: " if finding.position else ""
    places = dict.fromkeys(str(each.position) for each in finding.related if each.position)
    return _joined(place + finding.message, finding.hint, f"from {', '.join(places)}" if places else "")


def _joined(*parts: str) -> str:
    return "; ".join(part for part in parts if part)


def _every(seconds: float) -> str:
    return f"every {seconds / 60:g} min and with every commit" if seconds >= 60 else f"every {seconds:g} s"
