"""Jinja's environment for the dialect jinja2: a sandbox with bounds, and the files that may be imported."""

import threading
from collections.abc import Callable, Iterable, Iterator
from functools import cache, wraps
from typing import TYPE_CHECKING, Any

from argosy.compiler.templating.jinja_functions import Sprig, sprig_filters
from argosy.compiler.templating.jinja_growth import (
    bounded_filters,
    check_method,
    grows_too_much,
    joined,
    weighed,
    weight,
)
from argosy.compiler.templating.limits import MAX_ITEMS, MAX_ITERATIONS, LimitError, check_text

if TYPE_CHECKING:
    from jinja2.sandbox import ImmutableSandboxedEnvironment

__all__ = ["Load", "begin_rounds", "make_environment"]

Load = Callable[[str], tuple[str, str]]
"""The text of a file that a template imports by name, and the file's path. Raises `LookupError`, in words."""


def make_environment(load: Load | None = None) -> "ImmutableSandboxedEnvironment":
    """The environment of templates that import what `load` gives; without, nothing can be imported."""
    if load is None:
        return _sandbox()
    return _sandbox().overlay(loader=_loader(load))


@cache
def _sandbox() -> "ImmutableSandboxedEnvironment":
    from jinja2 import StrictUndefined, nodes
    from jinja2.exceptions import SecurityError
    from jinja2.sandbox import ImmutableSandboxedEnvironment
    from jinja2.visitor import NodeTransformer

    class Joins(NodeTransformer):
        """Puts calls in the place of the operator `~`."""

        def visit_Concat(self, node: Any) -> Any:  # noqa: N802  # Jinja asks for it by this name
            self.generic_visit(node)
            operator = nodes.EnvironmentAttribute("joined")
            return nodes.Call(operator, node.nodes, [], None, None, lineno=node.lineno)

    class Environment(ImmutableSandboxedEnvironment):
        """The sandbox, which does not let products and powers grow beyond what a value may have."""

        intercepted_binops = frozenset(("*", "**", "%", "+"))
        concat = staticmethod(_concatenated)

        def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
            if grows_too_much(operator, left, right):
                raise SecurityError(f"the result of {operator} would be too large")
            return _rounds.made(super().call_binop(context, operator, left, right))

        def call(self, context: Any, called: Any, /, *arguments: Any, **named: Any) -> Any:
            """Counts calls as rounds, those of macros above all, and looks at those of a text's methods."""
            _rounds.count(_CALL)
            check_method(called, (*arguments, *named.values()))
            return _rounds.made(super().call(context, called, *arguments, **named))

        def get_template(self, *arguments: Any, **options: Any) -> Any:
            """Counts what is included as a round."""
            _rounds.count()
            return super().get_template(*arguments, **options)

        def _generate(self, source: Any, *arguments: Any, **options: Any) -> str:
            """Has every loop count its rounds, since an empty one gives no text that could be measured, and
            `~` look at the length first."""
            for loop in source.find_all(nodes.For):
                counted = nodes.EnvironmentAttribute("counted")
                loop.iter = nodes.Call(counted, [loop.iter], [], None, None, lineno=loop.lineno)
            source = Joins().visit(source)
            generated: str = super()._generate(source, *arguments, **options)
            return generated

    environment = Environment(
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,
        loader=_loader(_nothing),
        finalize=weighed,
    )
    environment.globals.pop("lipsum", None)
    environment.counted = _rounds.counted  # type: ignore[attr-defined]  # the loops above ask for it
    environment.joined = _counted(joined)  # type: ignore[attr-defined]  # and what stands for `~`
    environment.globals["range"] = _range
    environment.globals["sprig"] = Sprig()
    environment.filters.update(bounded_filters(environment.filters))
    environment.filters.update(sprig_filters(environment.filters))
    environment.filters.update({name: _counted(each) for name, each in environment.filters.items()})
    return environment


def _nothing(name: str) -> tuple[str, str]:
    raise LookupError(f"`{name}` cannot be imported: the annotation argosy.dev/jinja2-macros names no folder")


def _loader(load: Load) -> Any:
    from jinja2 import BaseLoader, TemplateNotFound

    class Loader(BaseLoader):
        """Jinja's view of `load`."""

        def get_source(self, environment: Any, template: str) -> tuple[str, str, Callable[[], bool]]:
            try:
                text, file = load(template)
            except LookupError as error:
                raise TemplateNotFound(template, str(error)) from error
            return text, file, lambda: True

    return Loader()


_CALL = 12
"""A call takes as long as so many rounds of a loop, at a depth at which Python makes a new piece of its stack
for each one."""

_WEIGHT = 256
"""Bytes that count as a round: whoever makes many large values fills the memory with them, one by one."""


class _Rounds(threading.local):
    """The rounds that loops have left in the present rendering."""

    left = MAX_ITERATIONS

    def begin(self) -> None:
        self.left = MAX_ITERATIONS

    def counted(self, values: Iterable[object]) -> Iterator[object]:
        for value in values:
            self.count()
            yield value

    def count(self, rounds: int = 1) -> None:
        self.left -= rounds
        if self.left < 0:
            raise LimitError(f"the template takes more than {MAX_ITERATIONS} rounds")

    def made(self, value: Any) -> Any:
        """Counts a value that was made, by its size."""
        if size := weight(value) // _WEIGHT:
            self.count(size)
        return value


_rounds = _Rounds()


def _counted(function: Callable[..., object]) -> Callable[..., object]:
    """The function, with its calls and what they make as rounds: `map` calls a filter for each element."""

    @wraps(function)
    def counted(*arguments: Any, **named: Any) -> object:
        _rounds.count()
        return _rounds.made(function(*arguments, **named))

    return counted


def begin_rounds() -> None:
    """Says that a rendering begins, whose rounds are counted anew."""
    _rounds.begin()


def _concatenated(pieces: Iterable[str]) -> str:
    """What a macro or a block gives."""
    texts = list(pieces)
    check_text(sum(map(len, texts)))
    return str(_rounds.made("".join(texts)))


def _range(*bounds: int) -> range:
    found = range(*bounds)
    if len(found) > MAX_ITEMS:
        raise OverflowError(f"the range has more than {MAX_ITEMS} elements")
    return found
