"""The list generator: parameter sets written down in the spec itself."""

from collections.abc import Mapping, Sequence
from functools import partial

from argosy.generators.elements_yaml import ElementsYaml
from argosy.generators.file_entries import existing
from argosy.generators.filled_field import at
from argosy.generators.generator import Context, GeneratorError
from argosy.generators.parameters import Parameters, floats
from argosy.generators.spec_fields import items, text
from argosy.schemas.finding import ArgosyError
from argosy.schemas.model.origin import Origin, Written
from argosy.schemas.position import Path
from argosy.schemas.yaml_reader import read_value

__all__ = ["ListElements"]


class ListElements:
    """`list`: `elements`, then those of `elementsYaml`."""

    def generate(self, spec: Mapping[str, object], path: Path, context: Context) -> Sequence[Parameters]:
        found = []
        for index, element in enumerate(items(spec, "elements")):
            place = (*path, "elements", index)
            found.append(
                Parameters(_parameters(element, place, context), partial(_origin, element, place, context))
            )
        if text(spec, "elementsYaml"):
            found += _from_yaml(text(spec, "elementsYaml"), (*path, "elementsYaml"), context)
        return found


def _origin(element: object, place: Path, context: Context) -> Origin:
    position = context.locate(place)

    def trace(path: Path) -> tuple[Written, ...]:
        steps = tuple(existing(element, path))
        if not steps:
            return ()
        return context.written((*place, *steps), position, at(element, steps))

    return Origin(position, trace=trace)


def _parameters(element: object, place: Path, context: Context) -> dict[str, object]:
    if element is None and context.filled is not None:
        # What a matrix has filled went through JSON again, and a missing value came out as the word `null`.
        return {}
    if not isinstance(element, dict):
        raise GeneratorError("a list element must be a map", position=context.locate(place))
    values = floats(element)
    assert isinstance(values, dict)
    return values if context.structured else _strings_only(values, place, context)


def _strings_only(element: dict[str, object], place: Path, context: Context) -> dict[str, object]:
    flat: dict[str, object] = {}
    for key, value in element.items():
        if key == "values":
            if not isinstance(value, dict):
                raise GeneratorError(
                    "`values` of a list element must be a map", position=context.locate(place)
                )
            for name, inner in value.items():
                flat[f"values.{name}"] = _string(inner, (*place, key, name), context)
        else:
            flat[key] = _string(value, (*place, key), context)
    return flat


def _string(value: object, place: Path, context: Context) -> str:
    if not isinstance(value, str):
        raise GeneratorError(
            f"`{place[-1]}` must be a string: without `goTemplate: true` list elements hold strings only",
            position=context.locate(place),
            hint="quote the value, or set `spec.goTemplate: true`",
        )
    return value


def _from_yaml(document: str, place: Path, context: Context) -> list[Parameters]:
    lines = ElementsYaml(document, place, context)
    try:
        # Argo CD converts nothing here: numbers stay numbers even for fasttemplate.
        elements = floats(read_value(document, "elementsYaml"))
    except ArgosyError as error:
        raise lines.error(f"`elementsYaml` is not YAML: {error.message}", error.position) from error
    if elements is None:
        return []
    if not isinstance(elements, list):
        raise lines.error("`elementsYaml` must be a list of maps")
    found = []
    for index, element in enumerate(elements):
        if element is not None and not isinstance(element, dict):
            raise lines.error(f"element {index} of `elementsYaml` must be a map", (index,))
        found.append(Parameters(element or {}, partial(lines.origin, index)))
    return found
