"""The field `values` that most generators have: templates of their own, filled from the parameters."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from argosy.generators.generator import Context, GeneratorError
from argosy.generators.go_values import StringMap
from argosy.generators.parameters import Parameters
from argosy.generators.spec_fields import strings
from argosy.generators.template_names import names_in
from argosy.schemas.finding import ArgosyError, Related
from argosy.schemas.model.origin import Origin, Written
from argosy.schemas.position import Path

__all__ = ["Values"]


@dataclass(frozen=True, slots=True)
class Values:
    """The `values` of one generator, which stands at `path`."""

    templates: Mapping[str, str]
    path: Path
    context: Context

    @classmethod
    def of(cls, spec: Mapping[str, object], path: Path, context: Context) -> "Values":
        """Those of a generator's spec."""
        return cls(strings(spec, "values"), path, context)

    def added(self, parameters: dict[str, object], source: Callable[[], Origin]) -> Parameters:
        """The parameter set with `values.*`; `source` says where the others come from.

        Values are filled from the parameters and not from each other (Argo CD: against a billion laughs).
        """
        if not self.templates:
            return Parameters(parameters, source)
        context = self.context
        filled = {name: self._filled(name, parameters, source) for name in self.templates}
        for name, value in filled.items():
            if not isinstance(value, str) and not context.structured:
                position = context.locate((*self.path, "values", name))
                raise GeneratorError(f"`values.{name}` must be a string", position=position)
        return self.copied(parameters, filled, source)

    def _filled(self, name: str, parameters: dict[str, object], source: Callable[[], Origin]) -> object:
        try:
            return self.context.render(self.templates[name], parameters)
        except ArgosyError as error:
            if error.position is None:
                origin = source()
                error.position = self.context.locate((*self.path, "values", name))
                element = Related("filled from this element", origin.position)
                error.related = (*error.related, element, *origin.chain)
            raise

    def copied(
        self, parameters: dict[str, object], filled: Mapping[str, object], source: Callable[[], Origin]
    ) -> Parameters:
        """The same with values that are filled already, or are no templates."""
        if not filled:
            return Parameters(parameters, source)
        if not self.context.structured:
            parameters.update((f"values.{name}", value) for name, value in filled.items())
        elif all(isinstance(value, str) for value in filled.values()):
            parameters["values"] = StringMap({name: str(value) for name, value in filled.items()})
        else:
            parameters["values"] = dict(filled)
        return Parameters(parameters, lambda: self._origin(source()))

    def _origin(self, origin: Origin) -> Origin:
        """The origin of a parameter set whose `values` have lines of their own."""

        def trace(path: Path) -> tuple[Written, ...]:
            name = self._name(path)
            return tuple(self._written(name, origin)) if name else origin.trace(path)

        return Origin(origin.position, origin.chain, trace)

    def _name(self, path: Path) -> str:
        if path[:1] != ("values",):
            return ""
        names = (".".join(map(str, path[1:])), *map(str, path[1:2]))
        return next((name for name in names if name in self.templates), "")

    def _written(self, name: str, origin: Origin) -> Iterator[Written]:
        yield from self.context.written((*self.path, "values", name), origin.position)
        for used in names_in(self.templates[name]):
            yield from origin.trace(used)
