"""The world of generators as live clusters and repositories answer it, for the expansion of one set.

Answers from what was gathered before: the management cluster's caches, the snapshot of revisions and what was
asked outside. What was not asked for yet is noted, so that the caller gathers it and expands again.
"""

import base64
import binascii
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from argosy.generators.questions import (
    Question,
    config_map_question,
    plugin_question,
    pull_requests_question,
    repositories_question,
    resources_question,
)
from argosy.generators.world import ClusterSecret, PluginCall, ProviderQuery, Tree
from argosy.reconciler.outside import Outside, Request
from argosy.reconciler.resource import KubernetesObject, annotations_of, labels_of, name_of
from argosy.reconciler.revisions import Asked, Revisions
from argosy.schemas.finding import ArgosyError
from argosy.schemas.knowledge import Answer, Known, Unknown
from argosy.schemas.model.annotations import SECRET_TYPE, SECRET_TYPE_CLUSTER
from argosy.sources.git import Repositories

__all__ = ["LiveWorld", "Recent", "cluster_secrets"]


@dataclass(frozen=True, slots=True)
class Recent:
    """What was asked outside, as far as it is not older than `age` seconds at the loop's time `now`."""

    outside: Outside
    now: float
    age: float

    def peek(self, question: Question) -> Answer[Any] | None:
        """The answer, if it was asked for lately."""
        return self.outside.peek(question, self.now, self.age)


class LiveWorld:
    """Answers for one expansion.

    `missing` collects the revisions that nobody resolved yet, `unasked` the questions that nobody asked, and
    `asked` those that were answered.
    """

    def __init__(
        self,
        secrets: Iterable[KubernetesObject],
        projects: Iterable[KubernetesObject],
        revisions: Revisions,
        repositories: Repositories,
        recent: Recent,
        unreachable: Unknown | None = None,
    ) -> None:
        self.missing: set[Asked] = set()
        self.unasked: dict[Question, Request] = {}
        self.asked: dict[Question, Answer[Any]] = {}
        self._recent = recent
        self._secrets = tuple(secrets)
        self._projects = {name_of(project): project for project in projects}
        self._revisions = revisions
        self._repositories = repositories
        self._unreachable = unreachable

    def clusters(self) -> Answer[tuple[ClusterSecret, ...]]:
        """The cluster Secrets of the management cluster."""
        if self._unreachable:
            return replace(
                self._unreachable, reason=f"the clusters are not known: {self._unreachable.reason}"
            )
        return Known(cluster_secrets(self._secrets), "cluster Secrets")

    def tree(self, repo_url: str, revision: str) -> Answer[Tree]:
        """The files of a repository at a revision, in this pass's snapshot."""
        answer = self._revisions.peek(repo_url, revision)
        if answer is None:
            self.missing.add((repo_url, revision))
            return Unknown(f"{repo_url} at {revision or 'HEAD'} has not been read yet")
        if isinstance(answer, Unknown):
            return answer
        try:
            tree = self._repositories.tree(repo_url, answer.value)
        except ArgosyError as error:
            return Unknown(error.message, error.hint, error.code)
        return Known(tree, answer.provenance)

    def projects(self) -> Answer[Mapping[str, Mapping[str, object]]]:
        """The AppProjects of the management cluster."""
        if self._unreachable:
            return replace(
                self._unreachable, reason=f"the projects are not known: {self._unreachable.reason}"
            )
        return Known(self._projects, "AppProjects")

    def config_map(self, name: str) -> Answer[Mapping[str, str] | None]:
        """The data of a ConfigMap in the installation's namespace."""
        return self._outside(config_map_question(name))

    def resources(self, api_version: str, kind: str) -> Answer[tuple[Mapping[str, object], ...]]:
        """The objects of a kind in the installation's namespace."""
        return self._outside(resources_question(api_version, kind))

    def plugin(self, call: PluginCall) -> Answer[object]:
        """What a plugin answers."""
        return self._outside(plugin_question(call), call)

    def repositories(self, query: ProviderQuery) -> Answer[tuple[Mapping[str, object], ...]]:
        """What a provider answers."""
        return self._outside(repositories_question(query), query)

    def pull_requests(self, query: ProviderQuery) -> Answer[tuple[Mapping[str, object], ...]]:
        """What a provider answers."""
        return self._outside(pull_requests_question(query), query)

    def _outside(self, question: Question, request: Request = None) -> Answer[Any]:
        answer = self._recent.peek(question)
        if answer is None:
            self.unasked[question] = request
            return Unknown(f"{question.kind}: not asked yet")
        self.asked[question] = answer
        return answer


def cluster_secrets(secrets: Iterable[KubernetesObject]) -> tuple[ClusterSecret, ...]:
    """The registered clusters without their credentials, by the name of their Secret."""
    found = [
        ClusterSecret(
            secret_name=name_of(secret),
            name=_decoded(secret, "name"),
            server=_decoded(secret, "server"),
            project=_decoded(secret, "project"),
            labels=labels_of(secret),
            annotations=annotations_of(secret),
        )
        for secret in secrets
        if labels_of(secret).get(SECRET_TYPE) == SECRET_TYPE_CLUSTER
    ]
    return tuple(sorted(found, key=lambda item: item.secret_name))


def _decoded(secret: KubernetesObject, key: str) -> str:
    text = (secret.get("data") or {}).get(key) or ""
    try:
        return base64.b64decode(text).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""
