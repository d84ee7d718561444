"""Jinja's environment for the dialect jinja2: a sandbox with bounds, and the files that may be imported."""

import re
import threading
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

from argosy.compiler.templating.jinja_functions import Sprig, sprig_filters
from argosy.compiler.templating.limits import MAX_ITEMS, MAX_ITERATIONS, MAX_TEXT, LimitError

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

    class Environment(ImmutableSandboxedEnvironment):
        """The sandbox, which does not let products and powers grow beyond what a value may have."""

        intercepted_binops = frozenset(("*", "**", "%", "+"))

        def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
            if _grows_too_much(operator, left, right):
                raise SecurityError(f"the result of {operator} would be too large")
            return super().call_binop(context, operator, left, right)

        def _generate(self, source: Any, *arguments: Any, **options: Any) -> str:
            """Has every loop count its rounds: an empty one gives no text that could be measured."""
            for loop in source.find_all(nodes.For):
                counted = nodes.EnvironmentAttribute("counted")
                loop.iter = nodes.Call(counted, [loop.iter], [], None, None, lineno=loop.lineno)
            generated: str = super()._generate(source, *arguments, **options)
            return generated

    environment = Environment(
        undefined=StrictUndefined, keep_trailing_newline=True, autoescape=False, loader=_loader(_nothing)
    )
    environment.globals.pop("lipsum", None)
    environment.counted = _rounds.counted  # type: ignore[attr-defined]  # the loops above ask for it
    environment.globals["range"] = _range
    environment.globals["sprig"] = Sprig()
    environment.filters.update(sprig_filters(environment.filters))
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


class _Rounds(threading.local):
    """The rounds that loops have left in the present rendering."""

    left = MAX_ITERATIONS

    def begin(self) -> None:
        self.left = MAX_ITERATIONS

    def counted(self, values: Iterable[object]) -> Iterator[object]:
        for value in values:
            self.left -= 1
            if self.left < 0:
                raise LimitError(f"the template takes more than {MAX_ITERATIONS} rounds")
            yield value


_rounds = _Rounds()


def begin_rounds() -> None:
    """Says that a rendering begins, whose rounds are counted anew."""
    _rounds.begin()


def _range(*bounds: int) -> range:
    found = range(*bounds)
    if len(found) > MAX_ITEMS:
        raise OverflowError(f"the range has more than {MAX_ITEMS} elements")
    return found


def _size(value: object) -> int:
    if isinstance(value, str | bytes | list | tuple):
        return len(value)
    return value.bit_length() if isinstance(value, int) else 0


def _grows_too_much(operator: str, left: object, right: object) -> bool:
    if operator == "**":
        return isinstance(left, int) and isinstance(right, int) and abs(right) * _size(left) > MAX_ITEMS
    if operator == "*":
        for sequence, count in ((left, right), (right, left)):
            if isinstance(sequence, str | list | tuple) and isinstance(count, int):
                return len(sequence) * count > MAX_TEXT
    if operator == "%":
        return isinstance(left, str) and re.search(r"%[^a-zA-Z%]*(\d{7}|\*)", left) is not None
    return _size(left) + _size(right) > MAX_TEXT
