"""Serves sandbox clusters over HTTPS on 127.0.0.1, so that the real kubectl works with them."""

import asyncio
import base64
import contextlib
import json
import os
import secrets
import socket
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import uvicorn

from argosy.sandbox.certificates import issue
from argosy.sandbox.clock import LoopClock
from argosy.sandbox.cluster import Cluster
from argosy.sandbox.request_log import LogEntry
from argosy.sandbox.settings import Settings

__all__ = ["serve"]


class _Server(uvicorn.Server):
    """One that leaves signals to whoever runs it."""

    @contextlib.contextmanager
    def capture_signals(self):  # type: ignore[no-untyped-def]  # uvicorn's own has no types either
        yield


@contextlib.asynccontextmanager
async def serve(
    names: Sequence[str],
    kubeconfig: Path,
    *,
    settings: Settings | None = None,
    ports: Sequence[int] = (),
    log_sink: Callable[[LogEntry], None] | None = None,
) -> AsyncIterator[Mapping[str, Cluster]]:
    """Clusters of these names, each on a port of its own (free ones without `ports`), until the context ends.

    `kubeconfig` is written, mode 0600, once all of them answer: a context for each, the first one current.
    """
    token = secrets.token_urlsafe(24)
    clusters = {
        name: Cluster(
            name,
            clock=LoopClock(datetime.now(UTC)),
            settings=settings,
            tokens=frozenset({token}),
            log_sink=log_sink,
        )
        for name in names
    }
    certificate = issue(datetime.now(UTC))
    servers: list[_Server] = []
    tasks: list[asyncio.Task[None]] = []
    addresses: dict[str, str] = {}
    with tempfile.TemporaryDirectory(prefix="argosy-sandbox-") as folder:
        certificate_file, key_file = Path(folder, "tls.crt"), Path(folder, "tls.key")
        certificate_file.write_bytes(certificate.certificate)
        _write_private(key_file, certificate.key)
        try:
            for number, (name, cluster) in enumerate(clusters.items()):
                listening = socket.create_server(("127.0.0.1", ports[number] if ports else 0))
                addresses[name] = f"https://127.0.0.1:{listening.getsockname()[1]}"
                server = _Server(
                    uvicorn.Config(
                        cluster,
                        lifespan="off",
                        log_config=None,
                        access_log=False,
                        ssl_certfile=certificate_file,
                        ssl_keyfile=key_file,
                        timeout_graceful_shutdown=1,
                    )
                )
                servers.append(server)
                tasks.append(asyncio.create_task(server.serve(sockets=[listening])))
            while not all(server.started for server in servers):
                for task in tasks:
                    if task.done():
                        task.result()
                await asyncio.sleep(0.01)
            config = _kubeconfig(addresses, certificate.authority, token)
            _write_private(kubeconfig, json.dumps(config, indent=1).encode())
            yield clusters
        finally:
            for cluster in clusters.values():
                cluster.end_watches()
            for server in servers:
                server.should_exit = True
            await asyncio.gather(*tasks, return_exceptions=True)
            for cluster in clusters.values():
                await cluster.close()


def _kubeconfig(addresses: Mapping[str, str], authority: bytes, token: str) -> dict[str, object]:
    encoded = base64.b64encode(authority).decode()
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": next(iter(addresses)),
        "clusters": [
            {"name": name, "cluster": {"server": address, "certificate-authority-data": encoded}}
            for name, address in addresses.items()
        ],
        "users": [{"name": "sandbox", "user": {"token": token}}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": "sandbox"}} for name in addresses],
    }


def _write_private(path: Path, content: bytes) -> None:
    """The file appears whole or not at all, and only its owner may read it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    Path(temporary).replace(path)
