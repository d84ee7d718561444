"""What a template function is: Python code with a Go signature. The registry of all of them is at the end.

A signature is written as `int, string`; a type followed by `...` may be repeated. `any` stands for
`interface {}`, `value` for a `reflect.Value`, `map` for `map[string]interface {}`, `time` for `time.Time`.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

from argosy.compiler.templating.gotemplate.function_index import MODULES

__all__ = ["Function", "GoError", "Table", "functions"]

Table = Mapping[str, tuple[Callable[..., Any], str, str]]
"""Function names with the code, the signature and the type of the result."""

_GO_NAMES = {
    "any": "interface {}",
    "map": "map[string]interface {}",
    "time": "time.Time",
    "value": "reflect.Value",
}


class GoError(Exception):
    """What a function returns as its error, or panics with; the text is Go's."""


@dataclass(frozen=True, slots=True)
class Function:
    """A function of templates. Parameter types are spelled as Go prints them."""

    name: str
    call: Callable[..., Any]
    parameters: tuple[str, ...]
    variadic: bool
    result: str

    def parameter(self, index: int) -> str:
        """The type of the argument at that place."""
        return self.parameters[min(index, len(self.parameters) - 1)]


def _function(name: str, call: Callable[..., Any], signature: str, result: str) -> Function:
    variadic = signature.endswith("...")
    types = [each.strip() for each in signature.removesuffix("...").split(",") if each.strip()]
    names = tuple(_GO_NAMES.get(each, each) for each in types)
    return Function(name, call, names, variadic, _GO_NAMES.get(result, result))


class _Functions(Mapping[str, Function]):
    """Imports a function's module when the function is asked for, not when its name is looked up."""

    def __init__(self) -> None:
        self._known: dict[str, Function] = {}

    def __getitem__(self, name: str) -> Function:
        function = self._known.get(name)
        if function is None:
            table: Table = import_module(MODULES[name]).FUNCTIONS
            function = self._known[name] = _function(name, *table[name])
        return function

    def __contains__(self, name: object) -> bool:
        return name in MODULES

    def __iter__(self) -> Iterator[str]:
        return iter(MODULES)

    def __len__(self) -> int:
        return len(MODULES)


@cache
def functions() -> Mapping[str, Function]:
    """Every function that Argo CD's templates may call. Sprig's win over Go's own of the same name."""
    return _Functions()
