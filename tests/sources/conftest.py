from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from git_repository import GitRepository

from argosy.schemas.model.source import Source
from argosy.sources.errors import SourceError
from argosy.sources.git import Repositories
from argosy.sources.git_url import Protocol
from argosy.sources.manifest import Rendering, RenderRequest
from argosy.sources.rendering import Renderer
from argosy.sources.tree import Tree


def config_map(name: str, data: str = "{}") -> str:
    return f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\ndata: {data}\n"


class Origin(GitRepository):
    """What tests clone from."""


@pytest.fixture
def origin(tmp_path: Path) -> Origin:
    return Origin(tmp_path / "origin")


@pytest.fixture
def repositories(tmp_path: Path) -> Iterator[Repositories]:
    with Repositories(tmp_path / "cache", protocols=frozenset(Protocol), deadline=30) as opened:
        yield opened


class Checkout:
    """Requests for sources of one repository at its newest commit."""

    def __init__(self, origin: Origin, repositories: Repositories) -> None:
        self.origin = origin
        self.repositories = repositories

    def request(self, path: str, references: dict[str, Tree] | None = None, **options: Any) -> RenderRequest:
        self.repositories.fetch(self.origin.url)
        tree = self.repositories.tree(self.origin.url, self.repositories.resolve(self.origin.url, "main"))
        source = Source({"repoURL": self.origin.url, "path": path, **options})
        return RenderRequest(source, tree, "shop", "prod", references=references or {})


@pytest.fixture
def checkout(origin: Origin, repositories: Repositories) -> Checkout:
    return Checkout(origin, repositories)


@pytest.fixture
def renderer(tmp_path: Path) -> Iterator[Renderer]:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    with Renderer(parallel=4, deadline=30, scratch=scratch) as opened:
        yield opened
    assert not list(scratch.iterdir())


def names(rendering: Rendering) -> list[str]:
    return [manifest.value["metadata"]["name"] for manifest in rendering.manifests]


def failure(renderer: Renderer, request: RenderRequest) -> SourceError:
    with pytest.raises(SourceError) as caught:
        renderer.render_now(request)
    return caught.value
