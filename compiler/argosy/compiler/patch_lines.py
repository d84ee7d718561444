"""Where a `templatePatch` says something: its lines in the set's file. Asked only for a finding."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from argosy.compiler.strategic_merge import PatchError
from argosy.compiler.templating.errors import TemplateError
from argosy.compiler.text_places import place_in_text
from argosy.generators.filled_field import FilledField, whence
from argosy.generators.parameters import Parameters
from argosy.generators.template_names import names_in
from argosy.schemas.finding import ArgosyError
from argosy.schemas.model.applicationset import ApplicationSet
from argosy.schemas.position import Path, Position

__all__ = ["PatchLines"]

_PATCH: Path = ("spec", "templatePatch")
Fill = Callable[[str, Mapping[str, object]], object]


class PatchLines:
    """The patch of one set, filled with one parameter set."""

    def __init__(
        self, patch: str, application_set: ApplicationSet, parameters: Parameters, fill: Fill
    ) -> None:
        self._values = parameters.values
        locate = partial(application_set.position_in_text, _PATCH)
        self._field = FilledField(patch, lambda text: fill(text, parameters.values), locate)

    def sets(self, path: Path) -> bool:
        """Whether the patch gives a field, or takes it away; a map in it leaves the others of its keys."""
        try:
            return not isinstance(self._field.value(path), dict)
        except KeyError:
            return False

    def position(self, path: Path, key: bool = False) -> Position | None:
        """The line of a field, or of what is nearest around it."""
        return self._field.position(path, key)

    def names(self, path: Path) -> Iterator[Path]:
        """The parameters that a field may have been made from."""
        for name in self._field.names(path):
            try:
                yield whence(name, self._values, self._field.value(path))
            except KeyError:
                yield name

    def place(self, error: ArgosyError) -> tuple[Position | None, tuple[Path, ...]]:
        """Where an error of filling or applying the patch stands, and the parameters that it may be about."""
        if isinstance(error, TemplateError):
            place = place_in_text(self._field.template, error)
            line = self._field.template.split("\n")[place[0] - 1] if place else ""
            return self._field.in_template(place), tuple(names_in(line))
        if isinstance(error, PatchError) and error.place is not None:
            return self._field.made(error.place), tuple(self._field.names_at(error.place))
        if isinstance(error, PatchError) and error.path:
            return self.position(error.path), tuple(self.names(error.path))
        return self._field.whole, ()
