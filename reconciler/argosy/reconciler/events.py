"""Kubernetes Events for what happens to Applications and sets, posted behind the passes and never in their
way.

Argo CD's reasons, so that what reads its Events reads ours. Mere changes of health and sync are in the
status and make no Event: they would double the calls of a rollout. The same thing told again counts up one
Event.
"""

import asyncio
import hashlib
from collections.abc import Callable
from datetime import datetime

from argosy.clusters.client import Client
from argosy.clusters.errors import AlreadyExists, ApiError
from argosy.clusters.objects import ObjectRef
from argosy.reconciler.installation import ARGO_GROUP, ARGO_VERSION
from argosy.reconciler.resource import KubernetesObject
from argosy.reconciler.surroundings import Told

__all__ = ["EventWriter"]

_QUIET = frozenset({"ResourceUpdated", "PassFailed"})
_MOST = 1000
_KEPT = 2000
_DRAIN = 3.0


class EventWriter:
    """Posts Events in the order in which they are told. What the server refuses is dropped: an Event is no
    state."""

    def __init__(self, client: Client, component: str, now: Callable[[], datetime]) -> None:
        self._client = client
        self._component = component
        self._now = now
        self._queue: asyncio.Queue[Told] = asyncio.Queue(_MOST)
        self._counts: dict[str, int] = {}

    def post(self, told: Told) -> None:
        """Have an Event written soon. Where too many wait already this one is dropped."""
        if told.reason not in _QUIET and not self._queue.full():
            self._queue.put_nowait(told)

    async def run(self) -> None:
        """Write until cancelled."""
        while True:
            told = await self._queue.get()
            try:
                await self._write(told)
            except ApiError:
                continue
            finally:
                self._queue.task_done()

    async def drain(self) -> None:
        """Wait a moment for what was told already."""
        try:
            async with asyncio.timeout(_DRAIN):
                await self._queue.join()
        except TimeoutError:
            return

    async def _write(self, told: Told) -> None:
        value = self._value(told)
        name = str(value["metadata"]["name"])
        if len(self._counts) > _KEPT:
            self._counts.clear()
        count = self._counts[name] = self._counts.get(name, 0) + 1
        if count == 1:
            try:
                await self._client.create(value)
                return
            except AlreadyExists:
                self._counts[name] = count = 2
        ref = ObjectRef("", "v1", "Event", told.about.namespace, name)
        await self._client.patch(ref, {"count": count, "lastTimestamp": value["lastTimestamp"]})

    def _value(self, told: Told) -> KubernetesObject:
        about = told.about
        text = f"{about}|{told.reason}|{told.message}"
        moment = self._now().strftime("%Y-%m-%dT%H:%M:%SZ")
        return {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {
                "name": f"{about.name}.{hashlib.sha256(text.encode()).hexdigest()[:16]}",
                "namespace": about.namespace,
            },
            "involvedObject": {
                "apiVersion": f"{ARGO_GROUP}/{ARGO_VERSION}",
                "kind": about.kind,
                "namespace": about.namespace,
                "name": about.name,
            },
            "type": "Warning" if told.warning else "Normal",
            "reason": told.reason,
            "message": told.message[:1024],
            "firstTimestamp": moment,
            "lastTimestamp": moment,
            "count": 1,
            "source": {"component": self._component},
            "reportingComponent": self._component,
        }
