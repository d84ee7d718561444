"""The clusters that Applications go to: one view each, made when first needed, made anew when its Secret
changes.

Finds clusters as Argo CD does, by server or by name, among the cluster Secrets of the management cluster.
How a Secret becomes a connection is told by the caller.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from argosy.clusters.client import Client
from argosy.generators.world import IN_CLUSTER_SERVER, ClusterSecret
from argosy.reconciler.cluster_view import ClusterView
from argosy.reconciler.live_world import cluster_secrets
from argosy.reconciler.resource import KubernetesObject, digest_of, labels_of, name_of
from argosy.reconciler.specification import Destination, SpecificationError
from argosy.schemas.model.annotations import SECRET_TYPE, SECRET_TYPE_CLUSTER

__all__ = ["Connect", "Fleet"]

Connect = Callable[[KubernetesObject], Client]
"""Makes a client from a cluster Secret. Raises `ArgosyError`, which names keys and never values."""


@dataclass(slots=True)
class _Member:
    view: ClusterView
    fingerprint: str


class Fleet:
    """All clusters of one installation."""

    def __init__(
        self,
        management: ClusterView,
        secrets: ClusterView,
        connect: Connect,
        make_view: Callable[[Client], ClusterView],
    ) -> None:
        self._management = management
        self._secrets = secrets
        self._connect = connect
        self._make_view = make_view
        self._members: dict[str, _Member] = {}
        self._closing: set[asyncio.Task[None]] = set()

    @property
    def views(self) -> tuple[ClusterView, ...]:
        """The management cluster and every other one that was needed so far."""
        return (self._management, *(member.view for member in self._members.values()))

    async def view_of(self, destination: Destination) -> ClusterView:
        """The view of a destination's cluster. Raises `ArgosyError` where there is none."""
        secret = self._find(destination)
        if secret is None:
            return self._management
        manifest = self._manifest(secret)
        fingerprint = digest_of([manifest.get("data")])
        member = self._members.get(secret.server)
        if member is not None and member.fingerprint == fingerprint:
            return member.view
        view = self._make_view(self._connect(manifest))
        if member is not None:
            task = asyncio.get_running_loop().create_task(member.view.close())
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)
        self._members[secret.server] = _Member(view, fingerprint)
        return view

    def clusters(self) -> tuple[ClusterSecret, ...]:
        """The registered clusters."""
        return cluster_secrets(self._secrets.all("", "Secret"))

    async def close(self) -> None:
        """End all watches and connections but those of the management cluster."""
        await asyncio.gather(*(member.view.close() for member in self._members.values()))
        await asyncio.gather(*self._closing, return_exceptions=True)

    def _find(self, destination: Destination) -> ClusterSecret | None:
        """The Secret of a destination, `None` for the management cluster."""
        known = self.clusters()
        if destination.server:
            found = [secret for secret in known if secret.server.rstrip("/") == destination.server]
        else:
            found = [secret for secret in known if secret.name == destination.name]
        if destination.in_cluster and not any(secret.server != IN_CLUSTER_SERVER for secret in found):
            return None
        if not found:
            names = ", ".join(sorted(secret.name for secret in known)) or "none"
            what = f"server {destination.server}" if destination.server else f"name {destination.name}"
            raise SpecificationError(
                f"unable to find destination server: there are no clusters with this {what} "
                f"(registered: {names})",
                hint="register it: argosy cluster add",
            )
        if len(found) > 1:
            secrets = ", ".join(secret.secret_name for secret in found)
            raise SpecificationError(
                f"unable to find destination server: there are {len(found)} clusters with the same name "
                f"{destination.cluster}, in the Secrets {secrets}; keep one of them"
            )
        return found[0]

    def _manifest(self, wanted: ClusterSecret) -> KubernetesObject:
        for secret in self._secrets.all("", "Secret"):
            is_cluster = labels_of(secret).get(SECRET_TYPE) == SECRET_TYPE_CLUSTER
            if is_cluster and name_of(secret) == wanted.secret_name:
                return secret
        raise AssertionError(f"the Secret {wanted.secret_name} was there a moment ago")
