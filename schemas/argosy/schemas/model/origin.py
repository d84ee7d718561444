"""Where a generated thing came from, so that every finding about it has an address."""

from dataclasses import dataclass

from argosy.schemas.finding import Related
from argosy.schemas.position import Position

__all__ = ["Origin"]


@dataclass(frozen=True, slots=True)
class Origin:
    """The line that a person would edit, and the way from there.

    `position` is the nearest line (the template of a generated Application, the element of a parameter
    set), `chain` the further ones, nearest first: generator element, data file, parent Application.
    """

    position: Position | None = None
    chain: tuple[Related, ...] = ()
