"""A world that answers from what was recorded. What was not asked then is `Unknown`."""

import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from argosy.generators.answer_lines import answered_at
from argosy.generators.questions import (
    Question,
    config_map_question,
    plugin_question,
    pull_requests_question,
    repositories_question,
    resources_question,
)
from argosy.generators.recorded.answer import (
    CLUSTERS,
    PROJECTS,
    RecordedAnswer,
    instant_text,
    not_recorded,
    tree_question,
)
from argosy.generators.world import (
    ClusterSecret,
    PluginCall,
    ProviderQuery,
    Tree,
    UnknownContentError,
    World,
)
from argosy.schemas.knowledge import Answer, Known, Unknown
from argosy.schemas.position import Path, Position

__all__ = ["RecordedTree", "RecordedWorld"]


@dataclass(frozen=True, slots=True)
class RecordedTree:
    """All files of a commit by name, and the content of those that generators read."""

    revision: str
    names: tuple[str, ...]
    contents: Mapping[str, bytes] = field(repr=False)

    def files(self) -> Sequence[str]:
        """All of them."""
        return self.names

    def read(self, path: str) -> bytes:
        """The content, where it was recorded. Raises `UnknownContentError` where not."""
        if path not in self.contents:
            raise UnknownContentError(not_recorded(f"what is in the file {path}"))
        return self.contents[path]

    def has_directory(self, path: str) -> bool:
        """Whether a file lies below the path."""
        prefix = "" if path in ("", ".") else path.rstrip("/") + "/"
        return any(name.startswith(prefix) for name in self.names)


class RecordedWorld:
    """Answers by question. The values are in the shape that `world_file` has checked."""

    def __init__(self, answers: Iterable[RecordedAnswer]) -> None:
        self._answers = {each.question: each for each in answers}
        self._used: set[Question] = set()
        self._trees: dict[str, RecordedTree] = {}

    @property
    def told(self) -> Mapping[Question, object]:
        """What was recorded as the answer to each question, whenever and from whom it came."""
        answers = ((question, each.answer) for question, each in self._answers.items())
        return {key: each if isinstance(each, Unknown) else Known(each.value, "") for key, each in answers}

    def rely_on(self, questions: Iterable[Question]) -> None:
        """Says that answers count as given, because they are those of another world that gave them."""
        self._used.update(each for each in questions if each in self._answers)

    @property
    def oldest_used(self) -> RecordedAnswer | None:
        """The oldest answer that was given so far, `None` if none was."""
        return _oldest(self._answers[each] for each in self._used)

    @property
    def oldest(self) -> RecordedAnswer | None:
        """The oldest answer, `None` if there is none."""
        return _oldest(self._answers.values())

    def clusters(self) -> Answer[tuple[ClusterSecret, ...]]:
        def as_clusters(value: Any) -> tuple[ClusterSecret, ...]:
            return _clusters(value, self._answers[CLUSTERS])

        return self._convert(CLUSTERS, "the registered clusters", as_clusters)

    def projects(self) -> Answer[Mapping[str, Mapping[str, object]]]:
        return self._convert(PROJECTS, "AppProjects", dict)

    def config_map(self, name: str) -> Answer[Mapping[str, str] | None]:
        return self._convert(config_map_question(name), f"the ConfigMap {name}", _same)

    def resources(self, api_version: str, kind: str) -> Answer[tuple[Mapping[str, object], ...]]:
        return self._convert(resources_question(api_version, kind), f"{kind} in {api_version}", tuple)

    def plugin(self, call: PluginCall) -> Answer[object]:
        what = f"the plugin at {call.base_url} with these parameters"
        return self._convert(plugin_question(call), what, _same)

    def repositories(self, query: ProviderQuery) -> Answer[tuple[Mapping[str, object], ...]]:
        what = f"these repositories of {query.provider}"
        return self._convert(repositories_question(query), what, tuple)

    def pull_requests(self, query: ProviderQuery) -> Answer[tuple[Mapping[str, object], ...]]:
        what = f"these pull requests of {query.provider}"
        return self._convert(pull_requests_question(query), what, tuple)

    def tree(self, repo_url: str, revision: str) -> Answer[Tree]:
        what = f"{repo_url} at {revision or 'HEAD'}"
        question = tree_question(repo_url, revision)

        def as_tree(value: Any) -> RecordedTree:
            # One object for all sets: what is worked out from its list of files is kept by that list.
            if question.asked not in self._trees:
                self._trees[question.asked] = _tree(value)
            return self._trees[question.asked]

        return self._convert(question, what, as_tree)

    def _convert(self, question: Question, what: str, convert: Any) -> Answer[Any]:
        recorded = self._answers.get(question)
        if recorded is None:
            return not_recorded(what)
        self._used.add(question)
        at, answer = instant_text(recorded.as_of), recorded.answer
        if isinstance(answer, Unknown):
            return Unknown(f"{answer.reason} (recorded {at})", answer.hint, answer.code)
        provenance = f"{answer.provenance}, recorded {at}"
        return Known(convert(answer.value), provenance, recorded.as_of, answer.locate)


def _same(value: Any) -> Any:
    return value


def _oldest(answers: Iterable[RecordedAnswer]) -> RecordedAnswer | None:
    return min(answers, key=lambda each: (each.as_of, each.question), default=None)


def _clusters(value: Any, recorded: RecordedAnswer) -> tuple[ClusterSecret, ...]:
    return tuple(
        ClusterSecret(
            secret_name=str(each.get("secretName", "")),
            name=str(each.get("name", "")),
            server=str(each.get("server", "")),
            project=str(each.get("project", "")),
            labels=dict(each.get("labels") or {}),
            annotations=dict(each.get("annotations") or {}),
            position=answered_at(recorded.answer, (index,)),
            locate=partial(_field_of_cluster, recorded, index),
        )
        for index, each in enumerate(value)
    )


def _field_of_cluster(recorded: RecordedAnswer, index: int, field_of_secret: Path) -> Position | None:
    """Where a field of a cluster Secret stands in the record, which has no levels for metadata and data."""
    return answered_at(recorded.answer, (index, *field_of_secret[1:]))


def _tree(value: Any) -> RecordedTree:
    contents = {path: text.encode() for path, text in (value.get("contents") or {}).items()}
    for path, text in (value.get("base64") or {}).items():
        contents[path] = base64.b64decode(text)
    return RecordedTree(value["commit"], tuple(value["files"]), contents)


_: type[World] = RecordedWorld
