"""The template dialects, by name. Everything else chooses one here and knows no dialect by itself."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import import_module
from typing import ClassVar, Protocol, cast

from argosy.compiler.templating.trees import Render, Tree

__all__ = ["DIALECTS", "Dialect", "Renderer", "importing"]

Renderer = Render
"""Renders a manifest with one set of values; raises `TemplateError`."""


class Dialect(Protocol):
    """A way to write templates. Modules fit: each dialect is one."""

    def compile_tree(self, tree: Tree, options: Sequence[str] = ()) -> Renderer:
        """Compile every text of a manifest, keys included. Raises `TemplateError`."""

    def render_text(self, template: str, values: Mapping[str, object], options: Sequence[str] = ()) -> str:
        """Render one text. Raises `TemplateError`."""


class _Dialects(Mapping[str, Dialect]):
    """Each dialect's module is imported when it is asked for: a command rarely needs more than one."""

    _MODULES: ClassVar[Mapping[str, str]] = {
        "fasttemplate": "argosy.compiler.templating.fasttemplate",
        "go": "argosy.compiler.templating.gotemplate",
        "jinja2": "argosy.compiler.templating.jinja",
    }

    def __getitem__(self, name: str) -> Dialect:
        return cast(Dialect, import_module(self._MODULES[name]))

    def __iter__(self) -> Iterator[str]:
        return iter(self._MODULES)

    def __len__(self) -> int:
        return len(self._MODULES)


DIALECTS: Mapping[str, Dialect] = _Dialects()


def importing(load: Callable[[str], tuple[str, str]]) -> Dialect:
    """The dialect jinja2 with files that templates may import: `load` gives their texts and paths by name."""
    from argosy.compiler.templating.jinja import Jinja

    return Jinja(load)
