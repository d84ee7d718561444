"""Puts a controller together for the command line: clusters, Git, rendering, the clock, the lease.

The only place where the reconciler meets the machine. Imports what speaks with clusters, so commands import
it late.
"""

import asyncio
import os
import random
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from argosy.cli.target import Target
from argosy.clusters.client import Client
from argosy.clusters.kubeconfig import load_connection
from argosy.clusters.secrets import parse_cluster_secret
from argosy.clusters.transport import HttpTransport
from argosy.reconciler.controller import Controller, Effects, Options
from argosy.reconciler.events import EventWriter
from argosy.reconciler.resource import KubernetesObject
from argosy.reconciler.source_rendering import SourceRendering
from argosy.reconciler.surroundings import Told
from argosy.sources.credentials import CredentialStore
from argosy.sources.git import Repositories
from argosy.sources.git_url import NETWORK_PROTOCOLS, Protocol
from argosy.sources.rendering import Renderer

__all__ = ["controlling", "management_client", "stop_on_signals"]


def management_client(target: Target) -> Client:
    """A client of the management cluster. Raises `ArgosyError` where the kubeconfig does not say how."""
    connection = load_connection(target.context, target.kubeconfig)
    return Client(HttpTransport(connection), target.context or "management")


@asynccontextmanager
async def controlling(
    target: Target, client: Client, tell: Callable[[Told], None]
) -> AsyncIterator[Controller]:
    """A controller that has looked at nothing yet; `start` it. It drains when the block ends."""
    protocols = NETWORK_PROTOCOLS | ({Protocol.FILE} if target.allow_file_repositories else set())
    repositories = Repositories(_cache_folder() / "repositories", protocols=frozenset(protocols))
    renderer = Renderer(deadline=target.render_timeout)
    events = EventWriter(client, "argosy", lambda: datetime.now(UTC))

    def tell_all(told: Told) -> None:
        tell(told)
        events.post(told)

    effects = Effects(
        management=client,
        connect=_connect,
        repositories=repositories,
        render=SourceRendering(repositories, renderer, target.namespace),
        now=lambda: datetime.now(UTC),
        chance=random.random,
        tell=tell_all,
    )
    writing = asyncio.get_running_loop().create_task(events.run())
    try:
        async with Controller(target.names, effects, Options(poll=target.poll)) as controller:
            repositories.use_credentials(
                lambda url: CredentialStore(controller.secrets.all("", "Secret"))(url)
            )
            yield controller
    finally:
        await events.drain()
        writing.cancel()
        await asyncio.gather(writing, return_exceptions=True)
        renderer.close()
        repositories.close()


def stop_on_signals() -> asyncio.Event:
    """Set when somebody asks the process to end."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    return stop


def _connect(secret: KubernetesObject) -> Client:
    cluster = parse_cluster_secret(secret)
    return Client(HttpTransport(cluster.connection), cluster.name)


def _cache_folder() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "argosy"
