import base64
import os
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from argosy.sources.credentials import Credentials, CredentialStore, git_access
from argosy.sources.errors import AUTHENTICATION_FAILED, SourceError
from argosy.sources.git import Repositories
from argosy.sources.git_url import Protocol, parse_git_url

from .conftest import Origin

_LABEL = "argocd.argoproj.io/secret-type"


def secret(kind: str, **fields: str) -> dict[str, object]:
    data = {key: base64.b64encode(value.encode()).decode() for key, value in fields.items()}
    return {"metadata": {"name": "x", "labels": {_LABEL: kind}}, "data": data}


def test_the_repositorys_own_secret_goes_before_the_longest_prefix() -> None:
    store = CredentialStore(
        [
            secret("repo-creds", url="https://example.com/", password="short"),
            secret("repo-creds", url="https://example.com/org", password="long"),
            secret("repository", url="https://example.com/org/own.git", password="own"),
            secret("repository", url="https://example.com/org/bare", insecure="true"),
            secret("cluster", url="https://other.example.com", password="no"),
        ]
    )
    found = {
        url: credentials.password if (credentials := store(url)) else None
        for url in (
            "https://example.com/org/own",
            "https://example.com/org/bare",
            "https://example.com/org/any",
            "https://example.com/x",
            "https://other.example.com",
        )
    }
    assert list(found.values()) == ["own", "long", "long", "short", None]
    bare = store("https://example.com/org/bare")
    assert bare is not None and bare.insecure


def test_credentials_do_not_show_when_printed() -> None:
    credentials = Credentials("me", "hunter2", "token-1", "-----KEY-----")
    assert not any(text in repr(credentials) for text in ("hunter2", "token-1", "KEY"))


def test_a_key_lies_in_a_private_file_while_git_runs_only() -> None:
    url = parse_git_url("git@example.com:org/x.git")
    with git_access(url, Credentials(ssh_private_key="the key")) as environment:
        place = Path(environment["GIT_SSH_COMMAND"].rpartition("-i ")[2])
        assert place.read_text() == "the key\n" and place.stat().st_mode & 0o777 == 0o600
        assert place.parent.stat().st_mode & 0o777 == 0o700
        assert "the key" not in str(environment)
    assert not place.parent.exists()


def test_a_key_that_a_killed_process_left_is_removed(origin: Origin, tmp_path: Path) -> None:
    origin.commit({})
    cache = tmp_path / "cache"
    with Repositories(cache, protocols=frozenset(Protocol)) as repositories:
        repositories.fetch(origin.url)
        (mirror,) = cache.glob("*.git")
        left = cache / f"{mirror.stem}-abc.access"
        left.mkdir()
        (left / "key").write_text("the key")
        repositories.fetch(origin.url)
        assert not list(cache.glob("*.access"))


def test_a_kind_of_credentials_that_is_not_supported_is_named() -> None:
    store = CredentialStore([secret("repository", url="https://example.com/x", githubAppID="7")])
    with (
        pytest.raises(SourceError, match="githubAppID") as caught,
        git_access(parse_git_url("https://example.com/x"), store("https://example.com/x")),
    ):
        pass
    assert caught.value.code == AUTHENTICATION_FAILED


class _GitServer(BaseHTTPRequestHandler):
    """`git http-backend` behind a password."""

    root = ""
    wanted: tuple[str, ...] = ()
    seen: list[str] = []  # noqa: RUF012 - set anew for each server

    def log_message(self, *_: object) -> None:
        pass

    def _serve(self) -> None:
        given = self.headers.get("Authorization", "")
        self.seen.append(given)
        if given not in self.wanted:
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="git"')
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        path, _, query = self.path.partition("?")
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        environment = {
            "PATH": os.environ["PATH"],
            "GIT_PROJECT_ROOT": self.root,
            "GIT_HTTP_EXPORT_ALL": "1",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "REQUEST_METHOD": self.command,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "HTTP_GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
        }
        done = subprocess.run(["git", "http-backend"], input=body, env=environment, capture_output=True)
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
        self.send_response(int(headers.pop("Status", "200").split()[0]))
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = _serve  # noqa: N815 - names of http.server


@pytest.fixture
def git_server(origin: Origin) -> Iterator[tuple[str, type[_GitServer]]]:
    class Handler(_GitServer):
        root = str(origin.path.parent)
        seen: list[str] = []  # noqa: RUF012 - one for each server

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/origin/.git", Handler
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_password_reaches_the_server_and_nothing_else(
    origin: Origin, git_server: tuple[str, type[_GitServer]], tmp_path: Path
) -> None:
    url, handler = git_server
    handler.wanted = ("Basic " + base64.b64encode(b"me:hunter2").decode(),)
    commit = origin.commit({"a": "1"})
    store = CredentialStore([secret("repo-creds", url=url[:20], username="me", password="hunter2")])
    cache = tmp_path / "cache"
    with Repositories(cache, credentials=store, deadline=20) as repositories:
        repositories.fetch(url)
        assert repositories.resolve(url, "main") == commit
        assert repositories.tree(url, commit).read("a") == b"1"
    assert handler.wanted[0] in handler.seen
    assert not any(b"hunter2" in path.read_bytes() for path in cache.rglob("*") if path.is_file())


def test_a_bearer_token_is_sent_as_a_header(
    origin: Origin, git_server: tuple[str, type[_GitServer]], tmp_path: Path
) -> None:
    url, handler = git_server
    handler.wanted = ("Bearer token-1",)
    commit = origin.commit({"a": "1"})
    known = {url: Credentials(bearer_token="token-1")}
    with Repositories(tmp_path / "cache", credentials=known) as repositories:
        repositories.fetch(url)
        assert repositories.resolve(url, "HEAD") == commit


def test_a_wrong_password_is_told_apart_and_not_shown(
    git_server: tuple[str, type[_GitServer]], tmp_path: Path
) -> None:
    url, handler = git_server
    handler.wanted = ("Basic nothing",)
    for credentials in (None, Credentials("me", "hunter2")):
        with Repositories(tmp_path / "cache", credentials=lambda _, c=credentials: c) as repositories:
            with pytest.raises(SourceError) as caught:
                repositories.fetch(url)
            assert caught.value.code == AUTHENTICATION_FAILED
            assert "hunter2" not in str(caught.value.finding())
