"""What sprig and Argo CD offer in Go templates, for Jinja: the same code as filters and as `sprig.NAME(…)`.

As a filter the piped value comes last, as in Go: `{{ name | trunc(8) }}` is Go's `{{ .name | trunc 8 }}`.
Jinja's own filters keep their names. What gives another result every time (random texts, keys, the time of
day) is left out: the same specification must give the same Applications.
"""

from collections.abc import Callable, Iterator, Mapping

from argosy.compiler.templating.gotemplate.function_index import MODULES
from argosy.compiler.templating.gotemplate.functions import Function, functions

__all__ = ["Sprig", "reproducible", "sprig_filters"]

_LEFT_OUT_MODULES = ("builtins", "certificates", "ciphers")
_LEFT_OUT = frozenset({"ago", "now", "randInt", "shuffle", "set", "unset"})


def reproducible(name: str) -> bool:
    """Whether a function of Go templates gives the same for the same arguments, and changes none of them."""
    return not (
        MODULES[name].rpartition(".")[2] in _LEFT_OUT_MODULES
        or name in _LEFT_OUT
        or name.startswith(("rand", "merge", "mustMerge"))
    )


def sprig_filters(taken: Mapping[str, object]) -> Iterator[tuple[str, Callable[..., object]]]:
    """A filter for each function whose name is not taken."""
    for name in MODULES:
        if name not in taken and reproducible(name):
            yield name, _filter(name)


class Sprig:
    """The functions by name, for templates: `sprig.semverCompare(">=1.2", version)`."""

    def __getattr__(self, name: str) -> Callable[..., object]:
        if name not in MODULES or not reproducible(name):
            raise AttributeError(name)
        return lambda *arguments: _call(name, arguments)


def _filter(name: str) -> Callable[..., object]:
    return lambda value, *arguments: _call(name, (*arguments, value))


def _call(name: str, arguments: tuple[object, ...]) -> object:
    function = functions()[name]
    least = len(function.parameters) - function.variadic
    if len(arguments) < least or (len(arguments) > least and not function.variadic):
        raise TypeError(f"{name} takes {least} arguments{' or more' if function.variadic else ''}")
    return function.call(*(_argument(function, index, value) for index, value in enumerate(arguments)))


def _argument(function: Function, index: int, value: object) -> object:
    """The value as Go's function expects it. Raises `TypeError` where it is of another type."""
    wanted = function.parameter(index)
    if wanted == "string" and not isinstance(value, str):
        raise TypeError(f"{function.name} takes a text, not {value!r}")
    if wanted in ("int", "int64") and not isinstance(value, int):
        if isinstance(value, float) and value.is_integer():
            return int(value)
        raise TypeError(f"{function.name} takes a whole number, not {value!r}")
    if isinstance(value, tuple):
        return list(value)
    return value
