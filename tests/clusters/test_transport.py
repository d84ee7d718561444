"""HTTP and TLS for real, on sockets of this machine."""

import asyncio
import datetime
import ipaddress
import ssl
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from argosy.clusters.calls import Limits
from argosy.clusters.client import Client
from argosy.clusters.connection import BasicAuth, BearerToken, Connection, RefreshedToken, Tls
from argosy.clusters.errors import Unauthorized, Unreachable
from argosy.clusters.objects import ObjectRef
from argosy.clusters.transport import HttpTransport

Serve = Callable[..., Any]


async def echo(request: web.Request) -> web.Response:
    return web.json_response({"headers": dict(request.headers), "target": request.raw_path})


async def ask(connection: Connection, target: str = "/x") -> tuple[int, Any]:
    transport = HttpTransport(connection)
    try:
        status, _, body = await transport.request("GET", target, {"accept": "application/json"}, None)
    finally:
        await transport.close()
    return status, body


def test_requests_bear_our_user_agent_and_the_credentials(serve: Serve) -> None:
    async def story() -> None:
        async with serve(echo) as connection:
            for credentials, expected in (
                (BearerToken("abc"), "Bearer abc"),
                (BasicAuth("user", "pass"), "Basic dXNlcjpwYXNz"),
                (RefreshedToken(lambda _: "Bearer fresh"), "Bearer fresh"),
            ):
                _, body = await ask(replace(connection, credentials=credentials))
                assert f'"{expected}"'.encode() in body
                assert b'"argosy/' in body

    asyncio.run(story())


def test_the_target_is_sent_as_it_is_with_its_escapes(serve: Serve) -> None:
    async def story() -> None:
        target = "/apis/g/v1/clusterroles/system%3Ax%2Fy?labelSelector=a%3Db%2Cc"
        async with serve(echo) as connection:
            _, body = await ask(connection, target)
            assert target.encode() in body

    asyncio.run(story())


def test_a_refused_token_is_asked_for_anew_once(serve: Serve) -> None:
    asked: list[bool] = []

    def obtain(rejected: bool) -> str:
        asked.append(rejected)
        return "Bearer new" if rejected else "Bearer old"

    async def picky(request: web.Request) -> web.Response:
        return web.Response(status=200 if request.headers["Authorization"] == "Bearer new" else 401)

    async def story() -> None:
        async with serve(picky) as connection:
            status, _ = await ask(replace(connection, credentials=RefreshedToken(obtain)))
            assert status == 200

    asyncio.run(story())
    assert asked == [False, True]


def test_a_token_that_stays_refused_is_unauthorized(serve: Serve) -> None:
    async def refuse(_: web.Request) -> web.Response:
        return web.json_response(
            {"kind": "Status", "code": 401, "reason": "Unauthorized", "message": "Unauthorized"}, status=401
        )

    async def story() -> None:
        async with serve(refuse) as connection:
            client = Client(HttpTransport(replace(connection, credentials=BearerToken("secret-token"))), "c")
            with pytest.raises(Unauthorized) as caught:
                await client.get(ObjectRef("", "v1", "ConfigMap", "a", "b"))
            assert "argosy cluster add" in caught.value.hint
            assert "secret-token" not in repr(caught.value) + repr(vars(caught.value))
            await client.close()

    asyncio.run(story())


def test_nobody_listening_is_unreachable_soon() -> None:
    async def story() -> None:
        transport = HttpTransport(Connection("http://user:secret@127.0.0.1:1"))
        client = Client(transport, "dead", limits=Limits(tries=1))
        with pytest.raises(Unreachable) as caught:
            await client.version()
        assert "secret" not in repr(transport) + repr(caught.value)
        await client.close()

    asyncio.run(story())


def test_a_page_that_is_no_api_answer_is_an_error_with_its_beginning(serve: Serve) -> None:
    async def proxy(_: web.Request) -> web.Response:
        return web.Response(status=502, text="<html>bad gateway</html>")

    async def story() -> None:
        async with serve(proxy) as connection:
            client = Client(HttpTransport(connection), "c")
            with pytest.raises(Unreachable, match="bad gateway"):
                await client.version()
            await client.close()

    asyncio.run(story())


