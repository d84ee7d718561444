"""A world made of plain values, and a context to run generators in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from argosy.compiler.dialect import Choice, Filler
from argosy.compiler.generator_filling import GeneratorFiller
from argosy.generators.generator import Context, Settings
from argosy.generators.registry import GENERATORS
from argosy.generators.transform import transform
from argosy.generators.world import ClusterSecret, PluginCall, ProviderQuery, Tree
from argosy.schemas.knowledge import Answer, Known, Unknown
from argosy.schemas.position import Path, Position


@dataclass(frozen=True)
class Files:
    """A tree of files."""

    contents: Mapping[str, str]
    revision: str = "c0ffee"

    def files(self) -> list[str]:
        return sorted(self.contents)

    def read(self, path: str) -> bytes:
        return self.contents[path].encode()

    def has_directory(self, path: str) -> bool:
        return any(file.startswith(f"{path}/") for file in self.contents)


@dataclass(frozen=True)
class PlainWorld:
    """What is not given is unknown."""

    secrets: tuple[ClusterSecret, ...] | None = None
    contents: Mapping[str, str] | None = None
    known_projects: Mapping[str, Mapping[str, object]] | None = None
    config_maps: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    objects: tuple[Mapping[str, object], ...] = ()
    plugin_answer: object = None
    pulls: tuple[Mapping[str, object], ...] | None = None

    def clusters(self) -> Answer[tuple[ClusterSecret, ...]]:
        return Unknown("no clusters") if self.secrets is None else Known(self.secrets, "test")

    def tree(self, repo_url: str, revision: str) -> Answer[Tree]:
        if self.contents is None:
            return Unknown(f"{repo_url} was not asked for {revision}")
        return Known(Files(self.contents), "test")

    def projects(self) -> Answer[Mapping[str, Mapping[str, object]]]:
        return Unknown("no projects") if self.known_projects is None else Known(self.known_projects, "test")

    def config_map(self, name: str) -> Answer[Mapping[str, str] | None]:
        return Known(self.config_maps.get(name), "test")

    def resources(self, api_version: str, kind: str) -> Answer[tuple[Mapping[str, object], ...]]:
        return Known(self.objects, "test")

    def plugin(self, call: PluginCall) -> Answer[object]:
        return Known(self.plugin_answer, call.base_url)

    def repositories(self, query: ProviderQuery) -> Answer[tuple[Mapping[str, object], ...]]:
        return Unknown("no repositories")

    def pull_requests(self, query: ProviderQuery) -> Answer[tuple[Mapping[str, object], ...]]:
        return Unknown("no pull requests") if self.pulls is None else Known(self.pulls, "test")


Generate = Callable[..., list[dict[str, Any]]]


def locate(path: Path) -> Position:
    """A position that names the path, so that tests can see which one was meant."""
    return Position(".".join(map(str, path)), 1, 1)


def locate_in_text(path: Path, line: int, column: int, length: int) -> Position:
    """The same of a place in a text."""
    return Position(".".join(map(str, path)), line, column, *((line, column + length) if length else ()))


def context(world: PlainWorld, dialect: str = "go", settings: Settings | None = None) -> Context:
    """The context of a set called `apps` of the project `default`."""
    filler = Filler(Choice(dialect))
    return Context(
        world=world,
        settings=settings or Settings(),
        application_set="apps",
        project="default",
        dialect=dialect,
        render=filler,
        fill_spec=GeneratorFiller(filler, locate_in_text),
        locate=locate,
        locate_in_text=locate_in_text,
        generators=GENERATORS,
    )


@pytest.fixture
def generate() -> Generate:
    """Runs one entry of `spec.generators` and gives the values of its parameter sets."""

    def run(
        entry: Mapping[str, object],
        world: PlainWorld | None = None,
        dialect: str = "go",
        settings: Settings | None = None,
    ) -> list[dict[str, Any]]:
        found = transform(entry, ("generators", 0), context(world or PlainWorld(), dialect, settings))
        return [parameters.values for each in found for parameters in each.parameters]

    return run


@pytest.fixture
def make_world() -> type[PlainWorld]:
    """The world's type, for tests to fill."""
    return PlainWorld


@pytest.fixture
def make_context() -> Callable[..., Context]:
    """Makes contexts, for tests that look at origins."""
    return context
