"""The dialect jinja2: Jinja in a sandbox, strict about what is undefined. Not one of Argo CD's.

All texts of a manifest are one compiled template, separated by a character that no template may hold. Where
that fails, the texts are rendered one by one, to name the one at fault. A text that is nothing but one
expression (`{{ replicas }}`) keeps the type of its value. jinja2 is imported when this dialect is first used.
"""

import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from argosy.compiler.templating.errors import TemplateError
from argosy.compiler.templating.jinja_environment import Load, begin_rounds, make_environment
from argosy.compiler.templating.jinja_growth import weighed
from argosy.compiler.templating.limits import MAX_TEXT, check_text
from argosy.compiler.templating.source import Source, tree_code
from argosy.compiler.templating.trees import Render, Tree, frozen_tree
from argosy.schemas.finding import ArgosyError, Related
from argosy.schemas.position import Path, Position

if TYPE_CHECKING:
    from jinja2.sandbox import ImmutableSandboxedEnvironment

__all__ = ["Jinja", "compile_tree", "render_text"]

_SEPARATOR = "\x1e"
_ENDLESS = "the template is nested too deeply, or calls itself without end"
_LOWEST, _HIGHEST = -sys.float_info.max, sys.float_info.max
_TEMPLATED = re.compile(r"\{[{%#]")
_NAMING = re.compile(r"\{%[-+]?\s*(?:set|macro|import|from|block|extends)\b")
_EXPRESSION = re.compile(r"\{\{-?((?:(?!\{\{|\}\}|\{%|%\}).)*?)-?\}\}", re.DOTALL)


class Jinja:
    """The dialect with files that its templates may import."""

    def __init__(self, load: Load) -> None:
        self._environment = make_environment(load)

    def compile_tree(self, tree: Tree, options: Sequence[str] = ()) -> Render:
        """As the function of that name."""
        del options
        return _Manifest(self._environment).compile(tree)

    def render_text(self, template: str, values: Mapping[str, object], options: Sequence[str] = ()) -> str:
        """As the function of that name."""
        return _text(self.compile_tree(template, options)(values))


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
        render = _cache[key] = _Manifest(make_environment()).compile(tree)
    return render


_CACHED = 256
_cache: dict[object, Render] = {}


def render_text(template: str, values: Mapping[str, object], options: Sequence[str] = ()) -> str:
    """One text, rendered to text whatever the type of its value. Raises `TemplateError`."""
    return _text(compile_tree(template, options)(values))


def _text(rendered: object) -> str:
    return rendered if isinstance(rendered, str) else str(rendered)


class _Manifest:
    """Collects the texts of one manifest while the code that puts them in place is written."""

    def __init__(self, environment: "ImmutableSandboxedEnvironment") -> None:
        self._environment = environment
        self._source = Source()
        self._texts: list[tuple[Path, str]] = []
        self._constants: dict[str, object] = {}

    def compile(self, tree: Tree) -> Render:
        with self._source.block("def render(R):"):
            self._source.line("parts = fill(R)")
            self._source.line(f"return {tree_code(tree, self._leaf, self._constant)}")
        self._constants["fill"] = _filling(tuple(self._texts), self._environment)
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
        _check(text, path, self._environment)
        expression = _EXPRESSION.fullmatch(text)
        evaluation = (
            _evaluation(expression[1], path, self._environment)
            if expression and expression[1].strip()
            else None
        )
        if evaluation is not None:
            name = self._source.fresh("E")
            self._constants[name] = evaluation
            return f"{name}(R)"
        self._texts.append((path, text))
        return f"parts[{len(self._texts) - 1}]"


def _check(text: str, path: Path, environment: "ImmutableSandboxedEnvironment") -> None:
    from jinja2 import TemplateSyntaxError

    try:
        # Not `parse`, which knows nothing of filters and tests that do not exist.
        environment.compile(text, raw=True)
    except TemplateSyntaxError as error:
        raise TemplateError("parse", error.message or "syntax error", path=path, line=error.lineno) from error
    except RecursionError as error:
        raise TemplateError("parse", "the template is nested too deeply", path=path) from error


