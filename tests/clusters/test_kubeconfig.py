"""Kubeconfig files as kubectl writes them, and programs that give tokens."""

import base64
import json
import stat
from pathlib import Path
from typing import Any

import pytest

from argosy.clusters.connection import Anonymous, BasicAuth, BearerToken, RefreshedToken
from argosy.clusters.kubeconfig import KubeconfigError, connection_of, load_connection, load_context


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.delenv("KUBECONFIG", raising=False)
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)

    def kubeconfig(user: dict[str, Any], cluster: dict[str, Any] | None = None, name: str = "one") -> Path:
        content = {
            "current-context": name,
            "clusters": [{"name": name, "cluster": {"server": f"https://{name}:6443", **(cluster or {})}}],
            "users": [{"name": name, "user": user}],
            "contexts": [{"name": name, "context": {"cluster": name, "user": name, "namespace": "shop"}}],
        }
        file = tmp_path / f"{name}.yaml"
        file.write_text(json.dumps(content))
        return file

    return kubeconfig


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def test_a_token_and_inline_certificates_are_read(write: Any) -> None:
    cluster = {"certificate-authority-data": encoded("CA"), "tls-server-name": "api", "proxy-url": "http://p"}
    user = {"token": "t", "client-certificate-data": encoded("C"), "client-key-data": encoded("K")}
    found = load_connection(file=str(write(user, cluster)))
    assert found.server == "https://one:6443"
    assert (found.tls.authority, found.tls.certificate, found.tls.key) == (b"CA", b"C", b"K")
    assert (found.tls.server_name, found.proxy, found.credentials) == ("api", "http://p", BearerToken("t"))


def test_files_are_found_beside_the_kubeconfig(write: Any, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("CA")
    found = load_connection(file=str(write({}, {"certificate-authority": "ca.pem"})))
    assert found.tls.authority == b"CA"
    assert found.credentials == Anonymous()


def test_user_name_and_password_and_an_insecure_server(write: Any) -> None:
    user = {"username": "u", "password": "p"}
    found = load_connection(file=str(write(user, {"insecure-skip-tls-verify": True})))
    assert found.credentials == BasicAuth("u", "p")
    assert found.tls.insecure


def test_several_files_are_one_and_the_first_says_what_is_current(
    write: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = write({"token": "1"}), write({"token": "2"}, name="two")
    monkeypatch.setenv("KUBECONFIG", f"{one}:{two}")
    assert load_connection("two").server == "https://two:6443"
    assert load_connection("one").credentials == BearerToken("1")


def test_a_context_that_is_not_there_is_answered_with_those_that_are(write: Any) -> None:
    with pytest.raises(KubeconfigError, match="no context 'prod'") as caught:
        load_context("prod", str(write({})))
    assert caught.value.hint == "its contexts: one"


def test_no_kubeconfig_at_all_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    with pytest.raises(KubeconfigError, match="there is no kubeconfig") as caught:
        load_connection(file=str(tmp_path / "missing"))
    assert "--kubeconfig" in caught.value.hint


@pytest.mark.parametrize("text", ["", "[]", "just text", "{unbalanced"])
def test_a_file_that_is_no_kubeconfig_is_an_error_not_a_traceback(text: str, tmp_path: Path) -> None:
    file = tmp_path / "config"
    file.write_text(text)
    with pytest.raises(KubeconfigError):
        load_connection(file=str(file))


def test_data_that_is_not_base64_is_named_and_not_shown(write: Any) -> None:
    with pytest.raises(KubeconfigError, match="client-key-data is not base64") as caught:
        load_connection(file=str(write({"client-key-data": "secret!"})))
    assert "secret!" not in str(caught.value)


def test_a_program_gives_a_token_once_and_again_when_it_was_refused(write: Any, tmp_path: Path) -> None:
    program = tmp_path / "plugin"
    answer = {
        "apiVersion": "client.authentication.k8s.io/v1",
        "kind": "ExecCredential",
        "status": {"token": "TOKEN"},
    }
    program.write_text(
        "#!/bin/sh\n"
        f'echo "$FLAVOUR $1" >> "{tmp_path}/calls"\n'
        f"echo '{json.dumps(answer)}' | sed \"s/TOKEN/token-$(wc -l < '{tmp_path}/calls')/\"\n"
    )
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    plugin = {
        "apiVersion": "client.authentication.k8s.io/v1",
        "command": "./plugin",
        "args": ["login"],
        "env": [{"name": "FLAVOUR", "value": "sweet"}],
        "interactiveMode": "Never",
    }
    credentials = load_connection(file=str(write({"exec": plugin}))).credentials
    assert isinstance(credentials, RefreshedToken)
    assert credentials.blocking
    assert credentials.authorization(rejected=False) == "Bearer token-1"
    assert credentials.authorization(rejected=False) == "Bearer token-1"
    assert credentials.authorization(rejected=True) == "Bearer token-2"
    assert (tmp_path / "calls").read_text() == "sweet login\n" * 2


def test_a_program_that_fails_is_no_answer_from_the_cluster(write: Any) -> None:
    plugin = {"apiVersion": "client.authentication.k8s.io/v1", "command": "false"}
    credentials = load_connection(file=str(write({"exec": plugin}))).credentials
    with pytest.raises(ConnectionError, match="plugin 'false' gave no token"):
        credentials.authorization(rejected=False)


def test_a_token_file_is_read(write: Any, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("from-file")
    credentials = load_connection(file=str(write({"tokenFile": "token"}))).credentials
    assert credentials.authorization(rejected=False) == "Bearer from-file"


def test_a_cluster_without_server_is_refused(write: Any) -> None:
    context = load_context(file=str(write({}, {"server": ""})))
    with pytest.raises(KubeconfigError, match="without server"):
        connection_of(context)


def test_secrets_do_not_show_in_what_is_printed(write: Any) -> None:
    user = {"token": "hunter2-token", "client-key-data": encoded("hunter2-key")}
    shown = repr(load_connection(file=str(write(user, {"proxy-url": "http://u:hunter2@p"}))))
    assert "hunter2" not in shown
