"""One controller of an installation works at a time: a Lease of `coordination.k8s.io` says which.

Knows nothing of what the holder does. Time is the event loop's; the instants in the object come from a
clock handed in.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from argosy.clusters.client import Client
from argosy.clusters.errors import AlreadyExists, ApiError, Conflict
from argosy.clusters.objects import ObjectRef
from argosy.reconciler.resource import KubernetesObject, metadata_of

__all__ = ["Holder", "Lease", "LeaseSettings"]

_SKEW = 10.0
"""Seconds by which the clocks of two machines may differ."""


@dataclass(frozen=True, slots=True)
class LeaseSettings:
    """Seconds: a holder renews every `renew`; who has not renewed for `duration` holds it no more.

    Long, because a holder at rest must not write more than once a minute, and a holder that ends releases
    it anyway.
    """

    duration: float = 150.0
    renew: float = 60.0
    look: float = 2.0


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a Lease. Of a holder whose `is_gone` is true nothing is waited for."""

    identity: str
    is_gone: Callable[[str], bool] = lambda _identity: False


class Lease:
    """The Lease as one process sees it. `lost` is set when another one took it or it could not be renewed."""

    def __init__(
        self,
        client: Client,
        namespace: str,
        name: str,
        holder: Holder,
        now: Callable[[], datetime],
        settings: LeaseSettings | None = None,
    ) -> None:
        self._client = client
        self._ref = ObjectRef("coordination.k8s.io", "v1", "Lease", namespace, name)
        self._holder = holder
        self._now = now
        self._settings = settings or LeaseSettings()
        self._held: KubernetesObject | None = None
        self.lost = asyncio.Event()

    async def try_acquire(self) -> str:
        """Take the Lease if nobody holds it; the name of the holder that is in the way, empty if it is ours
        now."""
        found = await self._client.find(self._ref)
        if found is None:
            try:
                self._held = await self._client.create(self._value(None))
            except AlreadyExists:
                return await self.try_acquire()
            return ""
        spec = found.get("spec") or {}
        other = str(spec.get("holderIdentity") or "")
        if (
            other
            and other != self._holder.identity
            and not self._holder.is_gone(other)
            and not self._expired(spec)
        ):
            return other
        try:
            self._held = await self._client.replace(self._value(found))
        except Conflict:
            return await self.try_acquire()
        return ""

    async def acquire(self, waiting: Callable[[str], None]) -> None:
        """Wait until the Lease is ours; `waiting` is told each other holder once."""
        told = ""
        while other := await self.try_acquire():
            if other != told:
                waiting(other)
                told = other
            await asyncio.sleep(self._settings.look)

    async def keep(self) -> None:
        """Renew until it is lost or the task is cancelled."""
        loop = asyncio.get_running_loop()
        renewed = loop.time()
        pause = self._settings.renew
        # By then it has to be renewed or given up: afterwards another one may take it.
        patience = self._settings.duration - self._settings.renew / 2
        while True:
            await asyncio.sleep(pause)
            try:
                assert self._held is not None
                # A call that hangs must not outlast the Lease.
                async with asyncio.timeout_at(renewed + patience):
                    self._held = await self._client.replace(self._value(self._held))
                renewed, pause = loop.time(), self._settings.renew
            except (Conflict, TimeoutError):
                break
            except ApiError:
                pause = self._settings.look
        self._held = None
        self.lost.set()

    async def release(self) -> None:
        """Let the next one have it at once."""
        if self._held is None:
            return
        value = self._value(self._held)
        value["spec"] |= {"holderIdentity": "", "leaseDurationSeconds": 1}
        self._held = None
        try:
            await self._client.replace(value)
        except ApiError:
            return  # it runs out by itself

    def _expired(self, spec: KubernetesObject) -> bool:
        try:
            renewed = datetime.fromisoformat(str(spec.get("renewTime")))
        except ValueError:
            return True
        duration = float(spec.get("leaseDurationSeconds") or 0)
        return (self._now() - renewed).total_seconds() > duration + _SKEW

    def _value(self, found: KubernetesObject | None) -> KubernetesObject:
        now = self._now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        before = (found or {}).get("spec") or {}
        ours = before.get("holderIdentity") == self._holder.identity
        metadata = {"namespace": self._ref.namespace, "name": self._ref.name}
        if found is not None:
            metadata["resourceVersion"] = str(metadata_of(found).get("resourceVersion"))
        spec = {
            "holderIdentity": self._holder.identity,
            "leaseDurationSeconds": int(self._settings.duration),
            "acquireTime": before.get("acquireTime", now) if ours else now,
            "renewTime": now,
            "leaseTransitions": int(before.get("leaseTransitions") or 0) + (0 if ours else 1),
        }
        head = {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease"}
        return {**head, "metadata": metadata, "spec": spec}
