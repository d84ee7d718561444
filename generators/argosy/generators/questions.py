"""What is asked of the world beside clusters and Git, as a value that is equal where the answer is.

Whoever remembers answers (the controller, a recorded world) keeps them by it. Parts of a spec that cannot
change the answer (`values`, `template`, `requeueAfterSeconds`) do not count.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from argosy.generators.parameters import whole_numbers
from argosy.generators.world import PluginCall, ProviderQuery
from argosy.schemas.user_info import without_user_info

__all__ = [
    "Question",
    "config_map_question",
    "plugin_question",
    "pull_requests_question",
    "repositories_question",
    "resources_question",
]


@dataclass(frozen=True, slots=True, order=True)
class Question:
    """Its kind (`configMaps`, `resources`, `plugins`, `repositories`, `pullRequests`) and, as JSON with
    sorted keys, what is asked."""

    kind: str
    asked: str

    @classmethod
    def of(cls, kind: str, asked: Mapping[str, object]) -> "Question":
        """From plain data. User names and passwords in URLs are no part of a question."""
        text = json.dumps(whole_numbers(asked), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return cls(kind, without_user_info(text))

    @property
    def value(self) -> dict[str, object]:
        """What is asked, as plain data."""
        found = json.loads(self.asked)
        assert isinstance(found, dict)
        return found


def config_map_question(name: str) -> Question:
    """The data of a ConfigMap."""
    return Question.of("configMaps", {"name": name})


def resources_question(api_version: str, kind: str) -> Question:
    """The objects of a kind."""
    return Question.of("resources", {"apiVersion": api_version, "kind": kind})


def plugin_question(call: PluginCall) -> Question:
    """The answer of a plugin."""
    asked = {"applicationSet": call.application_set, "baseUrl": call.base_url}
    return Question.of("plugins", {**asked, "parameters": dict(call.parameters)})


def repositories_question(query: ProviderQuery) -> Question:
    """The repositories of an organization, as far as the filters want them."""
    return _provider_question("repositories", query, ("cloneProtocol", "filters"))


def pull_requests_question(query: ProviderQuery) -> Question:
    """The pull requests of a repository. Filters are applied to the answer, so they do not count."""
    return _provider_question("pullRequests", query, ("continueOnRepoNotFoundError",))


def _provider_question(kind: str, query: ProviderQuery, more: tuple[str, ...]) -> Question:
    asked: dict[str, object] = {"provider": query.provider, query.provider: query.spec.get(query.provider)}
    asked.update((key, query.spec[key]) for key in more if query.spec.get(key))
    return Question.of(kind, asked)
