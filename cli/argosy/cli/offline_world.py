"""The world as the command line knows it: files, recorded answers, and repositories on this machine."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from argosy.cli.manifest_world import ManifestWorld
from argosy.cli.reading import read_json, unreadable
from argosy.generators.parameters import floats
from argosy.generators.questions import (
    Question,
    config_map_question,
    plugin_question,
    pull_requests_question,
    repositories_question,
    resources_question,
)
from argosy.generators.recorded.answer import CLUSTERS, PROJECTS, tree_question
from argosy.generators.world import ClusterSecret, PluginCall, ProviderQuery, Tree
from argosy.schemas.finding import ArgosyError
from argosy.schemas.knowledge import Answer, Known, Unknown
from argosy.schemas.position import Path as ValuePath
from argosy.schemas.position import Position
from argosy.schemas.yaml_reader import read_documents

if TYPE_CHECKING:
    from argosy.generators.recorded.recorded_world import RecordedWorld

__all__ = ["ANSWER_KINDS", "OfflineWorld", "Services", "read_answer"]

_NOT_HERE = frozenset(("unknown-repository", "unsupported-source"))
"""Codes of trees that only a recorded world can know."""

ANSWER_KINDS = ("plugin", "scm", "pulls")

_ELSEWHERE = "which only the management cluster knows"

Records = tuple[Mapping[str, object], ...]
TreeOf = Callable[[str, str], Answer[Tree]]


def read_answer(kind: str, path: Path) -> Known[object]:
    """A recorded answer, numbers as Go reads them. Raises `ArgosyError`."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise unreadable(path, error) from error
    value = read_json(content, str(path))
    if kind != "plugin" and not _is_list_of_maps(value):
        raise ArgosyError(
            f"an answer `{kind}` must be a list of maps",
            position=_locate(content, path, ()),
            code="invalid-answer",
            hint="one map for each repository" if kind == "scm" else "one map for each pull request",
        )
    return Known(floats(value), "recorded answer", locate=partial(_locate, content, path))


def _is_list_of_maps(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, dict) for each in value)


def _locate(content: bytes, file: Path, place: ValuePath) -> Position | None:
    """The line of a part of a JSON text, which is YAML too."""
    try:
        documents = read_documents(content, str(file))
    except ArgosyError:
        return None
    return documents[0].position(place, key=True) if documents else None


class Services(Protocol):
    """What may be asked over the network."""

    def plugin(self, call: PluginCall) -> Answer[object]:
        """The JSON body that a plugin answers with."""

    def repositories(self, query: ProviderQuery) -> Answer[Records]:
        """What an SCM provider has."""

    def pull_requests(self, query: ProviderQuery) -> Answer[Records]:
        """The pull requests of a repository."""


