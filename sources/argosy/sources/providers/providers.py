"""Asks providers and plugins: one blocking call a question, safe for threads, as with `git.Repositories`.

A question is whole or `Unknown` with the reason; nothing is raised.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

from argosy.schemas.knowledge import Answer, Known, Unknown
from argosy.sources.providers.errors import DEADLINE, UNSUPPORTED, ProviderError, ProviderNotFoundError
from argosy.sources.providers.policy import SETTINGS, check_policy
from argosy.sources.providers.query import Material, Needs, PluginQuery, PullRequestQuery, RepositoryQuery

if TYPE_CHECKING:
    from argosy.sources.providers.endpoint import Endpoint
    from argosy.sources.providers.github_app import AppTokens
    from argosy.sources.providers.http_client import Memory
    from argosy.sources.providers.provider import Provider, Session

__all__ = ["LIVE", "Providers", "needs"]

LIVE = ("github", "gitlab", "gitea")
"""The providers that can be asked."""

T = TypeVar("T")
Records = tuple[Mapping[str, object], ...]


def needs(query: RepositoryQuery | PullRequestQuery | PluginQuery) -> Needs:
    """What of the cluster a question cannot be asked without."""
    if isinstance(query, PluginQuery):
        from argosy.sources.providers.plugin_service import plugin_needs

        return plugin_needs(query)
    from argosy.sources.providers.provider import config_of, needs_of

    found = needs_of(config_of(query.spec, query.provider))
    return Needs(found.secrets, found.config_maps | {SETTINGS})


class Providers:
    """`deadline` is how many seconds one question may take, waiting for rate limits included."""

    def __init__(self, *, deadline: float = 60.0) -> None:
        self._deadline = deadline
        self._memory: tuple[Memory, AppTokens] | None = None

    def repositories(self, query: RepositoryQuery, material: Material) -> Answer[Records]:
        """The repositories of an organization, one record for each branch that is asked for."""

        async def ask(session: "Session") -> Known[Records]:
            provider, endpoint = await _admitted(query.provider, query.spec, material, session)
            async with session.open(endpoint) as client:
                return _known(tuple(await provider.repositories(client, query)), endpoint)

        return self._answer(ask)

    def pull_requests(self, query: PullRequestQuery, material: Material) -> Answer[Records]:
        """The pull requests of a repository."""

        async def ask(session: "Session") -> Known[Records]:
            provider, endpoint = await _admitted(query.provider, query.spec, material, session)
            try:
                async with session.open(endpoint) as client:
                    return _known(tuple(await provider.pull_requests(client, query)), endpoint)
            except ProviderNotFoundError as error:
                if query.spec.get("continueOnRepoNotFoundError") is True:
                    return Known((), f"{error.message} (continueOnRepoNotFoundError)", datetime.now(UTC))
                raise

        return self._answer(ask)

    def plugin(self, query: PluginQuery, material: Material) -> Answer[object]:
        """The JSON body that a plugin answers with."""
        from argosy.sources.providers.plugin_service import call_plugin

        async def ask(session: "Session") -> Known[object]:
            value = await call_plugin(query, material, session)
            return Known(value, f"the plugin at {query.base_url}", datetime.now(UTC))

        return self._answer(ask)

    def _answer(self, ask: "Callable[[Session], Awaitable[Known[T]]]") -> Answer[T]:
        async def within() -> Known[T]:
            ends = asyncio.get_running_loop().time() + self._deadline
            try:
                async with asyncio.timeout_at(ends):
                    return await ask(self._session(ends))
            except TimeoutError as error:
                message = f"no whole answer within {self._deadline:.0f} s"
                hint = "ask for less: filters by repository save calls"
                raise ProviderError(message, code=DEADLINE, hint=hint) from error

        try:
            return asyncio.run(within())
        except ProviderError as error:
            return Unknown(error.message, error.hint, error.code)

    def _session(self, ends: float) -> "Session":
        # Imported with the first question: aiohttp is slow to import, and most commands ask none.
        from argosy.sources.providers.github_app import AppTokens
        from argosy.sources.providers.http_client import Memory
        from argosy.sources.providers.provider import Session

        if self._memory is None:
            self._memory = (Memory(), AppTokens())
        return Session(*self._memory, ends)


async def _admitted(
    name: str, spec: Mapping[str, object], material: Material, session: "Session"
) -> "tuple[Provider, Endpoint]":
    from argosy.sources.providers.gitea import Gitea
    from argosy.sources.providers.github import GitHub
    from argosy.sources.providers.gitlab import GitLab
    from argosy.sources.providers.provider import config_of

    providers: dict[str, Provider] = {"github": GitHub(), "gitlab": GitLab(), "gitea": Gitea()}
    own = config_of(spec, name)
    check_policy(own, material)
    if name not in providers:
        raise ProviderError(
            f"the provider `{name}` cannot be asked live yet",
            code=UNSUPPORTED,
            hint=f"{', '.join(LIVE)} can; compile takes a recorded answer: --answers scm=FILE or pulls=FILE",
        )
    provider = providers[name]
    return provider, await provider.endpoint(own, material, session)


def _known(records: Records, endpoint: "Endpoint") -> Known[Records]:
    return Known(records, f"{endpoint.name} at {urlsplit(endpoint.base).netloc}", datetime.now(UTC))
