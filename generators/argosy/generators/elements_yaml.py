"""Where the elements of a list generator's `elementsYaml` were written, and what they were filled from."""

from collections.abc import Iterator, Mapping

from argosy.generators.file_entries import existing
from argosy.generators.filled_field import FilledField, whence
from argosy.generators.generator import Context, GeneratorError
from argosy.schemas.finding import Related
from argosy.schemas.model.origin import Origin, Written
from argosy.schemas.position import Path, Position

__all__ = ["ElementsYaml"]


class ElementsYaml:
    """The text of one `elementsYaml`, filled where it stands in a matrix. Asked only for a finding."""

    def __init__(self, text: str, place: Path, context: Context) -> None:
        self._filled = context.filled
        values: Mapping[str, object] = self._filled.parameters.values if self._filled else {}
        template = self._filled.template(place) if self._filled else None
        self._values = values

        def fill(each: str) -> object:
            return each if template is None else context.render(each, values)

        def locate(line: int, column: int, length: int) -> Position | None:
            return context.locate_in_text(place, line, column, length)

        self._field = FilledField(template if isinstance(template, str) else text, fill, locate)

    def origin(self, index: int) -> Origin:
        """The origin of one element."""
        position = self._field.position((index,))
        element = self._value((index,))

        def trace(path: Path) -> tuple[Written, ...]:
            steps = tuple(existing(element, path))
            if not steps:
                return ()
            place: Path = (index, *steps)
            line = self._field.position(place)
            own = (Written(line, position),) if line is not None else ()
            return (*own, *self._sources(place))

        return Origin(position, trace=trace)

    def error(self, message: str, place: Path | Position | None = None) -> GeneratorError:
        """An error at a path of the text or a place in it, with the lines of the values that filled it."""
        if isinstance(place, Position):
            position, names = self._field.made(place), tuple(self._field.names_at(place))
        else:
            position, names = self._field.position(place or ()), tuple(self._names(place or ()))
        found = [each for name in names for each in self._sources_of(name)]
        related = (
            Related("filled from here", each.position, each.confidential) for each in dict.fromkeys(found)
        )
        return GeneratorError(message, position=position, related=tuple(related))

    def _sources(self, place: Path) -> Iterator[Written]:
        for name in self._names(place):
            yield from self._sources_of(name)

    def _names(self, place: Path) -> Iterator[Path]:
        """The parameters that a value of the text was filled with, as far into them as can be told."""
        for name in self._field.names(place):
            yield whence(name, self._values, self._value(place), place)

    def _sources_of(self, name: Path) -> Iterator[Written]:
        return self._filled.sources_of(name) if self._filled else iter(())

    def _value(self, place: Path) -> object:
        try:
            return self._field.value(place)
        except KeyError:
            return None
