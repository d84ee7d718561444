"""A finding is what Argosy has to say about an input, as data; `printing` turns it into text."""

from dataclasses import dataclass
from enum import StrEnum

from argosy.schemas.position import Path, Position
from argosy.schemas.user_info import without_user_info

__all__ = ["ArgosyError", "Edit", "Finding", "Fix", "Related", "Severity"]


class Severity(StrEnum):
    """How bad a finding is: only errors make a command fail, unless `--strict` is given."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Related:
    """Another place that a finding speaks of: the template line behind a value, the other claimant.

    The line of a `confidential` one must not be shown: a secret may stand in it. One that `is_data` is the
    line of a data file in which the value was written, one that `is_template` the line that it went into.
    """

    message: str
    position: Position | None = None
    confidential: bool = False
    is_data: bool = False
    is_template: bool = False


@dataclass(frozen=True, slots=True)
class Edit:
    """A span of a file (with its end) and what shall stand there instead."""

    span: Position
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """The one safe answer to a finding, as edits of one file.

    `title` says what is done. `touches` are the values that may differ afterwards, each by the index of its
    document and its path; all others stay as they are, which `fixing` checks. `must_help` asks that the
    document has fewer mistakes of form afterwards.
    """

    title: str
    edits: tuple[Edit, ...]
    touches: tuple[tuple[int, Path], ...] = ()
    must_help: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong or worth knowing.

    `code` is stable and short (`unknown-field`); `message` says what was found and what was expected,
    `hint` what to do; `related` leads from a generated object to the lines that made it. Of a `confidential`
    one the source line must not be shown: a secret may stand in it. `fix` is what `--fix` does, where there
    is one safe answer. `applications` are all those that have it, where it comes from what they deploy.
    """

    code: str
    severity: Severity
    message: str
    position: Position | None = None
    hint: str = ""
    related: tuple[Related, ...] = ()
    confidential: bool = False
    fix: Fix | None = None
    applications: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "message", without_user_info(self.message))
        object.__setattr__(self, "hint", without_user_info(self.hint))

    @property
    def places(self) -> tuple[Position, ...]:
        """Where it stands, and the line of the template that the value went into: what is written or changed
        at either of them concerns it."""
        templates = (each.position for each in self.related if each.is_template)
        return tuple(filter(None, (self.position, *templates)))


class ArgosyError(Exception):
    """Base of every error that Argosy raises on purpose. Carries what a `Finding` carries.

    Every error has a code of the catalogue, its own or that of its class.
    """

    code: str

    def __init__(
        self,
        message: str,
        *,
        position: Position | None = None,
        hint: str = "",
        related: tuple[Related, ...] = (),
        code: str | None = None,
        confidential: bool = False,
    ) -> None:
        self.message = without_user_info(message)
        super().__init__(self.message)
        self.position = position
        self.hint = without_user_info(hint)
        self.related = related
        self.confidential = confidential
        self.code = code if code is not None else type(self).code

    def finding(self, severity: Severity = Severity.ERROR) -> Finding:
        """The same as a value, to be collected and printed beside others."""
        return Finding(
            self.code, severity, self.message, self.position, self.hint, self.related, self.confidential
        )
