"""What the parts of one cluster share: its store, its registry, its time and what it hands out."""

import random
import uuid
from itertools import count

from argosy.sandbox.clock import Clock, rfc3339
from argosy.sandbox.objects import Environment
from argosy.sandbox.registry import ResourceRegistry
from argosy.sandbox.resource_types import ObjectType
from argosy.sandbox.schema_data import load_catalog
from argosy.sandbox.settings import Settings
from argosy.sandbox.store import Store
from argosy.sandbox.timers import Timers

__all__ = ["ClusterState"]

_SUFFIX_LETTERS = "bcdfghjklmnpqrstvwxz2456789"
"""The alphabet of generated names (`k8s.io/apimachinery/pkg/util/rand`): no vowels, so no words."""


class ClusterState:
    """One cluster's parts. Who writes goes through `Writer`; this only holds them together."""

    def __init__(self, name: str, clock: Clock, settings: Settings) -> None:
        self.name = name
        self.clock = clock
        self.settings = settings
        self.registry = ResourceRegistry(load_catalog(settings.kubernetes_version))
        self.store = Store(events_kept=settings.events_kept)
        self.timers = Timers()
        self._random = random.Random(f"{name}/{settings.seed}")  # noqa: S311 - names, not secrets
        self._addresses = count(16)
        self._pod_addresses = count(2)
        self._external_addresses = count(1)
        self._ports = count(30_000)

    def now(self) -> str:
        """The cluster's time as `metav1.Time`."""
        return rfc3339(self.clock.now())

    def environment(self) -> Environment:
        """What a write of this instant needs."""
        return Environment(self.now(), self.new_uid, self._new_address, self._new_port, self.name_suffix)

    def new_uid(self) -> str:
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))

    def name_suffix(self) -> str:
        """Five letters, as `generateName` and pods get them."""
        return "".join(self._random.choices(_SUFFIX_LETTERS, k=5))

    def pod_address(self) -> str:
        """An address of the pods' network."""
        number = next(self._pod_addresses)
        return f"10.244.{number // 256 % 256}.{number % 256}"

    def external_address(self) -> str:
        """An address of a load balancer (TEST-NET-2)."""
        return f"198.51.100.{next(self._external_addresses) % 256}"

    def builtin(self, group: str, version: str, plural: str) -> ObjectType:
        """A type that every cluster has."""
        return self.registry.catalog.types[group, version, plural]

    def _new_address(self) -> str:
        number = next(self._addresses)
        return f"10.96.{number // 256 % 256}.{number % 256}"

    def _new_port(self) -> int:
        return 30_000 + (next(self._ports) - 30_000) % 2768
