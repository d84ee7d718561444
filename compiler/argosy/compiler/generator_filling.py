"""Fills the spec of a matrix's later child with the parameters of the earlier one, as Argo CD does.

Of `values` only those entries are filled that ask for nothing else: the rest stays a template, which the
child fills with its own parameters. Source: RenderGeneratorParams of Argo CD's applicationset/utils.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from argosy.compiler.dialect import Filler
from argosy.compiler.templating.errors import TemplateError
from argosy.compiler.text_places import place_in_text
from argosy.generators.transform import COMBINING
from argosy.schemas.position import Path, Position

__all__ = ["GeneratorFiller"]

_Fill = Callable[[Mapping[str, object]], object]
Locate = Callable[[Path, int, int, int], Position | None]

# Go's words for a parameter that is not there, and Jinja's.
_MISSING = ("map has no entry for key", "can't evaluate field", "is undefined", "has no attribute")


class GeneratorFiller:
    """Fills specs of generators; each is compiled once, however often it is filled."""

    def __init__(self, filler: Filler, locate: Locate) -> None:
        self._filler = filler
        self._locate = locate
        # By identity; the spec is kept so that its id stays its own.
        self._known: dict[int, tuple[object, _Fill, Mapping[Path, Mapping[str, str]]]] = {}

    def __call__(
        self, name: str, spec: Mapping[str, object], values: Mapping[str, object], at: Path
    ) -> object:
        """The filled spec of the generator `name`, which stands at `at`. Raises `TemplateError`."""
        try:
            return self._filled(name, spec, values)
        except TemplateError as error:
            text: Any = spec
            for step in error.path:
                text = text[step]
            place = place_in_text(text, error) if isinstance(text, str) else None
            error.position = self._locate((*at, *error.path), *(place or (0, 0, 0)))
            raise

    def _filled(self, name: str, spec: Mapping[str, object], values: Mapping[str, object]) -> object:
        known = self._known.get(id(spec))
        if known is None:
            places: dict[Path, Mapping[str, str]] = dict(_values(name, spec, ()))
            known = (spec, self._filler.compile(_without(spec, frozenset(places))), places)
            self._known[id(spec)] = known
        filled: Any = known[1](values)
        for place, templates in known[2].items():
            owner = filled
            for step in place:
                owner = owner[step]
            owner["values"] = {
                key: self._known_value(text, values, (*place, "values", key))
                for key, text in templates.items()
            }
        return filled

    def _known_value(self, template: str, values: Mapping[str, object], place: Path) -> object:
        try:
            return self._filler.strictly(template)(values)
        except TemplateError as error:
            if any(words in error.go_text for words in _MISSING):
                return template
            raise error.below(place) from error


def _values(name: str, spec: object, place: Path) -> Iterator[tuple[Path, Mapping[str, str]]]:
    """Where `values` stand in a generator and those inside it; a list's are elements like others."""
    if not isinstance(spec, Mapping):
        return
    children = spec.get("generators")
    if name in COMBINING and isinstance(children, Sequence):
        for index, entry in enumerate(children):
            for child, inner in entry.items() if isinstance(entry, Mapping) else ():
                yield from _values(child, inner, (*place, "generators", index, child))
    values = spec.get("values")
    if name != "list" and isinstance(values, Mapping):
        texts = {key: text for key, text in values.items() if isinstance(text, str)}
        if len(texts) == len(values):
            yield place, texts


def _without(tree: object, places: frozenset[Path], place: Path = ()) -> object:
    """The tree without the `values` at some places, and without entries that are null: Argo CD drops them."""
    if isinstance(tree, Mapping):
        return {
            key: _without(value, places, (*place, key))
            for key, value in tree.items()
            if value is not None and not (key == "values" and place in places)
        }
    if isinstance(tree, list):
        return [_without(value, places, (*place, index)) for index, value in enumerate(tree)]
    return tree
