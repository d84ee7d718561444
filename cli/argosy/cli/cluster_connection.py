"""Makes a connection from a cluster Secret in Argo CD's form. Errors name the key that is wrong, never its
value."""

import base64
import binascii
import json
from typing import Any

from argosy.clusters.connection import Anonymous, BasicAuth, BearerToken, Connection, Credentials, Tls
from argosy.reconciler.resource import KubernetesObject, name_of
from argosy.schemas.finding import ArgosyError

__all__ = ["cluster_name", "connection_of_secret"]


class ClusterSecretError(ArgosyError):
    """A cluster Secret that does not say how to reach its cluster."""

    code = "bad-cluster-secret"


def cluster_name(secret: KubernetesObject) -> str:
    """The cluster's name, the Secret's own where it names none."""
    return _text(secret, "name") or name_of(secret)


def connection_of_secret(secret: KubernetesObject) -> Connection:
    """Server, TLS and credentials. Raises `ClusterSecretError`."""
    server = _text(secret, "server")
    if not server:
        raise ClusterSecretError(
            f"Secret {name_of(secret)}: data.server is missing; expected the API server's URL"
        )
    config = _config(secret)
    tls = config.get("tlsClientConfig") or {}
    return Connection(
        server,
        Tls(
            authority=_decoded(secret, tls, "caData"),
            certificate=_decoded(secret, tls, "certData"),
            key=_decoded(secret, tls, "keyData"),
            server_name=str(tls.get("serverName") or ""),
            insecure=bool(tls.get("insecure")),
        ),
        _credentials(secret, config),
        str(config.get("proxyUrl") or ""),
    )


def _credentials(secret: KubernetesObject, config: dict[str, Any]) -> Credentials:
    if config.get("bearerToken"):
        return BearerToken(str(config["bearerToken"]))
    if config.get("username"):
        return BasicAuth(str(config["username"]), str(config.get("password") or ""))
    for unsupported in ("execProviderConfig", "awsAuthConfig"):
        if config.get(unsupported):
            raise ClusterSecretError(
                f"Secret {name_of(secret)}: config.{unsupported} is not supported yet",
                hint="register the cluster with a service account's token: argosy cluster add",
            )
    return Anonymous()


def _config(secret: KubernetesObject) -> dict[str, Any]:
    text = _text(secret, "config")
    try:
        config = json.loads(text) if text else {}
    except ValueError:
        config = None
    if not isinstance(config, dict):
        raise ClusterSecretError(f"Secret {name_of(secret)}: data.config is no JSON object")
    return config


def _decoded(secret: KubernetesObject, tls: dict[str, Any], key: str) -> bytes:
    text = tls.get(key)
    if not text:
        return b""
    try:
        return base64.b64decode(str(text), validate=True)
    except binascii.Error as error:
        place = f"Secret {name_of(secret)}: config.tlsClientConfig.{key}"
        raise ClusterSecretError(f"{place} is not base64; expected PEM in base64") from error


def _text(secret: KubernetesObject, key: str) -> str:
    try:
        return base64.b64decode((secret.get("data") or {}).get(key) or "").decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise ClusterSecretError(f"Secret {name_of(secret)}: data.{key} is not text in base64") from error
