"""The field `values` that most generators have: templates of their own, filled from the parameters."""

from collections.abc import Mapping

from argosy.generators.generator import Context, GeneratorError
from argosy.generators.go_values import StringMap

__all__ = ["add_values"]


def add_values(parameters: dict[str, object], values: Mapping[str, str], context: Context) -> None:
    """Adds `values.*` to a parameter set.

    Values are filled from the parameters and not from each other (Argo CD: against a billion laughs).
    """
    if not values:
        return
    filled = {name: context.render(template, parameters) for name, template in values.items()}
    for name, value in filled.items():
        if not isinstance(value, str) and not context.structured:
            raise GeneratorError(f"`values.{name}` must be a string")
    if context.structured:
        if all(isinstance(value, str) for value in filled.values()):
            parameters["values"] = StringMap({name: str(value) for name, value in filled.items()})
        else:
            parameters["values"] = filled
    else:
        parameters.update((f"values.{name}", value) for name, value in filled.items())
