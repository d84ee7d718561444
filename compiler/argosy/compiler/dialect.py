"""Which template dialect a set is written in, and filling its strings through it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from argosy.compiler.macros import find_macros
from argosy.compiler.templating.dialects import DIALECTS, importing
from argosy.generators.parameters import whole_numbers
from argosy.generators.world import World
from argosy.schemas.finding import ArgosyError
from argosy.schemas.model.annotations import TEMPLATE_ENGINE
from argosy.schemas.model.applicationset import ApplicationSet

__all__ = ["Choice", "Filler", "UnknownEngineError", "choose_dialect", "make_filler"]

_JINJA = "jinja2"


class UnknownEngineError(ArgosyError):
    """The annotation `argosy.dev/template-engine` names an engine that does not exist."""

    code = "unknown-template-engine"


@dataclass(frozen=True, slots=True)
class Choice:
    """A dialect's name in the registry, and its options."""

    name: str
    options: tuple[str, ...] = ()


def choose_dialect(spec: Mapping[str, Any], annotations: Mapping[str, Any]) -> Choice:
    """The annotation first (`jinja2`), then `spec.goTemplate`. Raises `UnknownEngineError`."""
    engine = annotations.get(TEMPLATE_ENGINE)
    if engine == _JINJA:
        return Choice(_JINJA)
    if engine is not None:
        raise UnknownEngineError(
            f"annotation `{TEMPLATE_ENGINE}: {engine}` names no template engine",
            hint=f"write `{_JINJA}`, or remove the annotation and use `spec.goTemplate`",
        )
    if spec.get("goTemplate") is True:
        options = spec.get("goTemplateOptions") or ()
        return Choice("go", tuple(map(str, options)))
    return Choice("fasttemplate")


def make_filler(application_set: ApplicationSet, world: World) -> "Filler":
    """What fills the templates of a set. Raises `UnknownEngineError`, and what `find_macros` raises."""
    try:
        choice = choose_dialect(application_set.spec, application_set.annotations)
    except UnknownEngineError as error:
        error.position = application_set.position(("metadata", "annotations", TEMPLATE_ENGINE))
        raise
    macros = find_macros(application_set, world)
    return Filler(choice, macros.load if macros else None)


class Filler:
    """Fills template strings; compiles each tree once, however often it is filled."""

    def __init__(self, choice: Choice, load: Callable[[str], tuple[str, str]] | None = None) -> None:
        """`load` gives the files that templates of the dialect jinja2 may import."""
        self.name = choice.name
        self._dialect = importing(load) if load else DIALECTS[choice.name]
        self._options: Sequence[str] = choice.options
        others = (option for option in choice.options if not option.startswith("missingkey="))
        self._strict = (*others, "missingkey=error") if choice.name == "go" else choice.options
        self._strict_texts: dict[str, Callable[[Mapping[str, object]], object]] = {}
        self._whole = choice.name == _JINJA
        self._texts: dict[str, Callable[[Mapping[str, object]], object]] = {}
        # By identity; the tree is kept so that its id stays its own.
        self._trees: dict[int, tuple[object, Callable[[Mapping[str, object]], object]]] = {}

    @property
    def keeps_shape(self) -> bool:
        """Whether a filled string stays a string; Jinja2 gives numbers, lists and maps too."""
        return not self._whole

    def __call__(self, tree: object, values: Mapping[str, object]) -> object:
        """The filled tree (or string). Raises `TemplateError`."""
        return self.compile(tree)(values)

    def compile(self, tree: object) -> Callable[[Mapping[str, object]], object]:
        """The tree as a function of the values. Raises `TemplateError` for what cannot be parsed."""
        if isinstance(tree, str):
            if tree not in self._texts:
                self._texts[tree] = self._compile(tree, self._options)
            return self._texts[tree]
        known = self._trees.get(id(tree))
        if known is None:
            known = self._trees[id(tree)] = (tree, self._compile(tree, self._options))
        return known[1]

    def strictly(self, text: str) -> Callable[[Mapping[str, object]], object]:
        """One string, where a parameter that is missing is an error whatever the set's options say."""
        if text not in self._strict_texts:
            self._strict_texts[text] = self._compile(text, self._strict)
        return self._strict_texts[text]

    def _compile(self, tree: object, options: Sequence[str]) -> Callable[[Mapping[str, object]], object]:
        render = self._dialect.compile_tree(tree, options)
        if self._whole:
            return lambda values: render({key: whole_numbers(value) for key, value in values.items()})
        return render