class OfflineWorld:
    """A World of files. What nobody told it is `Unknown`.

    What is given by hand comes first (`manifests`, `answers`, repositories), then the network, if `services`
    may be asked, then what was recorded. `manifests_given` says that there are manifests at all; without them
    and without a record the management cluster is empty if `assume_no_clusters`, else not known.
    """

    def __init__(
        self,
        manifests: ManifestWorld,
        tree: TreeOf,
        answers: Mapping[str, Known[object]],
        *,
        manifests_given: bool = True,
        assume_no_clusters: bool = True,
        recorded: "RecordedWorld | None" = None,
        services: Services | None = None,
    ) -> None:
        self._manifests = manifests
        self._tree = tree
        self._answers = answers
        self._manifests_given = manifests_given
        self._assume_no_clusters = assume_no_clusters
        self._recorded = recorded
        self._services = services
        self.consulted: list[Question] = []
        """What a recorded world was, or would have been, the one to answer, in order."""

    @property
    def knows_clusters(self) -> bool:
        """Whether somebody has told which clusters are registered."""
        return self._manifests_given or self._recorded is not None

    @property
    def _nothing_else_exists(self) -> bool:
        """Whether the management cluster holds nothing but the manifests, as far as is known here."""
        return self._manifests_given or self._assume_no_clusters

    def clusters(self) -> Answer[tuple[ClusterSecret, ...]]:
        if not self._manifests_given and (recorded := self._fallback(CLUSTERS)) is not None:
            return recorded.clusters()
        if self._nothing_else_exists:
            return self._manifests.clusters()
        return Unknown("which clusters are registered only the management cluster knows")

    def projects(self) -> Answer[Mapping[str, Mapping[str, object]]]:
        answer = self._manifests.projects()
        if isinstance(answer, Unknown) and (recorded := self._fallback(PROJECTS)) is not None:
            known = recorded.projects()
            return known if isinstance(known, Known) else answer
        return answer

    def config_map(self, name: str) -> Answer[Mapping[str, str] | None]:
        answer = self._manifests.config_map(name)
        if isinstance(answer, Unknown) or answer.value is not None:
            return answer
        recorded = self._fallback(config_map_question(name))
        if recorded is not None:
            return recorded.config_map(name)
        return answer if self._nothing_else_exists else Unknown(f"the ConfigMap {name}, {_ELSEWHERE}")

    def resources(self, api_version: str, kind: str) -> Answer[tuple[Mapping[str, object], ...]]:
        answer = self._manifests.resources(api_version, kind)
        if isinstance(answer, Unknown) or answer.value:
            return answer
        recorded = self._fallback(resources_question(api_version, kind))
        if recorded is not None:
            return recorded.resources(api_version, kind)
        return answer if self._nothing_else_exists else Unknown(f"the {kind} of {api_version}, {_ELSEWHERE}")

    def tree(self, repo_url: str, revision: str) -> Answer[Tree]:
        answer = self._tree(repo_url, revision)
        if not isinstance(answer, Unknown) or answer.code not in _NOT_HERE:
            return answer
        recorded = self._fallback(tree_question(repo_url, revision))
        return answer if recorded is None else recorded.tree(repo_url, revision)

    def plugin(self, call: PluginCall) -> Answer[object]:
        if "plugin" in self._answers:
            return self._answers["plugin"]
        services = self._services or self._fallback(plugin_question(call))
        return (
            services.plugin(call) if services else _no_answer("plugin", f"the plugin at {call.base_url} was")
        )

    def repositories(self, query: ProviderQuery) -> Answer[Records]:
        if "scm" in self._answers:
            return self._records("scm", {})
        services = self._services or self._fallback(repositories_question(query))
        what = f"the SCM provider {query.provider} was"
        return services.repositories(query) if services else _no_answer("scm", what)

    def pull_requests(self, query: ProviderQuery) -> Answer[Records]:
        if "pulls" in self._answers:
            return self._records("pulls", _PULL_REQUEST_FIELDS)
        services = self._services or self._fallback(pull_requests_question(query))
        what = f"the pull requests of {query.provider} were"
        return services.pull_requests(query) if services else _no_answer("pulls", what)

    def rely_on(self, questions: Iterable[Question]) -> None:
        """Says that a recorded world would answer these as it did elsewhere, and counts as asked."""
        if self._recorded is not None:
            self._recorded.rely_on(questions)

    def _fallback(self, question: Question) -> "RecordedWorld | None":
        self.consulted.append(question)
        return self._recorded

    def _records(self, kind: str, fields: Mapping[str, str]) -> Answer[Records]:
        answer = self._answers[kind]
        recorded = answer.value
        assert isinstance(recorded, list), "`read_answer` has looked at it"
        renamed = tuple({fields.get(key, key): value for key, value in each.items()} for each in recorded)
        return Known(renamed, answer.provenance, locate=answer.locate)


_PULL_REQUEST_FIELDS = {
    "Number": "number",
    "Title": "title",
    "Branch": "branch",
    "TargetBranch": "targetBranch",
    "HeadSHA": "headSHA",
    "Labels": "labels",
    "Author": "author",
}
# Recorded answers may bear the names of Argo CD's Go fields.


def _no_answer(kind: str, what: str) -> Unknown:
    hint = (
        f"give a recorded world (--world FILE), a recorded answer (compile --answers {kind}=FILE), "
        "or allow the network (compile --fetch)"
    )
    return Unknown(f"{what} not asked", hint=hint)
