"""What every generator is: a part of the spec in, parameter sets out. Knows no generator by name."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from argosy.generators.filled_spec import FilledSpec
from argosy.generators.parameters import Parameters
from argosy.generators.world import World
from argosy.schemas.finding import ArgosyError
from argosy.schemas.knowledge import Answer, Unknown
from argosy.schemas.model.origin import Origin, Written
from argosy.schemas.position import Path, Position

__all__ = [
    "AnswerMissingError",
    "Context",
    "FillSpec",
    "Generator",
    "GeneratorError",
    "Render",
    "Settings",
    "ask",
]

T = TypeVar("T")

Render = Callable[[object, Mapping[str, object]], object]
"""Fills the template strings of a tree (or of one string) with values, in the set's own dialect."""

FillSpec = Callable[[str, Mapping[str, object], Mapping[str, object], Path], object]
"""Fills the spec of a generator, given by name and place, with the parameters of a matrix's earlier child."""


class GeneratorError(ArgosyError):
    """A generator cannot work with its spec or its inputs: Argo CD creates nothing at all then."""

    code = "generator-failed"


class AnswerMissingError(ArgosyError):
    """A generator asked the world something that it does not know."""

    code = "unknown"

    def __init__(self, unknown: Unknown, position: Position | None) -> None:
        super().__init__(unknown.reason, position=position, hint=unknown.hint, code=unknown.code)
        self.unknown = unknown


@dataclass(frozen=True, slots=True)
class Settings:
    """How the ApplicationSet controller itself is set up, by Argo CD's own names for it."""

    namespace: str = "argocd"
    new_git_file_globbing: bool = False
    include_hidden_directories: bool = False
    strict_destinations: bool = False


@dataclass(frozen=True, slots=True)
class Context:
    """What a generator may use beside its own part of the spec.

    `dialect` is the name of the set's template dialect (`fasttemplate`, `go`, `jinja2`) and `render` fills
    templates in it, `fill_spec` a generator inside a matrix; `locate` finds the line of a place in the set,
    `locate_in_text` that of a line, column and length of a text in it; `filled` is what the generator's spec
    was before it was filled; `depth` counts the matrix and merge generators around.
    """

    world: World
    settings: Settings
    application_set: str
    project: str
    dialect: str
    render: Render
    fill_spec: FillSpec
    locate: Callable[[Path], Position | None]
    locate_in_text: Callable[[Path, int, int, int], Position | None]
    generators: Mapping[str, "Generator"]
    filled: FilledSpec | None = None
    depth: int = 0

    @property
    def structured(self) -> bool:
        """Whether parameters are nested values, and not the flat strings of fasttemplate."""
        return self.dialect != "fasttemplate"

    def origin(self, path: Path) -> Origin:
        """The place in the set as an origin."""
        return Origin(self.locate(path))

    def written(self, place: Path, within: Position | None, value: object = None) -> tuple[Written, ...]:
        """The line of a place in the set, and where the values stand that it was filled with.

        `within` is the place of the origin that it belongs to, `value` what it was filled to.
        """
        position = self.locate(place)
        sources = self.filled.sources(place, value) if self.filled else ()
        return (*((Written(position, within),) if position else ()), *sources)


class Generator(Protocol):
    """One kind of entry under `spec.generators`. Matrix and merge are generators of generators."""

    def generate(self, spec: Mapping[str, object], path: Path, context: Context) -> Sequence[Parameters]:
        """The parameter sets of one entry, in Argo CD's order where it has one.

        `path` is where `spec` stands in the ApplicationSet. Raises `GeneratorError` where Argo CD
        refuses, `AnswerMissingError` where the world does not know.
        """


def ask(answer: Answer[T], path: Path, context: Context) -> T:
    """The value of an answer. Raises `AnswerMissingError`, at the place that asked, if it is unknown."""
    if isinstance(answer, Unknown):
        raise AnswerMissingError(answer, context.locate(path))
    return answer.value
