"""The dialect jinja2: Jinja in a sandbox, strict about what is undefined. Not one of Argo CD's.

All texts of a manifest are one compiled template, separated by a character that no template may hold. Where
that fails, the texts are rendered one by one, to name the one at fault. A text that is nothing but one
expression (`{{ replicas }}`) keeps the type of its value. jinja2 is imported when this dialect is first used.
"""

import re
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from argosy.compiler.templating.errors import TemplateError
from argosy.compiler.templating.jinja_functions import Sprig, sprig_filters
from argosy.compiler.templating.limits import MAX_ITEMS, MAX_ITERATIONS, MAX_TEXT, LimitError, check_text
from argosy.compiler.templating.source import Source, tree_code
from argosy.compiler.templating.trees import Render, Tree, frozen_tree
from argosy.schemas.position import Path

if TYPE_CHECKING:
    from jinja2.sandbox import ImmutableSandboxedEnvironment

__all__ = ["compile_tree", "render_text"]

_SEPARATOR = "\x1e"
_TEMPLATED = re.compile(r"\{[{%#]")
_EXPRESSION = re.compile(r"\{\{-?((?:(?!\{\{|\}\}|\{%|%\}).)*?)-?\}\}", re.DOTALL)


@cache
def _environment() -> "ImmutableSandboxedEnvironment":
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

    environment = Environment(undefined=StrictUndefined, keep_trailing_newline=True, autoescape=False)
    environment.globals.pop("lipsum", None)
    environment.counted = _rounds.counted  # type: ignore[attr-defined]  # the loops above ask for it
    environment.globals["range"] = _range
    environment.globals["sprig"] = Sprig()
    environment.filters.update(sprig_filters(environment.filters))
    return environment


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


def compile_tree(tree: Tree, options: Sequence[str] = ()) -> Render:
    """The function that renders a manifest: every text in it, keys included. The dialect has no options.

    Raises `TemplateError` for a text that is no template; the function raises it for values that do not fit.
    """
    del options
    key = frozen_tree(tree)
    render = _cache.get(key)
    if render is None:
        if len(_cache) >= _CACHED:
            _cache.pop(next(iter(_cache)))
        render = _cache[key] = _Manifest().compile(tree)
    return render


_CACHED = 256
_cache: dict[object, Render] = {}


def render_text(template: str, values: Mapping[str, object], options: Sequence[str] = ()) -> str:
    """One text, rendered to text whatever the type of its value. Raises `TemplateError`."""
    rendered = compile_tree(template, options)(values)
    return rendered if isinstance(rendered, str) else str(rendered)


class _Manifest:
    """Collects the texts of one manifest while the code that puts them in place is written."""

    def __init__(self) -> None:
        self._source = Source()
        self._texts: list[tuple[Path, str]] = []
        self._constants: dict[str, object] = {}

    def compile(self, tree: Tree) -> Render:
        with self._source.block("def render(R):"):
            self._source.line("parts = fill(R)")
            self._source.line(f"return {tree_code(tree, self._leaf, self._constant)}")
        self._constants["fill"] = _filling(tuple(self._texts))
        exec(compile(self._source.text(), "<jinja>", "exec"), self._constants)  # noqa: S102  # made here
        return self._constants["render"]  # type: ignore[return-value]  # defined by the line above

    def _constant(self, value: object) -> str:
        name = self._source.fresh("K")
        self._constants[name] = value
        return name

    def _leaf(self, text: str, path: Path) -> str:
        if not _TEMPLATED.search(text):
            return repr(text)
        if _SEPARATOR in text:
            raise TemplateError("parse", "a template may not hold the character U+001E", path=path)
        _check(text, path)
        expression = _EXPRESSION.fullmatch(text)
        evaluation = _evaluation(expression[1], path) if expression and expression[1].strip() else None
        if evaluation is not None:
            name = self._source.fresh("E")
            self._constants[name] = evaluation
            return f"{name}(R)"
        self._texts.append((path, text))
        return f"parts[{len(self._texts) - 1}]"


