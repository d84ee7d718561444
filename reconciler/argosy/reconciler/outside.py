"""What generators ask beside clusters' Secrets and Git: ConfigMaps, decision resources, providers, plugins.

Answers are kept with the time when they were asked for; whoever looks says how old they may be. A question is
asked once, however many sets want it at that moment.
"""

import asyncio
import base64
import binascii
from collections.abc import Iterable, Mapping
from typing import Any

from argosy.clusters.client import Client
from argosy.clusters.discovery import ResourceType
from argosy.clusters.errors import ApiError
from argosy.clusters.objects import ObjectRef
from argosy.generators.questions import Question
from argosy.generators.world import PluginCall, ProviderQuery
from argosy.reconciler.resource import labels_of, name_of
from argosy.schemas.knowledge import Answer, Known, Unknown
from argosy.sources.providers.providers import Providers, needs
from argosy.sources.providers.query import (
    Material,
    Needs,
    PluginQuery,
    PullRequestQuery,
    RepositoryQuery,
    SecretData,
)

__all__ = ["Outside", "Request"]

Request = PluginCall | ProviderQuery | None
"""What has to be known to ask a question, beside the question itself."""

_UNKNOWN_LASTS = 120.0
"""Seconds after which a question without an answer is asked again, when somebody looks."""


class Outside:
    """Asks through the management cluster's client and `Providers`. Times are the event loop's."""

    def __init__(self, client: Client, providers: Providers, namespace: str, parallel: int = 4) -> None:
        self._client = client
        self._providers = providers
        self._namespace = namespace
        self._answers: dict[Question, tuple[Answer[Any], float]] = {}
        self._asking: dict[Question, asyncio.Task[Answer[Any]]] = {}
        self._parallel = asyncio.Semaphore(parallel)

    def peek(self, question: Question, now: float, age: float) -> Answer[Any] | None:
        """The answer, if it was asked for less than `age` seconds before `now`."""
        answer, asked_at = self._answers.get(question, (None, float("-inf")))
        lasts = min(age, _UNKNOWN_LASTS) if isinstance(answer, Unknown) else age
        return answer if asked_at > now - lasts else None

    def oldest(self, questions: Iterable[Question]) -> float | None:
        """When the oldest of these answers was asked for, `None` without any."""
        return min((self._answers[each][1] for each in questions if each in self._answers), default=None)

    def forget(self, questions: Iterable[Question]) -> None:
        """These are to be asked again before anybody gets an answer."""
        for question in questions:
            self._answers.pop(question, None)

    async def ask(self, question: Question, request: Request) -> Answer[Any]:
        """The answer of now; never raises for the world's sake."""
        task = self._asking.get(question)
        if task is None:
            task = asyncio.get_running_loop().create_task(self._ask(question, request))
            self._asking[question] = task
            task.add_done_callback(lambda _: self._asking.pop(question, None))
        return await asyncio.shield(task)

    async def _ask(self, question: Question, request: Request) -> Answer[Any]:
        asked_at = asyncio.get_running_loop().time()
        try:
            async with self._parallel:
                answer = await self._answer(question, request)
        except ApiError as error:
            answer = Unknown(error.message, error.hint, error.code)
        self._answers[question] = (answer, asked_at)
        return answer

    async def _answer(self, question: Question, request: Request) -> Answer[Any]:
        asked = question.value
        if question.kind == "configMaps":
            return Known(await self._config_map(str(asked["name"])), f"ConfigMap {asked['name']}")
        if question.kind == "resources":
            return await self._resources(str(asked["apiVersion"]), str(asked["kind"]))
        if isinstance(request, PluginCall):
            call = PluginQuery(
                request.application_set, request.base_url, request.token, request.parameters, request.timeout
            )
            return await asyncio.to_thread(self._providers.plugin, call, await self._material(needs(call)))
        assert isinstance(request, ProviderQuery)
        if question.kind == "pullRequests":
            pulls = PullRequestQuery(request.provider, request.spec)
            material = await self._material(needs(pulls))
            return await asyncio.to_thread(self._providers.pull_requests, pulls, material)
        query = RepositoryQuery(request.provider, request.spec)
        if request.narrowing is not None:
            narrowing = request.narrowing
            query = RepositoryQuery(request.provider, request.spec, narrowing.takes, narrowing.paths)
        material = await self._material(needs(query))
        return await asyncio.to_thread(self._providers.repositories, query, material)

    # The management cluster

    async def _config_map(self, name: str) -> Mapping[str, str] | None:
        found = await self._client.find(ObjectRef("", "v1", "ConfigMap", self._namespace, name))
        return None if found is None else {key: str(text) for key, text in (found.get("data") or {}).items()}

    async def _secret(self, name: str) -> SecretData | None:
        found = await self._client.find(ObjectRef("", "v1", "Secret", self._namespace, name))
        return None if found is None else SecretData(_decoded(found.get("data") or {}), labels_of(found))

    async def _material(self, wanted: Needs) -> Material:
        secrets = {name: await self._secret(name) for name in sorted(wanted.secrets)}
        maps = {name: await self._config_map(name) for name in sorted(wanted.config_maps)}
        return Material(secrets, maps)

    async def _resources(self, api_version: str, plural: str) -> Answer[tuple[Mapping[str, object], ...]]:
        kind = await self._served(api_version, plural)
        if kind is None:
            reason = f"cluster {self._client.name} does not serve {plural} in {api_version}"
            return Unknown(reason, "apply its CustomResourceDefinition first")
        found = await self._client.list(kind.gvk, self._namespace if kind.namespaced else "")
        return Known(tuple(sorted(found.items, key=name_of)), f"{kind.plural} in {api_version}")

    async def _served(self, api_version: str, plural: str) -> ResourceType | None:
        """The kind that a ConfigMap names by its plural, as Argo CD does, or by its own name."""
        now = asyncio.get_running_loop().time()
        for newer_than in (float("-inf"), now):
            for each in (await self._client.discover(newer_than=newer_than)).types.values():
                names = (each.plural, each.gvk.kind.lower())
                if each.gvk.api_version == api_version and plural.lower() in names:
                    return each
        return None


def _decoded(data: Mapping[str, object]) -> dict[str, str]:
    found = {}
    for key, value in data.items():
        try:
            found[key] = base64.b64decode(str(value), validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            continue  # not a text, so no token
    return found
