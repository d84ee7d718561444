"""What an expansion really asked of the world: the same set keys caches and names what a change affects."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from argosy.generators.world import ClusterSecret, PluginCall, ProviderQuery, Tree, World
from argosy.schemas.knowledge import Answer, Known

__all__ = ["Input", "RecordingWorld"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True, order=True)
class Input:
    """One thing that was read: a kind, its name, and the revision of a repository.

    Kinds: `clusters`, `projects`, `configmap`, `resources`, `plugin`, `repositories`, `pull-requests`,
    `tree` (name: repository, revision: as asked) and `commit` (name: repository, revision: as resolved).
    """

    kind: str
    name: str = ""
    revision: str = ""


class RecordingWorld:
    """A world that remembers what it was asked, and asks each thing once."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._inputs: dict[Input, None] = {}
        self._trees: dict[tuple[str, str], Answer[Tree]] = {}
        self._clusters: Answer[tuple[ClusterSecret, ...]] | None = None

    @property
    def inputs(self) -> tuple[Input, ...]:
        """What was asked so far, sorted."""
        return tuple(sorted(self._inputs))

    def clusters(self) -> Answer[tuple[ClusterSecret, ...]]:
        self._note("clusters")
        if self._clusters is None:
            self._clusters = self._world.clusters()
        return self._clusters

    def tree(self, repo_url: str, revision: str) -> Answer[Tree]:
        self._note("tree", repo_url, revision)
        key = (repo_url, revision)
        if key not in self._trees:
            self._trees[key] = self._world.tree(repo_url, revision)
        answer = self._trees[key]
        if isinstance(answer, Known):
            self._note("commit", repo_url, answer.value.revision)
        return answer

    def projects(self) -> Answer[Mapping[str, Mapping[str, object]]]:
        self._note("projects")
        return self._world.projects()

    def config_map(self, name: str) -> Answer[Mapping[str, str] | None]:
        self._note("configmap", name)
        return self._world.config_map(name)

    def resources(self, api_version: str, kind: str) -> Answer[tuple[Mapping[str, object], ...]]:
        self._note("resources", f"{api_version}/{kind}")
        return self._world.resources(api_version, kind)

    def plugin(self, call: PluginCall) -> Answer[object]:
        self._note("plugin", call.base_url)
        return self._world.plugin(call)

    def repositories(self, query: ProviderQuery) -> Answer[tuple[Mapping[str, object], ...]]:
        self._note("repositories", query.provider)
        return self._world.repositories(query)

    def pull_requests(self, query: ProviderQuery) -> Answer[tuple[Mapping[str, object], ...]]:
        self._note("pull-requests", query.provider)
        return self._world.pull_requests(query)

    def _note(self, kind: str, name: str = "", revision: str = "") -> None:
        self._inputs[Input(kind, name, revision)] = None


_: type[World] = RecordingWorld
