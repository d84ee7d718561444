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

__all__ = ["KubeconfigError", "new_event_loop", "serve"]


_USER = "argosy-sandbox"
"""The user in kubeconfigs of ours: by this a file is known to be one that may be written over."""


class KubeconfigError(Exception):
    """There is a file in the kubeconfig's place that the sandbox has not written."""


def new_event_loop() -> asyncio.AbstractEventLoop:
    """The quickest loop that is installed, for who serves clusters."""
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    loop: asyncio.AbstractEventLoop = uvloop.new_event_loop()
    return loop


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

    `kubeconfig` is written, mode 0600, once all of them answer: a context for each, the first one current; it
    is removed at the end. Raises `KubeconfigError`, and `OSError` where a port is taken.
    """
    if kubeconfig.exists() and not _is_ours(kubeconfig):
        raise KubeconfigError(f"{kubeconfig} exists, and no sandbox has written it: it is left alone")
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
                listening = _listen(ports[number] if ports else 0)
                addresses[name] = f"https://127.0.0.1:{listening.getsockname()[1]}"
                server = _Server(
                    uvicorn.Config(
                        cluster,
                        lifespan="off",
                        log_config=None,
                        access_log=False,
                        ws="none",
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
            try:
                yield clusters
            finally:
                if token in _read(kubeconfig):  # not one that a later sandbox has put there
                    kubeconfig.unlink()
        finally:
            for cluster in clusters.values():
                cluster.end_watches()
            for server in servers:
                server.should_exit = True
            await asyncio.gather(*tasks, return_exceptions=True)
            for cluster in clusters.values():
                await cluster.close()


def _listen(port: int) -> socket.socket:
    # With the protocol named, event loops see TCP and turn Nagle's algorithm off; else an answer takes 40 ms.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", port))
        listening.listen(1024)
    except OSError as error:
        listening.close()
        raise OSError(error.errno, f"port {port} on 127.0.0.1: {error.strerror}") from error
    return listening


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except (OSError, UnicodeDecodeError):
        return ""


def _is_ours(kubeconfig: Path) -> bool:
    return f'"name": "{_USER}"' in _read(kubeconfig)


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
        "users": [{"name": _USER, "user": {"token": token}}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": _USER}} for name in addresses],
    }


def _write_private(path: Path, content: bytes) -> None:
    """The file appears whole or not at all, and only its owner may read it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    Path(temporary).replace(path)
