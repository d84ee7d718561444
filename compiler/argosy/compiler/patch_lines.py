"""Where a `templatePatch` says something: its lines in the set's file. Asked only for a finding."""

from collections.abc import Callable, Iterator
from functools import cached_property

from argosy.compiler.strategic_merge import PatchError
from argosy.compiler.templating.errors import TemplateError
from argosy.compiler.text_places import place_in_text
from argosy.generators.filled_text import FilledText, trace_filling
from argosy.generators.template_names import names_in
from argosy.schemas.finding import ArgosyError
from argosy.schemas.model.applicationset import ApplicationSet
from argosy.schemas.position import Path, Position
from argosy.schemas.yaml_reader import Document, read_documents

__all__ = ["PATCH", "PatchLines"]

PATCH: Path = ("spec", "templatePatch")


class PatchLines:
    """The patch of one set, filled with one parameter set."""

    def __init__(self, template: str, fill: Callable[[str], object], written: ApplicationSet) -> None:
        self._template = template
        self._fill = fill
        self._written = written

    def sets(self, path: Path) -> bool:
        """Whether the patch gives a field, or takes it away; a map in it leaves the others of its keys."""
        value: object = self._document.value if self._document else None
        for step in path:
            try:
                value = value[step]  # type: ignore[index]  # what cannot be indexed has no such field
            except (KeyError, IndexError, TypeError):
                return False
        return not isinstance(value, dict)

    def position(self, path: Path, key: bool = False) -> Position:
        """The line of a field, or of what is nearest around it."""
        return self._made(self._document.position(path, key)) if self._document else self._whole

    def names(self, path: Path) -> Iterator[Path]:
        """The parameters that a field may have been made from."""
        return self._names(self._document.position(path)) if self._document else iter(())

    def place(self, error: ArgosyError) -> tuple[Position, tuple[Path, ...]]:
        """Where an error of filling or applying the patch stands, and the parameters that it may be about."""
        if isinstance(error, TemplateError):
            place = place_in_text(self._template, error)
            line = self._template.split("\n")[place[0] - 1] if place else ""
            return self._in_text(place), tuple(names_in(line))
        if isinstance(error, PatchError) and error.place is not None:
            return self._made(error.place), tuple(self._names(error.place))
        if isinstance(error, PatchError) and error.path:
            return self.position(error.path), tuple(self.names(error.path))
        return self._whole, ()

    @cached_property
    def _filled(self) -> FilledText | None:
        return trace_filling(self._template, self._fill)

    @cached_property
    def _document(self) -> Document | None:
        try:
            text = self._fill(self._template)
            documents = read_documents(text if isinstance(text, str) else "", "templatePatch")
        except ArgosyError:
            return None
        return documents[0] if documents and documents[0].index == 0 else None

    @property
    def _whole(self) -> Position:
        return self._written.position(PATCH)

    def _made(self, place: Position) -> Position:
        return self._in_text(self._filled.span(place) if self._filled else None)

    def _in_text(self, place: tuple[int, int, int] | None) -> Position:
        return self._written.position_in_text(PATCH, *place) if place else self._whole

    def _names(self, place: Position) -> Iterator[Path]:
        for tag in self._filled.tags(place) if self._filled else ():
            yield from names_in(tag)
