"""Asks services for a command that was told to use the network, with the Secrets that it was given."""

from collections.abc import Mapping

from argosy.cli.manifest_world import ManifestWorld
from argosy.generators.world import PluginCall, ProviderQuery
from argosy.schemas.knowledge import Answer, Known
from argosy.sources.providers.providers import Providers, needs
from argosy.sources.providers.query import (
    Material,
    Needs,
    PluginQuery,
    PullRequestQuery,
    RepositoryQuery,
    SecretData,
)

__all__ = ["AskedServices"]

Records = tuple[Mapping[str, object], ...]


class AskedServices:
    """Providers and plugins; tokens come from the Secrets of `--clusters`."""

    def __init__(self, manifests: ManifestWorld) -> None:
        self._manifests = manifests
        self._providers = Providers()

    def plugin(self, call: PluginCall) -> Answer[object]:
        """The JSON body that a plugin answers with."""
        query = PluginQuery(call.application_set, call.base_url, call.token, call.parameters, call.timeout)
        return self._providers.plugin(query, self._material(needs(query)))

    def repositories(self, query: ProviderQuery) -> Answer[Records]:
        """What an SCM provider has."""
        asked = RepositoryQuery(query.provider, query.spec)
        if query.narrowing is not None:
            asked = RepositoryQuery(query.provider, query.spec, query.narrowing.takes, query.narrowing.paths)
        return self._providers.repositories(asked, self._material(needs(asked)))

    def pull_requests(self, query: ProviderQuery) -> Answer[Records]:
        """The pull requests of a repository."""
        asked = PullRequestQuery(query.provider, query.spec)
        return self._providers.pull_requests(asked, self._material(needs(asked)))

    def _material(self, wanted: Needs) -> Material:
        secrets: dict[str, SecretData | None] = {}
        for name in wanted.secrets:
            found = self._manifests.secret(name)
            secrets[name] = SecretData(*found) if found else None
        maps = {}
        for name in wanted.config_maps:
            answer = self._manifests.config_map(name)
            maps[name] = answer.value if isinstance(answer, Known) else None
        return Material(secrets, maps)
