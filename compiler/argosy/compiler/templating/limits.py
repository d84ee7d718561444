"""How much a template may produce before it is stopped: it is input, and must not exhaust the machine.

Go has no such limits; these lie far above what an Application can hold (etcd refuses objects of 1.5 MiB).
"""

__all__ = ["MAX_ITEMS", "MAX_ITERATIONS", "MAX_TEXT", "LimitError", "check_items", "check_text"]

MAX_TEXT = 8 * 1024 * 1024
"""Characters that one value may have."""

MAX_ITEMS = 500_000
"""Elements that one list, or one printed value with all that is in it, may have."""

MAX_ITERATIONS = 500_000
"""Rounds of `range` and calls of `template` in one rendering."""


class LimitError(Exception):
    """A value grew beyond a limit; ends up as a `TemplateError`."""


def check_text(length: int) -> None:
    """Refuse a text of that many characters before it is made."""
    if length > MAX_TEXT:
        raise LimitError(f"the result would have {length} characters, the limit is {MAX_TEXT}")


def check_items(count: int) -> None:
    """Refuse a list of that many elements before it is made."""
    if count > MAX_ITEMS:
        raise LimitError(f"the result would have {count} elements, the limit is {MAX_ITEMS}")
