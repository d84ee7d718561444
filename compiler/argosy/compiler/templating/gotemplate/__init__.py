"""Go templates as Argo CD renders them: text/template with sprig and a few functions of Argo CD's.

A manifest is compiled once, to one Python function, and rendered as often as there are parameter sets.
Lexer, parser, compiler and runtime have a module each; nothing here knows ApplicationSets.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache

from argosy.compiler.templating.advice import advice_on_parsing
from argosy.compiler.templating.errors import TemplateError
from argosy.compiler.templating.gotemplate.compiler import generate
from argosy.compiler.templating.gotemplate.functions import functions
from argosy.compiler.templating.gotemplate.parser import Template, parse
from argosy.compiler.templating.trees import Render, Tree, frozen_tree, leaves

__all__ = ["TemplateError", "compile_tree", "parse_text", "parse_tree", "render_text"]

_MISSING = {"default": "default", "invalid": "default", "zero": "zero", "error": "error"}


@lru_cache(maxsize=4096)
def parse_text(text: str) -> Template:
    """The syntax tree of one text. Raises `TemplateError`."""
    try:
        return parse(text, functions())
    except TemplateError as error:
        error.hint = error.hint or advice_on_parsing(error.go_text, functions())
        raise


def parse_tree(tree: Tree) -> dict[str, Template]:
    """The syntax trees of all texts of a manifest that have actions. Raises `TemplateError` with the path."""
    parsed: dict[str, Template] = {}
    for path, text in leaves(tree):
        if "{{" in text and text not in parsed:
            try:
                parsed[text] = parse_text(text)
            except TemplateError as error:
                raise error.below(path) from None
    return parsed


def compile_tree(tree: Tree, options: Sequence[str] = ()) -> Render:
    """The function that renders a manifest: every text in it, keys included, with one set of values.

    `options` are those of Go's `Template.Option` (`missingkey=error`). Numbers, booleans and null stay as
    they are, and each rendering gives fresh objects. Raises `TemplateError` for templates that cannot be read
    and for unknown options; the function raises it for values that do not fit.
    """
    key = frozen_tree(tree)
    compiled = _cache.get((key, tuple(options)))
    if compiled is None:
        parsed = parse_tree(tree)
        compiled = generate(tree, parsed, _missing(options))
        if len(_cache) >= _CACHED:
            _cache.pop(next(iter(_cache)))
        _cache[key, tuple(options)] = compiled
    return compiled


_CACHED = 256
_cache: dict[tuple[object, tuple[str, ...]], Render] = {}


def render_text(template: str, values: Mapping[str, object], options: Sequence[str] = ()) -> str:
    """One text, rendered. Raises `TemplateError`."""
    rendered = compile_tree(template, options)(values)
    assert isinstance(rendered, str)
    return rendered


def _missing(options: Sequence[str]) -> str:
    missing = "default"
    for option in options:
        name, _, value = option.partition("=")
        if name != "missingkey" or value not in _MISSING:
            text = f"unrecognized option: {option}" if option else "empty option string"
            raise TemplateError(
                "panic", text, hint="goTemplateOptions knows missingkey=default, =invalid, =zero and =error"
            )
        missing = _MISSING[value]
    return missing
