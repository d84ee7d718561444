"""Argo CD's first template dialect: `{{name}}` is replaced by the parameter of that name, if it is a string.

As Argo CD uses github.com/valyala/fasttemplate 1.2: tags that name nothing, or something that is no string,
stay as they are spelled, and what was put in is not looked at again.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from argosy.compiler.templating.errors import TemplateError
from argosy.compiler.templating.quoting import quote
from argosy.compiler.templating.source import Source, text_code, tree_code
from argosy.compiler.templating.spaces import trim_space
from argosy.compiler.templating.trees import Render, Tree, frozen_tree, leaves
from argosy.schemas.position import Path

__all__ = ["compile_tree", "render_text", "tags", "unresolved_tags"]

# Argo CD leaves a text alone unless one of its lines holds a whole tag.
_HAS_TAG = re.compile(r"\{\{.*\}\}")


@lru_cache(maxsize=4096)
def _parse(text: str) -> tuple[tuple[bool, str], ...]:
    """Pieces of text (True) and tags (False), in turn. Raises `TemplateError`."""
    if not _HAS_TAG.search(text):
        return ((True, text),)
    pieces: list[tuple[bool, str]] = []
    at = 0
    while True:
        start = text.find("{{", at)
        if start < 0:
            break
        pieces.append((True, text[at:start]))
        end = text.find("}}", start + 2)
        if end < 0:
            raise _unclosed(text, start)
        pieces.append((False, text[start + 2 : end]))
        at = end + 2
    pieces.append((True, text[at:]))
    return tuple(piece for piece in pieces if piece[1] or not piece[0])


def _unclosed(text: str, start: int) -> TemplateError:
    rest = quote(text[start + 2 :])
    message = f'Cannot find end tag="}}}}" in the template={quote(text)} starting from {rest}'
    before = text[:start]
    return TemplateError(
        "parse",
        f"invalid template: {message}",
        line=before.count("\n") + 1,
        column=start - before.rfind("\n"),
        hint="close the tag with }}",
    )


def compile_tree(tree: Tree, options: Sequence[str] = ()) -> Render:
    """The function that renders a manifest: every text in it, keys included.

    The dialect has no options; they are ignored, as Argo CD ignores goTemplateOptions without goTemplate.
    Raises `TemplateError` for a text with a tag that is not closed; rendering cannot fail.
    """
    del options
    key = frozen_tree(tree)
    render = _cache.get(key)
    if render is None:
        if len(_cache) >= _CACHED:
            _cache.pop(next(iter(_cache)))
        render = _cache[key] = _generate(tree)
    return render


_CACHED = 256
_cache: dict[object, Render] = {}


def _generate(tree: Tree) -> Render:
    source = Source()
    constants: dict[str, object] = {}
    resolved: dict[str, str] = {}

    def constant(value: object) -> str:
        name = source.fresh("K")
        constants[name] = value
        return name

    def leaf(text: str, path: Path) -> str:
        try:
            pieces = _parse(text)
        except TemplateError as error:
            raise error.below(path) from None
        return text_code([piece(is_text, value) for is_text, value in pieces])

    def piece(is_text: bool, value: str) -> tuple[bool, str]:
        if is_text or trim_space(value):
            return is_text, value if is_text else tag(value)
        return True, "{{" + value + "}}"

    def tag(spelled: str) -> str:
        if spelled not in resolved:
            name = resolved[spelled] = source.fresh("t")
            source.line(f"{name} = get({trim_space(spelled)!r})")
            unchanged = repr("{{" + spelled + "}}")
            source.line(f"if {name}.__class__ is not str: {name} = {unchanged}")
        return resolved[spelled]

    with source.block("def render(R):"):
        source.line("get = R.get")
        source.line(f"return {tree_code(tree, leaf, constant)}")
    exec(compile(source.text(), "<fasttemplate>", "exec"), constants)  # noqa: S102  # the text is made here
    return constants["render"]  # type: ignore[return-value]  # defined by the line above


def render_text(template: str, values: Mapping[str, object], options: Sequence[str] = ()) -> str:
    """One text, rendered. Raises `TemplateError`."""
    rendered = compile_tree(template, options)(values)
    assert isinstance(rendered, str)
    return rendered


def tags(tree: Tree) -> tuple[tuple[Path, str], ...]:
    """Every tag of a manifest with the way to its text, trimmed. Raises `TemplateError`."""
    found: list[tuple[Path, str]] = []
    for path, text in leaves(tree):
        if "{{" in text:
            try:
                found += ((path, trim_space(tag)) for is_text, tag in _parse(text) if not is_text)
            except TemplateError as error:
                raise error.below(path) from None
    return tuple(found)


def unresolved_tags(tree: Tree, values: Mapping[str, object]) -> tuple[tuple[Path, str], ...]:
    """The tags that stay in the text with these values: nothing of that name, or no string."""
    return tuple((path, tag) for path, tag in tags(tree) if not tag or not isinstance(values.get(tag), str))
