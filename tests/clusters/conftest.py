"""What the client is tested against: a sandbox in process under a virtual clock, or a real API server.

With `ARGOSY_TEST_KUBECONFIGS` set (see `tests/e2e/run`) the same tests run on the first of those clusters.
"""

import asyncio
import os
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
from aiohttp import web

from argosy.clusters.backoff import Backoff
from argosy.clusters.calls import Limits
from argosy.clusters.client import Client
from argosy.clusters.connection import Connection
from argosy.clusters.errors import ApiError
from argosy.clusters.kubeconfig import load_connection
from argosy.clusters.objects import ObjectRef
from argosy.clusters.transport import HttpTransport, Transport
from argosy.sandbox.clock import run_virtual
from argosy.sandbox.cluster import Cluster
from argosy.sandbox.settings import Settings
from argosy.sandbox.transport import InProcessTransport

KUBECONFIGS = "ARGOSY_TEST_KUBECONFIGS"
REAL = KUBECONFIGS in os.environ

Story = Callable[[Client], Coroutine[Any, Any, None]]


def quick_limits() -> Limits:
    """Retries without chance, so that waits can be compared."""
    return Limits(backoff=Backoff(first=0.2, longest=5.0, chance=lambda: 1.0))


class Api:
    """Runs stories with a client of one cluster that has an empty namespace for them."""

    def __init__(self) -> None:
        # A name of its own for each: on a real server a namespace takes seconds to go.
        self.namespace = f"argosy-tests-{uuid.uuid4().hex[:8]}"

    def run(self, story: Story, *, page: int = 500) -> None:
        async def play() -> None:
            client = Client(self._transport(), "tested", limits=quick_limits(), page=page)
            namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": self.namespace}}
            try:
                await client.apply(namespace, manager="tests", force=True)
                await story(client)
            finally:
                await self._clean(client)
                await client.close()

        if REAL:
            asyncio.run(play())
        else:
            run_virtual(play())

    @staticmethod
    def _transport() -> Transport:
        if REAL:
            file = os.environ[KUBECONFIGS].split(os.pathsep)[0]
            return HttpTransport(load_connection(file=file))
        return InProcessTransport(Cluster(settings=Settings(workloads=None)))

    async def _clean(self, client: Client) -> None:
        with suppress(ApiError):
            await client.delete(ObjectRef("", "v1", "Namespace", "", self.namespace))


@pytest.fixture(params=["real server" if REAL else "sandbox"])
def api() -> Api:
    return Api()


@pytest.fixture
def config_map(api: Api) -> Callable[..., dict[str, Any]]:
    def make(name: str, value: str = "1", **labels: str) -> dict[str, Any]:
        metadata: dict[str, Any] = {"name": name, "namespace": api.namespace}
        if labels:
            metadata["labels"] = labels
        return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"value": value}}

    return make


Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@pytest.fixture
def serve() -> Callable[[Handler], Any]:
    """Serves every path with one handler on a socket of this machine; gives the connection to it."""

    @asynccontextmanager
    async def serving(handler: Handler, **options: Any) -> AsyncIterator[Connection]:
        application = web.Application()
        application.router.add_route("*", "/{path:.*}", handler)
        runner = web.AppRunner(application, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0, **options)
        await site.start()
        address = site._server.sockets[0].getsockname()  # type: ignore[union-attr]
        scheme = "https" if options.get("ssl_context") else "http"
        try:
            yield Connection(f"{scheme}://127.0.0.1:{address[1]}")
        finally:
            await runner.cleanup()

    return serving
