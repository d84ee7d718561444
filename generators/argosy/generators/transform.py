"""One entry of `spec.generators`: which generator it names, its selector, its own template."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from argosy.generators.filled_spec import FilledSpec
from argosy.generators.generator import Context, GeneratorError
from argosy.generators.parameters import Parameters, flatten, go_text
from argosy.generators.selectors import compile_selector
from argosy.generators.spec_fields import mapping
from argosy.schemas.finding import ArgosyError, Related
from argosy.schemas.position import Path

__all__ = ["COMBINING", "Generated", "transform", "transform_child"]


COMBINING = ("matrix", "merge")
# Argo CD's types let one stand inside another once; further down the field does not exist.


@dataclass(frozen=True, slots=True)
class Generated:
    """What one generator of an entry gave: its parameter sets and the template that stands in it."""

    name: str
    parameters: Sequence[Parameters]
    template: Mapping[str, object]
    path: Path


def transform(
    entry: Mapping[str, object],
    path: Path,
    context: Context,
    outer: Parameters | None = None,
) -> list[Generated]:
    """Runs every generator that an entry names (Argo CD runs all of them, in the order of its struct).

    `outer` are the parameters of a matrix's first child: they fill the entry's template strings, its
    selector aside. An entry without any generator gives an empty list. Raises `GeneratorError`.
    """
    selector = entry.get("selector")
    matches = None
    if isinstance(selector, Mapping):
        matches = compile_selector(selector, (*path, "selector"), context, check_values=False)
    found = []
    for name in context.generators:
        spec = entry.get(name)
        if not isinstance(spec, Mapping) or (context.depth > 1 and name in COMBINING):
            continue
        try:
            filled, inside = _filled(name, spec, (*path, name), outer, context)
            parameters = context.generators[name].generate(filled, (*path, name), inside)
        except ArgosyError as error:
            # Nearer places have said where they are already.
            error.position = error.position or context.locate((*path, name))
            raise
        if matches is not None:
            parameters = [each for each in parameters if matches(_labels(each.values))]
        found.append(Generated(name, parameters, mapping(spec, "template"), (*path, name)))
    return found


def _filled(
    name: str, spec: Mapping[str, object], path: Path, outer: Parameters | None, context: Context
) -> tuple[Mapping[str, object], Context]:
    if outer is None or not outer.values:
        return spec, context
    try:
        filled = context.fill_spec(name, spec, outer.values, path)
    except ArgosyError as error:
        origin = outer.origin
        error.related = (*error.related, Related("filled from this element", origin.position), *origin.chain)
        raise
    if not isinstance(filled, Mapping):
        raise GeneratorError("a generator must be a map")
    return filled, replace(context, filled=FilledSpec(spec, path, outer, context.filled))


def transform_child(
    entry: object, path: Path, context: Context, outer: Parameters | None = None
) -> Sequence[Parameters]:
    """The parameter sets of a child of matrix or merge: exactly one generator, its template ignored."""
    if not isinstance(entry, Mapping):
        raise GeneratorError("a generator must be a map", position=context.locate(path))
    found = transform(entry, path, replace(context, depth=context.depth + 1), outer)
    if not found:
        raise GeneratorError(
            "the child names no generator that may stand here", position=context.locate(path)
        )
    if len(found) > 1:
        names = ", ".join(f"`{each.name}`" for each in found)
        message = f"the child names several generators ({names}); split them"
        raise GeneratorError(message, position=context.locate(path))
    return found[0].parameters


def _labels(values: dict[str, object]) -> dict[str, str]:
    return {key: go_text(value) for key, value in flatten(values).items()}
