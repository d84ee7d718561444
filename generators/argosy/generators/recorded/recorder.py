"""A world that notes every question and the answer that another world gave."""

import base64
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from argosy.generators.questions import (
    Question,
    config_map_question,
    plugin_question,
    pull_requests_question,
    repositories_question,
    resources_question,
)
from argosy.generators.recorded.answer import CLUSTERS, PROJECTS, RecordedAnswer, tree_question
from argosy.generators.recorded.redaction import (
    cluster_as_data,
    config_map_as_data,
    project_as_data,
    resource_as_data,
)
from argosy.generators.world import ClusterSecret, PluginCall, ProviderQuery, Tree, World
from argosy.schemas.knowledge import Answer, Known, Unknown

__all__ = ["Recorder"]

T = TypeVar("T")


class Recorder:
    """Hands questions on and notes them. `own` says which repositories need no note, for they are at hand
    wherever the record is read; `now` is when answers were given that do not say so themselves."""

    def __init__(self, world: World, own: Callable[[str], bool], now: datetime) -> None:
        self._world = world
        self._own = own
        self._now = now
        self._answers: dict[Question, RecordedAnswer] = {}
        self._trees: dict[Question, _NotedTree] = {}

    @property
    def answers(self) -> Sequence[RecordedAnswer]:
        """What was asked so far, sorted by question; files as far as they were read."""
        found = dict(self._answers)
        for question, tree in self._trees.items():
            noted = found[question]
            assert isinstance(noted.answer, Known)
            found[question] = RecordedAnswer(
                question, Known(tree.as_data(), noted.answer.provenance), noted.as_of
            )
        return [found[question] for question in sorted(found)]

    def clusters(self) -> Answer[tuple[ClusterSecret, ...]]:
        return self._note(CLUSTERS, self._world.clusters(), lambda found: list(map(cluster_as_data, found)))

    def projects(self) -> Answer[Mapping[str, Mapping[str, object]]]:
        def as_data(found: Mapping[str, Mapping[str, object]]) -> object:
            return {name: project_as_data(manifest) for name, manifest in found.items()}

        return self._note(PROJECTS, self._world.projects(), as_data)

    def config_map(self, name: str) -> Answer[Mapping[str, str] | None]:
        def as_data(found: Mapping[str, str] | None) -> object:
            return None if found is None else config_map_as_data(found)

        return self._note(config_map_question(name), self._world.config_map(name), as_data)

    def resources(self, api_version: str, kind: str) -> Answer[tuple[Mapping[str, object], ...]]:
        question = resources_question(api_version, kind)
        answer = self._world.resources(api_version, kind)
        return self._note(question, answer, lambda found: list(map(resource_as_data, found)))

    def plugin(self, call: PluginCall) -> Answer[object]:
        return self._note(plugin_question(call), self._world.plugin(call), lambda found: found)

    def repositories(self, query: ProviderQuery) -> Answer[tuple[Mapping[str, object], ...]]:
        question = repositories_question(query)
        return self._note(question, self._world.repositories(query), lambda found: list(map(dict, found)))

    def pull_requests(self, query: ProviderQuery) -> Answer[tuple[Mapping[str, object], ...]]:
        question = pull_requests_question(query)
        return self._note(question, self._world.pull_requests(query), lambda found: list(map(dict, found)))

    def tree(self, repo_url: str, revision: str) -> Answer[Tree]:
        answer = self._world.tree(repo_url, revision)
        if self._own(repo_url):
            return answer
        question = tree_question(repo_url, revision)
        self._note(question, answer, lambda _: None)
        if isinstance(answer, Unknown):
            return answer
        tree = self._trees.setdefault(question, _NotedTree(answer.value))
        return Known(tree, answer.provenance, answer.as_of)

    def _note(self, question: Question, answer: Answer[T], as_data: Callable[[T], object]) -> Answer[T]:
        noted: Known[object] | Unknown
        if isinstance(answer, Unknown):
            noted, as_of = answer, self._now
        else:
            noted, as_of = Known(as_data(answer.value), answer.provenance), answer.as_of or self._now
        self._answers[question] = RecordedAnswer(question, noted, as_of)
        return answer


class _NotedTree:
    """A tree whose list of files is kept whole, and of whose files those that were read."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._read: dict[str, bytes] = {}
        self.revision = tree.revision

    def files(self) -> Sequence[str]:
        return self._tree.files()

    def read(self, path: str) -> bytes:
        if path not in self._read:
            self._read[path] = self._tree.read(path)
        return self._read[path]

    def has_directory(self, path: str) -> bool:
        return self._tree.has_directory(path)

    def as_data(self) -> dict[str, object]:
        texts, others = {}, {}
        for path, content in self._read.items():
            try:
                texts[path] = content.decode()
            except UnicodeDecodeError:
                others[path] = base64.b64encode(content).decode()
        found: dict[str, object] = {"commit": self.revision, "files": list(self._tree.files())}
        if texts:
            found["contents"] = texts
        if others:
            found["base64"] = others
        return found


_: type[World] = Recorder
