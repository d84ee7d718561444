"""Connections from kubeconfig files and from inside a pod. The only module that imports `kubernetes`.

The library reads files and runs exec plugins and token requests; all of it blocks, so callers use a thread.
It is imported when a cluster is touched and not before: that costs 300 ms.
"""

import base64
import binascii
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

from argosy.clusters.connection import (
    Anonymous,
    BasicAuth,
    BearerToken,
    Connection,
    Credentials,
    RefreshedToken,
    Tls,
)
from argosy.schemas.finding import ArgosyError

__all__ = [
    "KubeconfigContext",
    "KubeconfigError",
    "exec_credentials",
    "in_cluster_connection",
    "load_connection",
    "load_context",
]

_SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")


class KubeconfigError(ArgosyError):
    """A kubeconfig cannot be read, or has no such context."""

    code = "invalid-kubeconfig"


class _NoKubeconfigError(KubeconfigError):
    """There is no kubeconfig at all."""


@dataclass(frozen=True, slots=True)
class KubeconfigContext:
    """One context as written, its files not read yet. `folder` is what relative file names are relative
    to.
    """

    name: str
    cluster: Mapping[str, Any]
    user: Mapping[str, Any]
    namespace: str
    folder: Path


def load_context(context: str = "", file: str = "") -> KubeconfigContext:
    """The named context (else the current one) of the file, of `KUBECONFIG` or of `~/.kube/config`.

    Raises `KubeconfigError`.
    """
    import yaml
    from kubernetes.config import ConfigException

    library = _library()
    paths = file or os.environ.get("KUBECONFIG") or library.KUBE_CONFIG_DEFAULT_LOCATION
    shown = paths.replace(str(Path.home()), "~")
    try:
        config = library.KubeConfigMerger(paths).config
        if config is None:
            raise _missing(shown)
        name = context or config.value.get("current-context") or ""
        if not name:
            raise KubeconfigError(
                f"kubeconfig {shown} has no current context",
                hint="name one with --context, or set it: kubectl config use-context NAME",
            )
        known = [str(item["name"]) for item in config.value.get("contexts") or ()]
        if name not in known:
            raise KubeconfigError(
                f"kubeconfig {shown} has no context {name!r}",
                hint="its contexts: " + (", ".join(sorted(known)) or "none"),
            )
        chosen = config["contexts"].get_with_name(name)["context"]
        cluster = config["clusters"].get_with_name(chosen["cluster"])
        user_name = chosen.safe_get("user")
        user = config["users"].get_with_name(user_name, safe=True) if user_name else None
    except FileNotFoundError as error:
        raise _missing(shown) from error
    except yaml.MarkedYAMLError as error:
        # Only the place: what stands there may be a token.
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise KubeconfigError(f"kubeconfig {shown}:{line} is not YAML: {error.problem}") from error
    except (ConfigException, OSError, AttributeError, TypeError) as error:
        raise KubeconfigError(f"kubeconfig {shown} cannot be read: {error}") from error
    return KubeconfigContext(
        name,
        dict(cluster["cluster"].value),
        dict(user.value.get("user") or {}) if user is not None else {},
        str(chosen.safe_get("namespace") or ""),
        Path(cluster.path).parent.absolute() if cluster.path else Path.cwd(),
    )


def load_connection(context: str = "", file: str = "") -> Connection:
    """How to reach the cluster of a context; without any kubeconfig, the cluster that this pod runs in.

    Blocks: reads files. Exec plugins and token requests run later, when the first call is made.
    """
    try:
        found = load_context(context, file)
    except KubeconfigError as error:
        # Only where nothing was asked for by name, and only if there was no file to read at all.
        asked = context or file or os.environ.get("KUBECONFIG")
        inside = os.environ.get("KUBERNETES_SERVICE_HOST") and (_SERVICE_ACCOUNT / "token").exists()
        if asked or not inside or not isinstance(error, _NoKubeconfigError):
            raise
        return in_cluster_connection()
    return connection_of(found)


def connection_of(context: KubeconfigContext) -> Connection:
    """The connection that a context describes; files that it names are read now."""
    cluster, user = context.cluster, context.user
    tls = Tls(
        _content(context, cluster, "certificate-authority"),
        _content(context, user, "client-certificate"),
        _content(context, user, "client-key"),
        str(cluster.get("tls-server-name") or ""),
        bool(cluster.get("insecure-skip-tls-verify")),
    )
    server = str(cluster.get("server") or "")
    if not server:
        raise KubeconfigError(f"context {context.name!r} of the kubeconfig names a cluster without server")
    return Connection(server, tls, _credentials(context), str(cluster.get("proxy-url") or ""))