def _evaluation(
    expression: str, path: Path, environment: "ImmutableSandboxedEnvironment"
) -> Callable[[Mapping[str, object]], object] | None:
    """The value of a text that is one expression; `None` if it is more (`{{ a, b }}`), which is a text."""
    from jinja2 import TemplateSyntaxError

    line = expression[: len(expression) - len(expression.lstrip())].count("\n") + 1
    try:
        evaluate = environment.compile_expression(expression, undefined_to_none=False)
    except TemplateSyntaxError:
        return None

    def value(values: Mapping[str, object]) -> object:
        from jinja2 import Undefined

        begin_rounds()
        try:
            found = evaluate(**values)
            if isinstance(found, Undefined):
                str(found)
            found = _plain(weighed(found), path)
        except Exception as error:
            raise _failure(error, path, line) from error
        return found

    return value


def _plain(value: object, path: Path) -> object:
    """The value as YAML can hold it."""
    if isinstance(value, int | float) and not _LOWEST <= value <= _HIGHEST:
        raise TemplateError("execute", "the value is no number that YAML and JSON can hold", path=path)
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, Mapping):
        return {str(key): _plain(item, path) for key, item in value.items()}
    if isinstance(value, list | tuple | range):
        return [_plain(item, path) for item in value]
    raise TemplateError(
        "execute", f"the value is a {type(value).__name__}, which YAML cannot hold", path=path
    )


def _filling(
    texts: tuple[tuple[Path, str], ...], environment: "ImmutableSandboxedEnvironment"
) -> Callable[[Mapping[str, object]], Sequence[str]]:
    """Renders all texts at once; one by one where that fails, where a value holds the separator, and where
    one defines names, which no other text shall see."""
    if not texts:
        return lambda values: ()
    together = not any(_NAMING.search(text) for _, text in texts)
    template = _compiled(_SEPARATOR.join(text for _, text in texts), environment) if together else None

    def fill(values: Mapping[str, object]) -> Sequence[str]:
        try:
            rendered = template(values).split(_SEPARATOR) if template else []
        except Exception:  # noqa: BLE001  # the texts are tried again below, to say which is at fault
            rendered = []
        if len(rendered) == len(texts):
            return rendered
        return [_alone(text, path, values, environment) for path, text in texts]

    return fill


def _compiled(
    text: str, environment: "ImmutableSandboxedEnvironment"
) -> Callable[[Mapping[str, object]], str] | None:
    from jinja2 import TemplateSyntaxError

    try:
        template = environment.from_string(text)
    except (TemplateSyntaxError, RecursionError, SyntaxError):
        # The same block in two texts, for instance, is no mistake of either.
        return None

    known = dict(template.globals)

    def render(values: Mapping[str, object]) -> str:
        begin_rounds()
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


def _alone(
    text: str, path: Path, values: Mapping[str, object], environment: "ImmutableSandboxedEnvironment"
) -> str:
    try:
        begin_rounds()
        # `generate` names the template's own lines in the traceback.
        return _joined(environment.from_string(text).generate(dict(values)))
    except Exception as error:
        raise _failure(error, path) from error


def _failure(error: Exception, path: Path, line: int = 0) -> ArgosyError:
    """What went wrong in the leaf at `path`; what is not known is not the template's fault."""
    if isinstance(error, ArgosyError):
        return error
    place: Position | None = None
    step = error.__traceback__
    while step is not None:
        code = step.tb_frame.f_code
        if code.co_filename == "<template>":
            line = line or step.tb_lineno
        elif "__jinja_exception__" in step.tb_frame.f_globals:
            # Jinja has put a frame of the file's own line there.
            place = Position(code.co_filename, step.tb_lineno, 1)
        step = step.tb_next
    if (file := getattr(error, "filename", None)) and (number := getattr(error, "lineno", 0)):
        place = Position(file, number, 1)
    hint = "give it a default: {{ name | default('…') }}" if "is undefined" in str(error) else ""
    message = _ENDLESS if isinstance(error, RecursionError) else str(error) or type(error).__name__
    found = TemplateError("execute", message, path=path, line=line, hint=hint)
    found.related = (Related("in what is imported", place),) if place else ()
    return found
