"""What can go wrong with a source, as data. Knows nothing of git's or Helm's own exceptions."""

from collections.abc import Iterator
from contextlib import contextmanager

from argosy.schemas.finding import ArgosyError
from argosy.schemas.position import Path

__all__ = [
    "AUTHENTICATION_FAILED",
    "DEADLINE",
    "INVALID_SOURCE",
    "MISSING_PATH",
    "REFUSED_PATH",
    "REFUSED_URL",
    "RENDER_FAILED",
    "TOOL_MISSING",
    "UNKNOWN_REVISION",
    "UNREACHABLE_REPOSITORY",
    "UNSUPPORTED_SOURCE",
    "SourceError",
    "blaming",
]

UNREACHABLE_REPOSITORY = "unreachable-repository"
"""The repository could not be asked: nothing is known of its revisions."""
UNKNOWN_REVISION = "unknown-revision"
"""The repository was asked and says that it has no such branch, tag or commit."""
REFUSED_URL = "refused-url"
REFUSED_PATH = "refused-path"
MISSING_PATH = "missing-path"
AUTHENTICATION_FAILED = "authentication-failed"
DEADLINE = "deadline"
INVALID_SOURCE = "invalid-source"
UNSUPPORTED_SOURCE = "unsupported-source"
RENDER_FAILED = "render-failed"
TOOL_MISSING = "tool-missing"


class SourceError(ArgosyError):
    """A source could not be fetched, read or rendered; `code` is one of the constants of this module.

    Whatever depends on the source is unknown, never empty.
    """

    code = RENDER_FAILED
    field: Path = ()
    """The field to blame, below the source in its Application; empty where no single one is."""


@contextmanager
def blaming(*field: str | int) -> Iterator[None]:
    """Lets a `SourceError` of the block name this field, unless it names one already."""
    try:
        yield
    except SourceError as error:
        error.field = error.field or field
        raise
