"""Registering clusters from the command line: a kubeconfig's context becomes a cluster Secret.

Prints nothing. Imports what speaks with clusters, so the command imports it late.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from argosy.clusters.calls import Limits
from argosy.clusters.client import Client
from argosy.clusters.connection import BasicAuth, BearerToken
from argosy.clusters.errors import ApiError, UnknownKind
from argosy.clusters.kubeconfig import KubeconfigContext, connection_of, load_connection, load_context
from argosy.clusters.objects import GroupVersionKind, ObjectRef
from argosy.clusters.secrets import (
    EXEC_API_VERSION,
    ClusterConfig,
    ClusterSecretError,
    ExecProvider,
    RegisteredCluster,
    parse_cluster_secret,
    secret_name_of,
    to_secret,
)
from argosy.clusters.transport import HttpTransport
from argosy.schemas.finding import ArgosyError
from argosy.schemas.model.annotations import SECRET_TYPE, SECRET_TYPE_CLUSTER

__all__ = ["Listed", "Place", "RegistrationError", "forget", "register", "registered", "registration_of"]

_MANAGER = "argosy-cluster"
_APPLICATION = GroupVersionKind("argoproj.io", "v1alpha1", "Application")
_SECRET = GroupVersionKind("", "v1", "Secret")


class RegistrationError(ArgosyError):
    """A cluster cannot be registered or forgotten as asked."""

    code = "cluster-registration"


@dataclass(frozen=True, slots=True)
class Place:
    """Where cluster Secrets are kept: a context of a kubeconfig, and a namespace."""

    context: str
    kubeconfig: str
    namespace: str


@dataclass(frozen=True, slots=True)
class Listed:
    """One cluster Secret; `problem` says why where it registers no cluster."""

    secret_name: str
    cluster: RegisteredCluster | None
    problem: str = ""


def registration_of(
    name: str, context: str, kubeconfig: str, labels: Mapping[str, str], project: str
) -> RegisteredCluster:
    """What a context says, with everything that it names on this machine read into it.

    Raises `KubeconfigError` or, for credentials that cannot be stored, `RegistrationError`.
    """
    found = load_context(context, kubeconfig)
    connection = connection_of(found)
    config = ClusterConfig(tls=connection.tls, proxy=connection.proxy)
    match connection.credentials:
        case BearerToken(token):
            config = replace(config, bearer_token=token)
        case BasicAuth(username, password):
            config = replace(config, username=username, password=password)
        case _:
            config = _provided(found, config)
    server = connection.server.rstrip("/")
    return RegisteredCluster(name, server, config, project=project, labels=dict(labels))


async def register(place: Place, cluster: RegisteredCluster) -> str:
    """Ask the cluster for its version, then write its Secret. What was done, in a line.

    Raises `RegistrationError` where the name belongs to another cluster, `ApiError` where one does not
    answer.
    """
    reached = Client(HttpTransport(cluster.connection), cluster.name, limits=Limits(tries=2, deadline=15))
    try:
        version = await reached.version()
        await reached.discover()  # Everybody may ask for the version; this needs credentials.
    except ApiError as error:
        raise RegistrationError(
            f"cluster {cluster.name} was not added, for it cannot be reached: {error.message}",
            hint=error.hint,
        ) from error
    finally:
        await reached.close()
    async with _management(place) as client:
        for item in await _listed(client, place.namespace):
            known = item.cluster
            if known is not None and known.name == cluster.name and known.server != cluster.server:
                raise RegistrationError(
                    f"there is a cluster {cluster.name} already, at {known.server}",
                    hint=f"take another name, or remove it first: argosy cluster remove {cluster.name}",
                )
            if known is not None and known.server == cluster.server:
                cluster = replace(cluster, secret_name=item.secret_name)
        await _ensure_namespace(client, place.namespace)
        secret = to_secret(cluster, place.namespace)
        await client.apply(secret, manager=_MANAGER, force=True)
    written = f"Secret {place.namespace}/{cluster.secret_name or secret_name_of(cluster.server)}"
    return f"cluster {cluster.name} added: {cluster.server}, Kubernetes {version.text}, {written}"


async def registered(place: Place) -> tuple[Listed, ...]:
    """All cluster Secrets, by the names of the clusters."""
    async with _management(place) as client:
        return await _listed(client, place.namespace)


async def forget(place: Place, name: str, *, force: bool) -> str:
    """Delete the Secret of the cluster with this name or server. What was done, in a line.

    Raises `RegistrationError` where there is none, or where Applications go to it, unless `force`.
    """
    async with _management(place) as client:
        known = await _listed(client, place.namespace)
        chosen = [item for item in known if item.cluster and name in (item.cluster.name, item.cluster.server)]
        if len(chosen) != 1:
            names = ", ".join(item.cluster.name for item in known if item.cluster) or "none"
            many = "no cluster" if not chosen else f"more than one cluster ({len(chosen)})"
            raise RegistrationError(f"{many} is called {name}", hint=f"registered: {names}")
        cluster = chosen[0].cluster
        assert cluster is not None
        users = () if force else await _applications_of(client, cluster)
        if users:
            raise RegistrationError(
                f"cluster {cluster.name} is the destination of {_enumerate(users)}",
                hint="delete them first, or they stay as they are, unknown to everybody: --force",
            )
        ref = ObjectRef("", "v1", "Secret", place.namespace, chosen[0].secret_name)
        await client.delete(ref)
    return f"cluster {cluster.name} removed; what runs on {cluster.server} is as it was"


@asynccontextmanager
async def _management(place: Place) -> AsyncIterator[Client]:
    connection = load_connection(place.context, place.kubeconfig)
    client = Client(HttpTransport(connection), place.context or "management")
    try:
        yield client
    finally:
        await client.close()


async def _listed(client: Client, namespace: str) -> tuple[Listed, ...]:
    selector = f"{SECRET_TYPE}={SECRET_TYPE_CLUSTER}"
    found = []
    for secret in (await client.list(_SECRET, namespace, label_selector=selector)).items:
        name = str(secret["metadata"]["name"])
        try:
            found.append(Listed(name, parse_cluster_secret(secret)))
        except ClusterSecretError as error:
            found.append(Listed(name, None, error.message))
    return tuple(
        sorted(found, key=lambda item: (item.cluster.name if item.cluster else "", item.secret_name))
    )


async def _applications_of(client: Client, cluster: RegisteredCluster) -> tuple[str, ...]:
    try:
        items = (await client.list(_APPLICATION)).items
    except UnknownKind:
        return ()
    return tuple(str(item["metadata"]["name"]) for item in items if _goes_to(item, cluster))


def _goes_to(application: Mapping[str, Any], cluster: RegisteredCluster) -> bool:
    destination = (application.get("spec") or {}).get("destination") or {}
    server = str(destination.get("server") or "").rstrip("/")
    return server == cluster.server or (not server and destination.get("name") == cluster.name)


async def _ensure_namespace(client: Client, namespace: str) -> None:
    ref = ObjectRef("", "v1", "Namespace", "", namespace)
    if await client.find(ref) is None:
        value = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}
        await client.apply(value, manager=_MANAGER, force=False)


def _provided(context: KubeconfigContext, config: ClusterConfig) -> ClusterConfig:
    """For credentials that are not simply there: a token's file is read, a program is named, others
    refused.
    """
    user = context.user
    if user.get("tokenFile"):
        token = (context.folder / str(user["tokenFile"])).read_text().strip()
        return replace(config, bearer_token=token)
    plugin = user.get("exec")
    if plugin:
        command = str(plugin.get("command") or "")
        if "/" in command and not Path(command).is_absolute():
            command = str(context.folder / command)
        return replace(
            config,
            exec_provider=ExecProvider(
                command,
                tuple(str(arg) for arg in plugin.get("args") or ()),
                {str(item["name"]): str(item["value"]) for item in plugin.get("env") or ()},
                str(plugin.get("apiVersion") or EXEC_API_VERSION),
                str(plugin.get("installHint") or ""),
            ),
        )
    if "auth-provider" in user:
        raise RegistrationError(
            f"context {context.name!r} logs in through an auth-provider, which cannot be stored",
            hint="use a context with the token of a service account",
        )
    if not config.tls.certificate:
        raise RegistrationError(
            f"context {context.name!r} has no credentials: no token, certificate, password or program",
            hint="use a context with the token of a service account",
        )
    return config


def _enumerate(names: tuple[str, ...]) -> str:
    shown = ", ".join(sorted(names)[:5])
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    word = "the Application" if len(names) == 1 else "the Applications"
    return f"{word} {shown}{more}"
