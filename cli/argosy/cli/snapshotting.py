"""Asks the management cluster, repositories, providers and plugins what sets want to know, and notes it.

Speaks with clusters, so the command imports it late. Writes nothing to them.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from argosy.cli.controlling import management_client
from argosy.cli.fetching import cache_folder
from argosy.cli.repositories import KnownRepositories
from argosy.cli.target import Target
from argosy.clusters.client import Client
from argosy.clusters.errors import ApiError, UnknownKind
from argosy.clusters.objects import GroupVersionKind
from argosy.compiler.expansion import UnknownExpansion, expand
from argosy.generators.controller_parameters import CONFIG_MAP, ControllerParameters
from argosy.generators.generator import Settings
from argosy.generators.questions import config_map_question
from argosy.generators.recorded.answer import RecordedAnswer
from argosy.generators.recorded.recorder import Recorder
from argosy.generators.world import Tree
from argosy.reconciler.gathering import gather_and_expand
from argosy.reconciler.installation import ARGO_GROUP, ARGO_VERSION
from argosy.reconciler.live_world import LiveWorld, Recent
from argosy.reconciler.outside import Outside
from argosy.reconciler.resource import KubernetesObject
from argosy.reconciler.revisions import Revisions
from argosy.schemas.finding import Finding
from argosy.schemas.knowledge import Answer, Known, Unknown
from argosy.schemas.model.annotations import SECRET_TYPE
from argosy.schemas.model.applicationset import ApplicationSet
from argosy.sources.credentials import CredentialStore
from argosy.sources.git import Repositories
from argosy.sources.git_url import NETWORK_PROTOCOLS, Protocol
from argosy.sources.providers.providers import Providers

__all__ = ["Snapshot", "take_snapshot"]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What was answered, for how many sets, and the questions that were not, at the places that asked."""

    answers: Sequence[RecordedAnswer]
    sets: int
    missing: Sequence[Finding]

    @property
    def unknown(self) -> Sequence[Unknown]:
        """The answers that did not come."""
        return [each.answer for each in self.answers if isinstance(each.answer, Unknown)]


class _LocalFirst(LiveWorld):
    """The live world, where repositories on this machine answer for themselves."""

    local: KnownRepositories

    def tree(self, repo_url: str, revision: str) -> Answer[Tree]:
        answer = self.local.tree(repo_url, revision)
        if isinstance(answer, Unknown) and answer.code == "unknown-repository":
            return super().tree(repo_url, revision)
        return answer


@dataclass(frozen=True, slots=True)
class _Management:
    """What the management cluster knows, read once."""

    secrets: Sequence[KubernetesObject] = ()
    projects: Sequence[KubernetesObject] = ()
    sets: Sequence[KubernetesObject] = ()
    unreachable: Unknown | None = None


async def take_snapshot(
    target: Target,
    sets: Sequence[ApplicationSet] | None,
    local: KnownRepositories,
    settings_with: Callable[[ControllerParameters], Settings],
) -> Snapshot:
    """The answers to all that the generators of these sets ask.

    `None` means the sets in the management cluster. What was not answered is among them, with the reason.
    `settings_with` gives the settings, where the installation is set up so.

    Raises `ArgosyError` where there is no cluster to take the sets from.
    """
    client = management_client(target)
    try:
        management = await _read(client, target.namespace, needed=sets is None)
        wanted = sets if sets is not None else [ApplicationSet(each) for each in management.sets]
        async with _repositories(target, management) as repositories:
            revisions = Revisions(repositories)
            outside = Outside(client, Providers(), target.namespace)
            started = asyncio.get_running_loop().time()
            recent = Recent(outside, started, float("inf"))

            def make_world() -> LiveWorld:
                world = _LocalFirst(
                    management.secrets,
                    management.projects,
                    revisions,
                    repositories,
                    recent,
                    management.unreachable,
                )
                world.local = local
                return world

            installed = await outside.ask(config_map_question(CONFIG_MAP), None)
            told = installed.value if isinstance(installed, Known) else None
            parameters = ControllerParameters.parse(told or {})
            settings = settings_with(parameters)
            recorder, missing = await _ask(wanted, make_world, revisions, outside, settings, local)
            if parameters != ControllerParameters():
                recorder.config_map(CONFIG_MAP)
        return Snapshot(recorder.answers, len(wanted), missing)
    finally:
        await client.close()


async def _ask(
    sets: Sequence[ApplicationSet],
    make_world: Callable[[], LiveWorld],
    revisions: Revisions,
    outside: Outside,
    settings: Settings,
    local: KnownRepositories,
) -> tuple[Recorder, Sequence[Finding]]:
    for each in sets:
        await gather_and_expand(each, make_world, revisions, outside, settings)
    # Everything is known now that can be: the same questions once more, to be noted.
    recorder = Recorder(make_world(), local.standing_answers_for, datetime.now(UTC))
    missing: list[Finding] = []
    for each in sets:
        expansion = await asyncio.to_thread(expand, each, recorder, settings)
        missing += expansion.missing if isinstance(expansion, UnknownExpansion) else ()
    return recorder, missing


async def _read(client: Client, namespace: str, *, needed: bool) -> _Management:
    try:
        secrets = await client.list(
            GroupVersionKind("", "v1", "Secret"),
            namespace,
            label_selector=f"{SECRET_TYPE} in (cluster,repository,repo-creds)",
        )
        projects = await _list(client, "AppProject", namespace)
        sets = await _list(client, "ApplicationSet", namespace) if needed else ()
    except ApiError as error:
        if needed:
            raise
        return _Management(unreachable=Unknown(error.message, error.hint, error.code))
    return _Management(secrets.items, projects, sets)


async def _list(client: Client, kind: str, namespace: str) -> Sequence[KubernetesObject]:
    try:
        return (await client.list(GroupVersionKind(ARGO_GROUP, ARGO_VERSION, kind), namespace)).items
    except UnknownKind:
        return ()


@asynccontextmanager
async def _repositories(target: Target, management: _Management) -> AsyncIterator[Repositories]:
    protocols = NETWORK_PROTOCOLS | ({Protocol.FILE} if target.allow_file_repositories else set())
    repositories = Repositories(cache_folder() / "git", protocols=frozenset(protocols))
    repositories.use_credentials(CredentialStore(management.secrets))
    try:
        yield repositories
    finally:
        repositories.close()
