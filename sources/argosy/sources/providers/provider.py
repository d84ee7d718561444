"""What a live provider is, and what all of them do alike. Knows none by name."""

import asyncio
from collections.abc import Coroutine, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeVar
from urllib.parse import quote

from argosy.sources.providers.endpoint import Endpoint
from argosy.sources.providers.errors import INVALID_CREDENTIALS, ProviderError
from argosy.sources.providers.github_app import AppTokens
from argosy.sources.providers.http_client import HttpClient, Memory
from argosy.sources.providers.query import Material, Needs, PullRequestQuery, RepositoryQuery

__all__ = [
    "Provider",
    "Record",
    "Session",
    "Spec",
    "all_or_nothing",
    "authority_of",
    "clone_url",
    "config_of",
    "needs_of",
    "segment",
    "token_of",
]

Spec = Mapping[str, object]
Record = dict[str, object]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Session:
    """Where one question is asked: what is remembered, and until when (seconds of the loop)."""

    memory: Memory
    tokens: AppTokens
    ends: float

    def open(self, endpoint: Endpoint) -> HttpClient:
        """A client for a service; enter it."""
        return HttpClient(endpoint, self.memory, self.ends)


class Provider(Protocol):
    """One kind of service: GitHub, GitLab, Gitea. Its methods raise `ProviderError`."""

    async def endpoint(self, spec: Spec, material: Material, session: Session) -> Endpoint:
        """Where the service is and how to be let in. `spec` is the provider's own part of a generator."""

    async def repositories(self, client: HttpClient, query: RepositoryQuery) -> list[Record]:
        """One record for each repository and branch."""

    async def pull_requests(self, client: HttpClient, query: PullRequestQuery) -> list[Record]:
        """One record for each pull request."""


def needs_of(spec: Spec) -> Needs:
    """The Secrets and ConfigMaps that a provider's part of a generator refers to."""
    secrets = {str(reference.get("secretName", "")) for reference in _references(spec, "tokenRef")}
    if spec.get("appSecretName"):
        secrets.add(str(spec["appSecretName"]))
    maps = {str(reference.get("configMapName", "")) for reference in _references(spec, "caRef")}
    return Needs(frozenset(secrets - {""}), frozenset(maps - {""}))


def token_of(spec: Spec, material: Material) -> tuple[str, str]:
    """The token that `tokenRef` names and where it is, for messages; empty texts without a reference."""
    for reference in _references(spec, "tokenRef"):
        name, key = str(reference.get("secretName", "")), str(reference.get("key", ""))
        secret = material.secrets.get(name)
        if secret is None:
            raise ProviderError(
                f"the Secret `{name}` of tokenRef does not exist",
                code=INVALID_CREDENTIALS,
                hint="make it in the namespace of the ApplicationSet",
            )
        token = secret.data.get(key, "").strip()
        if not token:
            raise ProviderError(
                f"Secret `{name}` has no key `{key}`",
                code=INVALID_CREDENTIALS,
                hint="tokenRef names the Secret and the key",
            )
        if not token.isascii() or not token.isprintable():
            raise ProviderError(f"Secret `{name}`, key `{key}`, holds no token", code=INVALID_CREDENTIALS)
        return token, f"Secret `{name}`, key `{key}`"
    return "", ""


def authority_of(spec: Spec, material: Material) -> str:
    """The certificates that `caRef` names, as PEM."""
    for reference in _references(spec, "caRef"):
        name, key = str(reference.get("configMapName", "")), str(reference.get("key", ""))
        data = material.config_maps.get(name)
        if data is None:
            raise ProviderError(
                f"the ConfigMap `{name}` of caRef does not exist",
                code=INVALID_CREDENTIALS,
                hint="make it in the namespace of the ApplicationSet",
            )
        if not data.get(key):
            raise ProviderError(
                f"ConfigMap `{name}` has no key `{key}`",
                code=INVALID_CREDENTIALS,
                hint="caRef names the ConfigMap and the key",
            )
        return data[key]
    return ""


def config_of(spec: Spec, provider: str) -> Spec:
    """A provider's own part of a generator."""
    found = spec.get(provider)
    return found if isinstance(found, Mapping) else {}


def clone_url(protocol: object, name: str, ssh: str, https: str) -> str:
    """The URL by `cloneProtocol`: ssh unless said otherwise. Raises `ProviderError` for other words."""
    if protocol in (None, "", "ssh"):
        return ssh
    if protocol == "https":
        return https
    raise ProviderError(
        f"unknown clone protocol for {name}: `{protocol}`",
        code=INVALID_CREDENTIALS,
        hint="cloneProtocol is ssh or https",
    )


def segment(text: object) -> str:
    """A name as one segment of a URL's path."""
    return quote(str(text), safe="")


async def all_or_nothing(calls: Iterable[Coroutine[object, object, T]]) -> list[T]:
    """All results in order; the first failure ends the other calls and is raised."""
    tasks = [asyncio.ensure_future(call) for call in calls]
    try:
        return list(await asyncio.gather(*tasks))
    except BaseException:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        raise


def _references(spec: Spec, key: str) -> list[Spec]:
    found = spec.get(key)
    return [found] if isinstance(found, Mapping) else []
