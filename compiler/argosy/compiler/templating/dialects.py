"""The template dialects, by name. Everything else chooses one here and knows no dialect by itself."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from argosy.compiler.templating import fasttemplate, gotemplate
from argosy.compiler.templating.trees import Render, Tree

__all__ = ["DIALECTS", "Dialect", "Renderer"]

Renderer = Render
"""Renders a manifest with one set of values; raises `TemplateError`."""


class Dialect(Protocol):
    """A way to write templates. Modules fit: each dialect is one."""

    def compile_tree(self, tree: Tree, options: Sequence[str] = ()) -> Renderer:
        """Compile every text of a manifest, keys included. Raises `TemplateError`."""

    def render_text(self, template: str, values: Mapping[str, object], options: Sequence[str] = ()) -> str:
        """Render one text. Raises `TemplateError`."""


DIALECTS: Mapping[str, Dialect] = {
    "fasttemplate": fasttemplate,
    "go": gotemplate,
}
