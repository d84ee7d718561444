"""What a generator in a matrix was before it was filled, and with whose parameters."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from argosy.generators.filled_field import whence
from argosy.generators.parameters import Parameters
from argosy.generators.template_names import names_read
from argosy.schemas.model.origin import Written
from argosy.schemas.position import Path

__all__ = ["FilledSpec"]


@dataclass(frozen=True, slots=True)
class FilledSpec:
    """The spec that stands at `path`, as it was written; the earlier child's parameters have filled it.

    `before` is the same of the matrix around, which has filled it first.
    """

    written: Mapping[str, object]
    path: Path
    parameters: Parameters
    before: "FilledSpec | None" = None

    def template(self, place: Path) -> object:
        """What was written at a place of the set, before anybody filled it."""
        earlier = self.before.template(place) if self.before else None
        if earlier is not None or place[: len(self.path)] != self.path:
            return earlier
        found: object = self.written
        for step in place[len(self.path) :]:
            try:
                found = found[step]  # type: ignore[index]  # what cannot be indexed has nothing there
            except (KeyError, IndexError, TypeError):
                return None
        return found

    def sources(self, place: Path, value: object = None) -> Iterator[Written]:
        """Where the values stand that a place of the set was filled with to become `value`."""
        for name in names_read(self.template(place), ()):
            yield from self.sources_of(whence(name, self.parameters.values, value))

    def sources_of(self, name: Path) -> Iterator[Written]:
        """Where a parameter was written that the spec was filled with."""
        yield from self.parameters.origin.trace(name)
        if self.before is not None:
            yield from self.before.sources_of(name)
