"""Registered clusters: Argo CD's cluster Secrets read into values, and written from them. Pure.

Errors name the key that is wrong and never its value. The form is that of Argo CD's declarative setup:
`name`, `server`, `namespaces`, `clusterResources`, `project` and `config`, the last a JSON object.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn
from urllib.parse import urlsplit

from argosy.clusters.connection import Anonymous, BasicAuth, BearerToken, Connection, Credentials, Tls
from argosy.clusters.kubeconfig import exec_credentials
from argosy.clusters.objects import JsonObject
from argosy.schemas.finding import ArgosyError
from argosy.schemas.model.annotations import SECRET_TYPE, SECRET_TYPE_CLUSTER

__all__ = [
    "EXEC_API_VERSION",
    "ClusterConfig",
    "ClusterSecretError",
    "ExecProvider",
    "RegisteredCluster",
    "parse_cluster_secret",
    "secret_name_of",
    "to_secret",
]

EXEC_API_VERSION = "client.authentication.k8s.io/v1beta1"


class ClusterSecretError(ArgosyError):
    """A cluster Secret that does not say how to reach its cluster."""

    code = "invalid-secret"


@dataclass(frozen=True, slots=True)
class ExecProvider:
    """A program that prints a token when asked. It has to be there where the controller runs."""

    command: str
    args: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict, repr=False)
    api_version: str = EXEC_API_VERSION
    install_hint: str = ""


@dataclass(frozen=True, slots=True)
class ClusterConfig:
    """How to be let in. Of the credentials, the first that is given counts: token, user name, program."""

    tls: Tls = field(default_factory=Tls)
    bearer_token: str = field(default="", repr=False)
    username: str = ""
    password: str = field(default="", repr=False)
    exec_provider: ExecProvider | None = None
    proxy: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class RegisteredCluster:
    """A cluster that Applications can go to. With `namespaces`, only to these, and to nothing outside of
    namespaces unless `cluster_resources`.
    """

    name: str
    server: str
    config: ClusterConfig = ClusterConfig()
    namespaces: tuple[str, ...] = ()
    cluster_resources: bool = False
    project: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    secret_name: str = ""

    @property
    def connection(self) -> Connection:
        """How to reach it."""
        return Connection(self.server, self.config.tls, self._credentials, self.config.proxy)

    @property
    def _credentials(self) -> Credentials:
        config = self.config
        if config.bearer_token:
            return BearerToken(config.bearer_token)
        if config.username:
            return BasicAuth(config.username, config.password)
        if config.exec_provider is not None:
            provider = config.exec_provider
            plugin = {
                "apiVersion": provider.api_version,
                "command": provider.command,
                "args": list(provider.args),
                "env": [{"name": name, "value": value} for name, value in provider.env.items()],
            }
            return exec_credentials(plugin, {"server": self.server})
        return Anonymous()


def parse_cluster_secret(secret: Mapping[str, Any]) -> RegisteredCluster:
    """The cluster that a Secret registers, by its `data` or, in a file, its `stringData`.

    Raises `ClusterSecretError`, which names the Secret and the key, and shows no value.
    """
    return _Reader(secret).cluster()


def secret_name_of(server: str) -> str:
    """The name that Argo CD gives the Secret of a server (`util/db`): the same server, the same Secret."""
    number = 0x811C9DC5  # FNV-1a, 32 bits
    for byte in server.encode():
        number = (number ^ byte) * 0x01000193 & 0xFFFFFFFF
    host = (urlsplit(server).hostname or "").lower().replace(":", "-")
    return f"cluster-{host}-{number}"


def to_secret(cluster: RegisteredCluster, namespace: str) -> JsonObject:
    """The Secret that registers the cluster, ready to be applied to the management cluster."""
    texts = {
        "name": cluster.name,
        "server": cluster.server,
        "config": json.dumps(_config_object(cluster.config), separators=(",", ":")),
        "namespaces": ",".join(cluster.namespaces),
        "clusterResources": "true" if cluster.cluster_resources else "",
        "project": cluster.project,
    }
    metadata: JsonObject = {
        "name": cluster.secret_name or secret_name_of(cluster.server),
        "namespace": namespace,
        "labels": {**cluster.labels, SECRET_TYPE: SECRET_TYPE_CLUSTER},
    }
    if cluster.annotations:
        metadata["annotations"] = dict(cluster.annotations)
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "type": "Opaque",
        "metadata": metadata,
        "data": {key: base64.b64encode(text.encode()).decode() for key, text in texts.items() if text},
    }


def _config_object(config: ClusterConfig) -> JsonObject:
    provider, tls = config.exec_provider, config.tls
    secure: JsonObject = {
        "insecure": tls.insecure,
        "serverName": tls.server_name,
        "caData": base64.b64encode(tls.authority).decode(),
        "certData": base64.b64encode(tls.certificate).decode(),
        "keyData": base64.b64encode(tls.key).decode(),
    }
    found: JsonObject = {
        "bearerToken": config.bearer_token,
        "username": config.username,
        "password": config.password,
        "proxyUrl": config.proxy,
    }
    found = {key: value for key, value in found.items() if value}
    # Argo CD wants `insecure` always.
    found["tlsClientConfig"] = {key: value for key, value in secure.items() if value or key == "insecure"}
    if provider is not None:
        found["execProviderConfig"] = {
            "command": provider.command,
            "args": list(provider.args),
            "env": dict(provider.env),
            "apiVersion": provider.api_version,
            "installHint": provider.install_hint,
        }
    return found


class _Reader:
    """Reads one Secret; every complaint names it."""

    def __init__(self, secret: Mapping[str, Any]) -> None:
        metadata = secret.get("metadata") or {}
        self._name = str(metadata.get("name") or "")
        self._namespace = str(metadata.get("namespace") or "")
        self._metadata = metadata
        self._data = secret.get("data") or {}
        self._plain = secret.get("stringData") or {}

    def cluster(self) -> RegisteredCluster:
        server = self._text("server").rstrip("/")
        if not server:
            self._fail("server", "is missing; expected the URL of the API server")
        namespaces = self._text("namespaces").split(",")
        labels = {**(self._metadata.get("labels") or {})}
        labels.pop(SECRET_TYPE, None)
        return RegisteredCluster(
            name=self._text("name") or server,
            server=server,
            config=self._config(),
            namespaces=tuple(name.strip() for name in namespaces if name.strip()),
            cluster_resources=self._text("clusterResources") == "true",
            project=self._text("project"),
            labels=labels,
            annotations=dict(self._metadata.get("annotations") or {}),
            secret_name=self._name,
        )

    def _config(self) -> ClusterConfig:
        text = self._text("config")
        try:
            config = json.loads(text) if text.strip() else {}
        except ValueError as error:
            # The decoder's own message could hold a piece of the text.
            place = f" at character {error.pos}" if isinstance(error, json.JSONDecodeError) else ""
            self._fail("config", f"is not JSON{place}")
        if not isinstance(config, dict):
            self._fail("config", "is not a JSON object")
        tls = self._section(config, "tlsClientConfig")
        secure = "config.tlsClientConfig"
        return ClusterConfig(
            Tls(
                self._pem(tls, f"{secure}.caData"),
                self._pem(tls, f"{secure}.certData"),
                self._pem(tls, f"{secure}.keyData"),
                self._string(tls, f"{secure}.serverName"),
                tls.get("insecure") is True,
            ),
            self._string(config, "config.bearerToken"),
            self._string(config, "config.username"),
            self._string(config, "config.password"),
            self._program(config),
            self._string(config, "config.proxyUrl"),
        )

    def _program(self, config: Mapping[str, Any]) -> ExecProvider | None:
        aws, given = self._section(config, "awsAuthConfig"), self._section(config, "execProviderConfig")
        if aws:
            # Argo CD brings a program of its own for this; the vendor's does the same.
            place = "config.awsAuthConfig"
            role = self._string(aws, f"{place}.roleARN")
            profile = self._string(aws, f"{place}.profile")
            call: tuple[str, ...] = (
                "eks",
                "get-token",
                "--cluster-name",
                self._string(aws, f"{place}.clusterName"),
            )
            call += ("--role-arn", role) if role else ()
            return ExecProvider("aws", call, {"AWS_PROFILE": profile} if profile else {})
        if not given:
            return None
        place = "config.execProviderConfig"
        args, env = given.get("args") or [], given.get("env") or {}
        command = self._string(given, f"{place}.command")
        if not command:
            self._fail(f"{place}.command", "is missing; expected the name of a program")
        if not isinstance(args, list) or not isinstance(env, dict):
            self._fail(place, "has args that are no list, or an env that is no mapping")
        return ExecProvider(
            command,
            tuple(str(arg) for arg in args),
            {str(name): str(value) for name, value in env.items()},
            self._string(given, f"{place}.apiVersion") or EXEC_API_VERSION,
            self._string(given, f"{place}.installHint"),
        )

    def _section(self, config: Mapping[str, Any], key: str) -> Mapping[str, Any]:
        found = config.get(key) or {}
        if not isinstance(found, dict):
            self._fail(f"config.{key}", "is not a JSON object")
        return found

    def _string(self, section: Mapping[str, Any], place: str) -> str:
        found = section.get(place.rpartition(".")[2])
        if found is not None and not isinstance(found, str):
            self._fail(place, "is not a string")
        return found or ""

    def _pem(self, section: Mapping[str, Any], place: str) -> bytes:
        text = self._string(section, place)
        try:
            return base64.b64decode("".join(text.split()), validate=True)
        except (binascii.Error, ValueError):
            self._fail(place, "is not base64; expected PEM in base64")

    def _text(self, key: str) -> str:
        if key in self._plain:
            return str(self._plain[key])
        try:
            return base64.b64decode(self._data.get(key) or "", validate=True).decode()
        except (binascii.Error, UnicodeDecodeError, ValueError, TypeError):
            self._fail(key, "is not text in base64")

    def _fail(self, key: str, what: str) -> NoReturn:
        place = f"{self._namespace}/{self._name}" if self._namespace else self._name
        raise ClusterSecretError(
            f"cluster Secret {place}: {key} {what}",
            hint="write it anew: argosy cluster add NAME --context CONTEXT",
        ) from None