def in_cluster_connection() -> Connection:
    """How a pod reaches its own cluster, with the service account's token, which Kubernetes renews in
    place.
    """
    from kubernetes.client import Configuration
    from kubernetes.config import ConfigException, incluster_config

    load: Any = incluster_config.load_incluster_config
    configuration = Configuration()
    try:
        load(client_configuration=configuration)
    except ConfigException as error:
        raise KubeconfigError(f"not in a pod with a service account: {error}") from error
    authority = Path(str(configuration.ssl_ca_cert)).read_bytes()
    return Connection(configuration.host, Tls(authority), RefreshedToken(_kept_fresh_by(configuration)))


def exec_credentials(plugin: Mapping[str, Any], cluster: Mapping[str, Any], folder: str = "") -> Credentials:
    """Credentials from an exec plugin, as kubeconfig's `user.exec` spells it. Only tokens, no
    certificates.
    """
    user = {"exec": dict(plugin)}
    return _by_the_library(dict(cluster), user, folder)


def _credentials(context: KubeconfigContext) -> Credentials:
    user = context.user
    if "auth-provider" in user or "exec" in user or user.get("tokenFile"):
        return _by_the_library(dict(context.cluster), dict(user), str(context.folder))
    if user.get("token"):
        return BearerToken(str(user["token"]))
    if user.get("username") and user.get("password"):
        return BasicAuth(str(user["username"]), str(user["password"]))
    return Anonymous()


def _by_the_library(cluster: dict[str, Any], user: dict[str, Any], folder: str) -> Credentials:
    """Let the library obtain the token, at the first call, when it expires, and after a 401."""
    configuration: list[Any] = []
    turn = Lock()

    def obtain(rejected: bool) -> str:
        from kubernetes.client import Configuration
        from kubernetes.config import ConfigException

        # One at a time: many calls at once must not start as many plugins.
        with turn:
            if rejected or not configuration:
                config = {
                    "current-context": "it",
                    "contexts": [{"name": "it", "context": {"cluster": "it", "user": "it"}}],
                    "clusters": [{"name": "it", "cluster": {"server": cluster.get("server", "")}}],
                    "users": [{"name": "it", "user": user}],
                }
                fresh = Configuration()
                try:
                    _library().KubeConfigLoader(config, config_base_path=folder).load_and_set(fresh)
                except ConfigException as error:
                    raise ConnectionError(f"no credentials: {error}") from error
                configuration[:] = [fresh]
            token = str(configuration[0].get_api_key_with_prefix("BearerToken") or "")
        if not token:
            command = (user.get("exec") or {}).get("command")
            source = f"plugin {command!r}" if command else "credentials provider"
            raise ConnectionError(f"the {source} gave no token; try it by hand: kubectl auth whoami")
        return token

    return RefreshedToken(obtain)


def _library() -> Any:
    """The library's kubeconfig module; as `Any`, because most of it is not typed."""
    from kubernetes.config import kube_config

    return kube_config


def _kept_fresh_by(configuration: Any) -> Any:
    def obtain(rejected: bool) -> str:
        return str(configuration.get_api_key_with_prefix("BearerToken") or "")

    return obtain


def _content(context: KubeconfigContext, section: Mapping[str, Any], key: str) -> bytes:
    """Inline data (`KEY-data`, base64) before the file (`KEY`), as kubectl prefers them."""
    inline = section.get(f"{key}-data")
    if inline:
        try:
            return base64.b64decode(inline, validate=True)
        except (binascii.Error, ValueError, TypeError) as error:
            raise KubeconfigError(f"context {context.name!r}: {key}-data is not base64") from error
    named = section.get(key)
    if not named:
        return b""
    file = context.folder / str(named)
    try:
        return file.read_bytes()
    except OSError as error:
        raise KubeconfigError(f"context {context.name!r}: {key} {named}: {error.strerror}") from error


def _missing(shown: str) -> KubeconfigError:
    return _NoKubeconfigError(
        f"there is no kubeconfig ({shown})",
        hint="set KUBECONFIG, or pass --kubeconfig and --context; `argosy sandbox up` makes clusters to try",
    )
