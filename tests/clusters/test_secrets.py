"""Cluster Secrets in Argo CD's form."""

import base64
import json
import stat
from pathlib import Path
from typing import Any

import pytest

from argosy.clusters.connection import Anonymous, BasicAuth, BearerToken, Tls
from argosy.clusters.secrets import (
    ClusterConfig,
    ClusterSecretError,
    ExecProvider,
    RegisteredCluster,
    parse_cluster_secret,
    secret_name_of,
    to_secret,
)

MARKER = "hunter2-marker"


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def secret(config: Any = None, **data: str) -> dict[str, Any]:
    texts = {"name": "prod", "server": "https://prod:6443", **data}
    if config is not None:
        texts["config"] = config if isinstance(config, str) else json.dumps(config)
    labels = {"argocd.argoproj.io/secret-type": "cluster", "env": "prod"}
    return {
        "metadata": {"name": "cluster-prod", "namespace": "argocd", "labels": labels},
        "data": {key: encoded(text) for key, text in texts.items()},
    }


def test_everything_that_argo_cd_writes_is_read() -> None:
    config = {
        "bearerToken": "t",
        "tlsClientConfig": {"insecure": False, "serverName": "api", "caData": encoded("CA")},
    }
    found = parse_cluster_secret(
        secret(
            config, namespaces="a, b", clusterResources="true", project="shop", server="https://prod:6443/"
        )
    )
    assert found == RegisteredCluster(
        name="prod",
        server="https://prod:6443",
        config=ClusterConfig(Tls(authority=b"CA", server_name="api"), bearer_token="t"),
        namespaces=("a", "b"),
        cluster_resources=True,
        project="shop",
        labels={"env": "prod"},
        secret_name="cluster-prod",
    )


def test_a_file_may_say_it_in_plain_text() -> None:
    value = {
        "metadata": {"name": "s"},
        "stringData": {"name": "x", "server": "https://x", "config": '{"bearerToken": "t"}'},
    }
    assert parse_cluster_secret(value).connection.credentials == BearerToken("t")


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({}, Anonymous()),
        ({"bearerToken": "t", "username": "u"}, BearerToken("t")),
        ({"username": "u", "password": "p"}, BasicAuth("u", "p")),
    ],
)
def test_the_first_credentials_that_are_given_count(config: Any, expected: Any) -> None:
    assert parse_cluster_secret(secret(config)).connection.credentials == expected


def test_a_program_is_run_for_its_token(tmp_path: Path) -> None:
    program = tmp_path / "plugin"
    answer = {
        "apiVersion": "client.authentication.k8s.io/v1beta1",
        "kind": "ExecCredential",
        "status": {"token": "given"},
    }
    program.write_text(f"#!/bin/sh\necho '{json.dumps(answer)}'\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    config = {"execProviderConfig": {"command": str(program), "args": ["x"], "env": {"A": "b"}}}
    credentials = parse_cluster_secret(secret(config)).connection.credentials
    assert credentials.blocking
    assert credentials.authorization(rejected=False) == "Bearer given"


def test_amazons_clusters_ask_amazons_program() -> None:
    config = {"awsAuthConfig": {"clusterName": "c", "roleARN": "r", "profile": "p"}}
    found = parse_cluster_secret(secret(config)).config.exec_provider
    assert found is not None
    assert (found.command, found.args) == (
        "aws",
        ("eks", "get-token", "--cluster-name", "c", "--role-arn", "r"),
    )
    assert found.env == {"AWS_PROFILE": "p"}


@pytest.mark.parametrize(
    ("value", "key"),
    [
        (secret("{" + MARKER), "config is not JSON"),
        (secret(f'["{MARKER}"]'), "config is not a JSON object"),
        (
            secret({"tlsClientConfig": {"keyData": f"{MARKER}!"}}),
            "config.tlsClientConfig.keyData is not base64",
        ),
        (secret({"tlsClientConfig": MARKER}), "config.tlsClientConfig is not a JSON object"),
        (secret({"bearerToken": [MARKER]}), "config.bearerToken is not a string"),
        (secret({"execProviderConfig": {"args": [MARKER]}}), "config.execProviderConfig.command is missing"),
        (secret({"execProviderConfig": {"command": "x", "args": MARKER}}), "config.execProviderConfig has"),
        (secret({"bearerToken": MARKER}, server=""), "server is missing"),
        ({"metadata": {"name": "s"}, "data": {"server": f"{MARKER}!"}}, "server is not text in base64"),
    ],
)
def test_what_is_wrong_is_named_by_its_key_and_no_value_is_shown(value: dict[str, Any], key: str) -> None:
    with pytest.raises(ClusterSecretError) as caught:
        parse_cluster_secret(value)
    assert key in str(caught.value)
    assert value["metadata"]["name"] in str(caught.value)
    assert MARKER not in f"{caught.value!r} {caught.value.__cause__!r} {caught.value.hint}"


def test_what_is_written_is_read_back_as_it_was() -> None:
    tls = Tls(b"CA", b"C", b"K", "api", insecure=False)
    provider = ExecProvider("aws", ("a", "b"), {"X": "y"}, "client.authentication.k8s.io/v1", "install it")
    for config in (
        ClusterConfig(tls, bearer_token="t"),
        ClusterConfig(tls, username="u", password="p", proxy="http://proxy"),
        ClusterConfig(Tls(insecure=True), exec_provider=provider),
    ):
        cluster = RegisteredCluster(
            "n", "https://n", config, ("a", "b"), True, "p", {"env": "x"}, {"note": "y"}, "cluster-n"
        )
        assert parse_cluster_secret(to_secret(cluster, "argocd")) == cluster


def test_the_secret_is_called_as_argo_cd_calls_it() -> None:
    # From Argo CD's own tests of util/db.
    assert secret_name_of("http://foo") == "cluster-foo-752281925"
    assert secret_name_of("https://FOO:6443").startswith("cluster-foo-")


def test_credentials_do_not_show_in_what_is_printed() -> None:
    config = {
        "bearerToken": MARKER,
        "password": MARKER,
        "execProviderConfig": {"command": "x", "env": {"A": MARKER}},
        "tlsClientConfig": {"keyData": encoded(MARKER)},
    }
    assert MARKER not in repr(parse_cluster_secret(secret(config)))
