"""A text of the set that is read as YAML once it is filled: `templatePatch`, `elementsYaml`.

Says where its fields were written and what they were filled from. Asked only for a finding.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property

from argosy.generators.filled_text import FilledText, trace_filling
from argosy.generators.parameters import go_text
from argosy.generators.template_names import names_in
from argosy.schemas.finding import ArgosyError
from argosy.schemas.position import Path, Position
from argosy.schemas.yaml_reader import Document, read_documents

__all__ = ["FilledField", "LocateInText", "at", "whence"]

LocateInText = Callable[[int, int, int], Position | None]
"""The place of a line, column and length in the text of a field; line 0 asks for the whole field."""


class FilledField:
    """One field of one set, filled with one parameter set."""

    def __init__(self, template: str, fill: Callable[[str], object], locate: LocateInText) -> None:
        self.template = template
        self._fill = fill
        self._locate = locate

    def value(self, path: Path) -> object:
        """What the filled text has at a path. Raises `KeyError` where it has nothing."""
        value: object = self._document.value if self._document else None
        for step in path:
            try:
                value = value[step]  # type: ignore[index]  # what cannot be indexed has no such field
            except (IndexError, TypeError) as error:
                raise KeyError(step) from error
        return value

    def position(self, path: Path, key: bool = False) -> Position | None:
        """The line of a field, or of what is nearest around it."""
        return self.made(self._document.position(path, key)) if self._document else self.whole

    def names(self, path: Path) -> Iterator[Path]:
        """The parameters that a field may have been made from."""
        return self.names_at(self._document.position(path)) if self._document else iter(())

    @property
    def whole(self) -> Position | None:
        """The place of the field itself."""
        return self._locate(0, 0, 0)

    def made(self, place: Position) -> Position | None:
        """What made a part of the filled text."""
        span = self._filled.span(place) if self._filled else None
        return self._locate(*span) if span else self.whole

    def in_template(self, place: tuple[int, int, int] | None) -> Position | None:
        """The place of a line, column and length of the template."""
        return self._locate(*place) if place else self.whole

    def names_at(self, place: Position) -> Iterator[Path]:
        """The parameters that a part of the filled text may have been made from."""
        for tag in self._filled.tags(place) if self._filled else ():
            yield from names_in(tag)

    @cached_property
    def _filled(self) -> FilledText | None:
        return trace_filling(self.template, self._fill)

    @cached_property
    def _document(self) -> Document | None:
        try:
            text = self._fill(self.template)
            documents = read_documents(text if isinstance(text, str) else "", "text")
        except ArgosyError:
            return None
        return documents[0] if documents and documents[0].index == 0 else None


def whence(name: Path, values: Mapping[str, object], wanted: object, likely: Path = ()) -> Path:
    """The way from a parameter on to the value in it that was taken: along a likely way, or where there is
    only one like it; the parameter as a whole where neither helps."""
    value = at(values, name)
    if value is None or wanted is None:
        return name
    if likely and _is_like(at(value, likely), wanted):
        return (*name, *likely)
    found = [path for path, each in _leaves(value, ()) if _is_like(each, wanted)]
    return (*name, *found[0]) if len(found) == 1 else name


def _is_like(value: object, wanted: object) -> bool:
    return value == wanted or (not isinstance(value, (dict, list)) and go_text(value) == go_text(wanted))


def at(value: object, path: Path) -> object:
    """What a value has at a path; `None` where it has nothing."""
    for step in path:
        if isinstance(value, Mapping) and step in value:
            value = value[step]
        elif isinstance(value, list) and str(step).isdecimal() and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value


def _leaves(value: object, path: Path) -> Iterator[tuple[Path, object]]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _leaves(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _leaves(item, (*path, index))
    else:
        yield path, value