def test_a_redirect_is_not_followed_with_our_credentials(serve: Serve) -> None:
    seen: list[str] = []

    async def elsewhere(request: web.Request) -> web.Response:
        seen.append(request.path)
        return web.Response(status=302, headers={"Location": "/elsewhere"})

    async def story() -> None:
        async with serve(elsewhere) as connection:
            status, _ = await ask(replace(connection, credentials=BearerToken("t")), "/here")
            assert status == 302

    asyncio.run(story())
    assert seen == ["/here"]


def test_many_open_streams_leave_room_for_calls(serve: Serve) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        if request.path != "/watch":
            return web.Response(text="answer")
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"line\n")
        await asyncio.sleep(30)
        return response

    async def story() -> None:
        async with serve(handler) as connection:
            transport = HttpTransport(connection, limit=2)

            async def hold(opened: asyncio.Event) -> None:
                async with transport.stream("GET", "/watch", {}) as (status, _, pieces):
                    assert status == 200
                    assert await anext(pieces) == b"line\n"
                    opened.set()
                    await asyncio.sleep(30)

            events = [asyncio.Event() for _ in range(50)]
            tasks = [asyncio.ensure_future(hold(event)) for event in events]
            async with asyncio.timeout(10):
                await asyncio.gather(*(event.wait() for event in events))
                status, _, body = await transport.request("GET", "/call", {}, None)
            assert (status, body) == (200, b"answer")
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await transport.close()

    asyncio.run(story())


@pytest.fixture
def authority(tmp_path: Path) -> tuple[bytes, bytes, bytes]:
    """A CA, and a certificate with its key for 127.0.0.1 and `api.example.com`, in PEM."""

    def name(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    start = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)

    def builder(subject: str, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(name(subject))
            .issuer_name(name("test authority"))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(start)
            .not_valid_after(start + datetime.timedelta(days=2))
        )

    authority_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority = (
        builder("test authority", authority_key)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(authority_key, hashes.SHA256())
    )
    names: list[x509.GeneralName] = [
        x509.DNSName("api.example.com"),
        x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
    ]
    certificate = (
        builder("server", key)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return authority.public_bytes(pem), certificate.public_bytes(pem), private


def server_context(folder: Path, certificate: bytes, key: bytes) -> ssl.SSLContext:
    file = folder / "server.pem"
    file.write_bytes(certificate + key)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file)
    return context


def test_a_server_is_trusted_by_the_authority_of_its_cluster_only(
    serve: Serve, tmp_path: Path, authority: tuple[bytes, bytes, bytes]
) -> None:
    async def story() -> None:
        context = server_context(tmp_path, *authority[1:])
        async with serve(echo, ssl_context=context) as connection:
            with pytest.raises(ConnectionError, match="TLS"):
                await ask(connection)
            for tls in (
                Tls(authority=authority[0]),
                Tls(authority=authority[0], server_name="api.example.com"),
                Tls(insecure=True),
            ):
                assert (await ask(replace(connection, tls=tls)))[0] == 200
            with pytest.raises(ConnectionError, match="TLS"):
                await ask(
                    replace(connection, tls=Tls(authority=authority[0], server_name="wrong.example.com"))
                )

    asyncio.run(story())


def test_a_client_certificate_is_shown_and_no_key_is_left_on_disk(
    serve: Serve, tmp_path: Path, authority: tuple[bytes, bytes, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))

    async def whoami(request: web.Request) -> web.Response:
        assert request.transport is not None
        return web.json_response(bool(request.transport.get_extra_info("peercert")))

    async def story() -> None:
        context = server_context(tmp_path, *authority[1:])
        context.load_verify_locations(cadata=authority[0].decode())
        context.verify_mode = ssl.CERT_OPTIONAL
        async with serve(whoami, ssl_context=context) as connection:
            plain = await ask(replace(connection, tls=Tls(authority=authority[0])))
            shown = await ask(replace(connection, tls=Tls(*authority)))
            assert (plain[1], shown[1]) == (b"false", b"true")

    asyncio.run(story())
    assert list(scratch.iterdir()) == []