def _check(text: str, path: Path) -> None:
    from jinja2 import TemplateSyntaxError

    try:
        # Not `parse`, which knows nothing of filters and tests that do not exist.
        _environment().compile(text, raw=True)
    except TemplateSyntaxError as error:
        raise TemplateError("parse", error.message or "syntax error", path=path, line=error.lineno) from error
    except RecursionError as error:
        raise TemplateError("parse", "the template is nested too deeply", path=path) from error


def _evaluation(expression: str, path: Path) -> Callable[[Mapping[str, object]], object] | None:
    """The value of a text that is one expression; `None` if it is more (`{{ a, b }}`), which is a text."""
    from jinja2 import TemplateSyntaxError

    line = expression[: len(expression) - len(expression.lstrip())].count("\n") + 1
    try:
        evaluate = _environment().compile_expression(expression, undefined_to_none=False)
    except TemplateSyntaxError:
        return None

    def value(values: Mapping[str, object]) -> object:
        from jinja2 import Undefined

        try:
            found = evaluate(**values)
            if isinstance(found, Undefined):
                str(found)
        except Exception as error:
            raise _failure(error, path, line) from error
        return _plain(found, path)

    return value


def _plain(value: object, path: Path) -> object:
    """The value as YAML can hold it."""
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, Mapping):
        return {str(key): _plain(item, path) for key, item in value.items()}
    if isinstance(value, list | tuple | range):
        return [_plain(item, path) for item in value]
    raise TemplateError(
        "execute", f"the value is a {type(value).__name__}, which YAML cannot hold", path=path
    )


def _filling(texts: tuple[tuple[Path, str], ...]) -> Callable[[Mapping[str, object]], Sequence[str]]:
    """Renders all texts at once; one by one where that fails or where a value holds the separator."""
    if not texts:
        return lambda values: ()
    template = _compiled(_SEPARATOR.join(text for _, text in texts))

    def fill(values: Mapping[str, object]) -> Sequence[str]:
        try:
            rendered = template(values).split(_SEPARATOR) if template else []
        except Exception:  # noqa: BLE001  # the texts are tried again below, to say which is at fault
            rendered = []
        return (
            rendered if len(rendered) == len(texts) else [_alone(text, path, values) for path, text in texts]
        )

    return fill


def _compiled(text: str) -> Callable[[Mapping[str, object]], str] | None:
    from jinja2 import TemplateSyntaxError

    try:
        template = _environment().from_string(text)
    except (TemplateSyntaxError, RecursionError, SyntaxError):
        # The same block in two texts, for instance, is no mistake of either.
        return None

    known = dict(template.globals)

    def render(values: Mapping[str, object]) -> str:
        _rounds.begin()
        # As Template.render does, without its second copy of the values.
        return _joined(template.root_render_func(template.new_context({**known, **values}, shared=True)))

    return render


def _joined(pieces: Iterable[str]) -> str:
    collected: list[str] = []
    length = 0
    for piece in pieces:
        length += len(piece)
        if length > MAX_TEXT:
            check_text(length)
        collected.append(piece)
    return "".join(collected)


def _alone(text: str, path: Path, values: Mapping[str, object]) -> str:
    try:
        _rounds.begin()
        # `generate` names the template's own lines in the traceback.
        return _joined(_environment().from_string(text).generate(dict(values)))
    except Exception as error:
        raise _failure(error, path) from error


def _failure(error: Exception, path: Path, line: int = 0) -> TemplateError:
    if isinstance(error, TemplateError):
        return error
    step = error.__traceback__
    while step is not None and not line:
        if step.tb_frame.f_code.co_filename == "<template>":
            line = step.tb_lineno
        step = step.tb_next
    hint = "give it a default: {{ name | default('…') }}" if "is undefined" in str(error) else ""
    return TemplateError("execute", str(error) or type(error).__name__, path=path, line=line, hint=hint)
