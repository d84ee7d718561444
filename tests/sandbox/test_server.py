import asyncio
import base64
import json
import socket
import ssl
import time
from collections.abc import Awaitable, Callable
from http.client import HTTPException, HTTPSConnection
from pathlib import Path
from typing import Any

import pytest

from argosy.sandbox.cluster import Cluster
from argosy.sandbox.errors import ApiError
from argosy.sandbox.faults import Fault
from argosy.sandbox.messages import Request
from argosy.sandbox.server import KubeconfigError, new_event_loop, serve

Clusters = Any


class Client:
    """A plain HTTPS client of one context of a kubeconfig, for use from threads."""

    def __init__(self, kubeconfig: Path, name: str) -> None:
        config = json.loads(kubeconfig.read_text())
        cluster = next(item["cluster"] for item in config["clusters"] if item["name"] == name)
        authority = base64.b64decode(cluster["certificate-authority-data"]).decode()
        self.trust = ssl.create_default_context(cadata=authority)
        self.token = config["users"][0]["user"]["token"]
        self.host, port = cluster["server"].removeprefix("https://").split(":")
        self.port = int(port)

    def connect(self) -> HTTPSConnection:
        return HTTPSConnection(self.host, self.port, context=self.trust, timeout=10)

    def ask(self, method: str, target: str, body: bytes | None = None, token: str | None = None) -> Any:
        connection = self.connect()
        try:
            headers = {"Authorization": f"Bearer {self.token if token is None else token}"}
            connection.request(method, target, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()


def on_stage(
    folder: Path, story: Callable[[Clusters, Path], Awaitable[None]], *names: str, **options: Any
) -> None:
    """Plays a story on served clusters."""

    async def run() -> None:
        kubeconfig = folder / "kubeconfig"
        async with serve(names or ("dev",), kubeconfig, **options) as clusters:
            await story(clusters, kubeconfig)

    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(run())


def test_each_cluster_answers_on_a_port_of_its_own(tmp_path: Path) -> None:
    async def story(clusters: Clusters, kubeconfig: Path) -> None:
        found = {}
        for name in ("one", "two"):
            client = Client(kubeconfig, name)
            body = b'{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"only-%s"}}' % name.encode()
            status, _ = await asyncio.to_thread(client.ask, "POST", "/api/v1/namespaces", body)
            assert status == 201
            _, text = await asyncio.to_thread(client.ask, "GET", "/api/v1/namespaces")
            found[name] = {item["metadata"]["name"] for item in json.loads(text)["items"]}
        assert "only-one" in found["one"]
        assert "only-one" not in found["two"]

    on_stage(tmp_path, story, "one", "two")


def test_the_kubeconfig_is_private_names_all_clusters_and_goes_with_them(tmp_path: Path) -> None:
    async def story(clusters: Clusters, kubeconfig: Path) -> None:
        assert kubeconfig.stat().st_mode & 0o777 == 0o600
        config = json.loads(kubeconfig.read_text())
        assert config["current-context"] == "one"
        assert [item["name"] for item in config["contexts"]] == ["one", "two"]

    on_stage(tmp_path, story, "one", "two")
    assert list(tmp_path.iterdir()) == []


def test_a_kubeconfig_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    mine = tmp_path / "kubeconfig"
    mine.write_text("apiVersion: v1\nkind: Config\n")

    async def story(clusters: Clusters, kubeconfig: Path) -> None:
        raise AssertionError("must not come up")

    with pytest.raises(KubeconfigError, match="left alone"):
        on_stage(tmp_path, story)
    assert mine.read_text() == "apiVersion: v1\nkind: Config\n"


def test_a_kubeconfig_that_a_killed_sandbox_left_is_written_over(tmp_path: Path) -> None:
    left = b""

    async def first(clusters: Clusters, kubeconfig: Path) -> None:
        nonlocal left
        left = kubeconfig.read_bytes()

    on_stage(tmp_path, first)
    (tmp_path / "kubeconfig").write_bytes(left)

    async def second(clusters: Clusters, kubeconfig: Path) -> None:
        assert kubeconfig.read_bytes() != left
        client = Client(kubeconfig, "dev")
        assert (await asyncio.to_thread(client.ask, "GET", "/readyz")) == (200, b"ok")

    on_stage(tmp_path, second)


def test_only_the_token_opens(tmp_path: Path) -> None:
    async def story(clusters: dict[str, Cluster], kubeconfig: Path) -> None:
        client = Client(kubeconfig, "dev")
        status, text = await asyncio.to_thread(client.ask, "GET", "/api/v1/secrets", token="wrong")
        assert status == 401
        assert json.loads(text)["reason"] == "Unauthorized"
        assert [entry.status for entry in clusters["dev"].log] == [401]
        with pytest.raises(ssl.SSLCertVerificationError):
            await asyncio.to_thread(_strange, client)

    on_stage(tmp_path, story)


def _strange(client: Client) -> None:
    """Connects without trusting the sandbox's own authority."""
    connection = HTTPSConnection(client.host, client.port, context=ssl.create_default_context(), timeout=10)
    try:
        connection.request("GET", "/readyz")
    finally:
        connection.close()


def test_watches_stream_and_end_with_the_server(tmp_path: Path) -> None:
    reading: asyncio.Future[bytes] | None = None

    async def story(clusters: Clusters, kubeconfig: Path) -> None:
        nonlocal reading
        client = Client(kubeconfig, "dev")
        first = asyncio.get_running_loop().create_future()
        loop = asyncio.get_running_loop()

        def watch() -> bytes:
            connection = client.connect()
            try:
                target = "/api/v1/namespaces/default/configmaps?watch=1"
                connection.request("GET", target, headers={"Authorization": f"Bearer {client.token}"})
                answer = connection.getresponse()
                line = answer.readline()
                loop.call_soon_threadsafe(first.set_result, line)
                return answer.read()
            finally:
                connection.close()

        reading = loop.run_in_executor(None, watch)
        body = b'{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"new"}}'
        await asyncio.to_thread(client.ask, "POST", "/api/v1/namespaces/default/configmaps", body)
        event = json.loads(await asyncio.wait_for(first, 10))
        assert (event["type"], event["object"]["metadata"]["name"]) == ("ADDED", "new")

    on_stage(tmp_path, story)
    assert reading is not None
    assert reading.result() == b"", "the stream ended as it should, after whole lines"


def test_a_connection_is_answered_at_once(tmp_path: Path) -> None:
    """Forty requests on one connection: with Nagle's algorithm on, each would take 40 ms."""

    async def story(clusters: Clusters, kubeconfig: Path) -> None:
        client = Client(kubeconfig, "dev")

        def ask() -> float:
            connection = client.connect()
            headers = {"Authorization": f"Bearer {client.token}"}
            took = []
            try:
                for _ in range(40):
                    start = time.perf_counter()
                    connection.request("GET", "/api/v1/namespaces/default", headers=headers)
                    connection.getresponse().read()
                    took.append(time.perf_counter() - start)
            finally:
                connection.close()
            return sorted(took)[len(took) // 2]

        assert await asyncio.to_thread(ask) < 0.03

    on_stage(tmp_path, story)


def test_faults_reach_the_wire(tmp_path: Path) -> None:
    async def story(clusters: dict[str, Cluster], kubeconfig: Path) -> None:
        client = Client(kubeconfig, "dev")

        def faults(request: Request) -> Fault | None:
            if request.path == "/readyz":
                return Fault(drop=True)
            if request.path == "/livez":
                return Fault(error=ApiError(429, "TooManyRequests", "slow down", retry_after=3))
            return None

        clusters["dev"].faults = faults
        status, text = await asyncio.to_thread(client.ask, "GET", "/livez")
        assert (status, json.loads(text)["message"]) == (429, "slow down")
        with pytest.raises((HTTPException, OSError)):
            await asyncio.to_thread(client.ask, "GET", "/readyz")
        assert (await asyncio.to_thread(client.ask, "GET", "/version"))[0] == 200

    on_stage(tmp_path, story)


def test_a_body_that_is_too_large_is_refused(tmp_path: Path) -> None:
    async def story(clusters: Clusters, kubeconfig: Path) -> None:
        client = Client(kubeconfig, "dev")
        target = "/api/v1/namespaces/default/configmaps"
        status, text = await asyncio.to_thread(client.ask, "POST", target, b" " * (3 * 1024 * 1024 + 1))
        assert status == 413
        assert json.loads(text)["reason"] == "RequestEntityTooLarge"

    on_stage(tmp_path, story)


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    async def story(clusters: Clusters, kubeconfig: Path) -> None:
        raise AssertionError("must not come up")

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match=f"port {port} on 127.0.0.1"):
            on_stage(tmp_path, story, ports=(port,))
    assert list(tmp_path.iterdir()) == []
