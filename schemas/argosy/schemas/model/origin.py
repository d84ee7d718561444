"""Where a value came from: its place in a file, and the chain of places that made it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from argosy.schemas.finding import Related
from argosy.schemas.position import Path, Position

__all__ = ["DeferredOrigin", "Origin", "Place", "Trace", "Written", "unplaced"]


@dataclass(frozen=True, slots=True)
class Written:
    """Where a value was written: a line within a place of the chain, which is an element or a data file.

    A `confidential` line must not be shown: a secret may stand in it. One that `is_data` stands in a data
    file in Git, where people write it and mend it.
    """

    position: Position
    within: Position | None
    confidential: bool = False
    is_data: bool = False


Trace = Callable[[Path], tuple[Written, ...]]
"""Where the value of a field was written: none, one or several places."""

Place = Callable[[Path, bool], Position | None]
"""Where a template says what a field is (its key, if asked); None where nothing is known of single fields."""


def _untraced(path: Path) -> tuple[Written, ...]:
    return ()


def unplaced(path: Path, key: bool) -> Position | None:
    """The `Place` that knows of no field."""
    return None


@dataclass(frozen=True, slots=True)
class Origin:
    """The way back to the lines that made a value.

    `position` is the place nearest to the value; `chain` leads back from there, nearest first: the
    generator's element, the file that it came from, the parent that rendered it. `trace` finds the line of a
    single field in such a file, `place` its line in the template.
    """

    position: Position | None = None
    chain: tuple[Related, ...] = ()
    trace: Trace = field(default=_untraced, compare=False, repr=False)
    place: Place = field(default=unplaced, compare=False, repr=False)

    def through(self, *places: Related) -> "Origin":
        """The same origin, with places appended to the far end of its chain."""
        return Origin(self.position, self.chain + places, self.trace, self.place)

    def with_files(self, named: Callable[[str], str]) -> "Origin":
        """The same origin, its files named otherwise."""

        def shown(position: Position | None) -> Position | None:
            return position and replace(position, file=named(position.file))

        chain = tuple(replace(each, position=shown(each.position)) for each in self.chain)
        return Origin(shown(self.position), chain, self.trace, lambda *asked: shown(self.place(*asked)))

    def position_of(self, path: Path, key: bool = False) -> Position | None:
        """The place of one field, or the nearest that is known."""
        return self.place(path, key) or self.position

    def chain_at(self, path: Path) -> tuple[Related, ...]:
        """The chain of one field: the places that its value was written in are shown at the value's lines."""
        return self.chain_with(self.trace(path))

    def chain_with(self, written: Iterable[Written]) -> tuple[Related, ...]:
        """The chain, led on from the places in it to what is written within them."""
        found: dict[Position | None, list[Related]] = {}
        for each in dict.fromkeys(written):
            if each.within is not None:
                found.setdefault(each.within, []).append(Related("", each.position, is_data=each.is_data))
        return tuple(
            replace(each, position=line.position, is_data=line.is_data)
            for each in self.chain
            for line in found.get(each.position) or (each,)
        )


class DeferredOrigin(Origin):
    """An origin that is worked out when somebody asks: of ten thousand Applications few are asked."""

    __slots__ = ("_found", "_make")

    def __init__(self, make: Callable[[], Origin]) -> None:
        object.__setattr__(self, "_make", make)
        object.__setattr__(self, "_found", None)

    @property
    def position(self) -> Position | None:
        return self._resolve().position

    @property
    def chain(self) -> tuple[Related, ...]:
        return self._resolve().chain

    @property
    def trace(self) -> Trace:
        return self._resolve().trace

    @property
    def place(self) -> Place:
        return self._resolve().place

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Origin):
            return NotImplemented
        return (self.position, self.chain) == (other.position, other.chain)

    def __hash__(self) -> int:
        return hash((self.position, self.chain))

    def __repr__(self) -> str:
        return repr(self._resolve())

    def _resolve(self) -> Origin:
        found: Origin | None = object.__getattribute__(self, "_found")
        if found is None:
            make: Callable[[], Origin] = object.__getattribute__(self, "_make")
            found = make()
            object.__setattr__(self, "_found", found)
        return found
