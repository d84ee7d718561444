"""An Application: a thin view round its manifest, so that compiling ten thousand of them stays cheap.

Properties are parsed when first asked for. What the API server would refuse reads as a zero value here.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from argosy.schemas.model import annotations as names
from argosy.schemas.model.durations import parse_seconds_or_duration
from argosy.schemas.model.fields import flag, integer, mapping, mappings, string_map, text, texts
from argosy.schemas.model.origin import Origin
from argosy.schemas.model.resource import Resource
from argosy.schemas.model.source import Source
from argosy.schemas.model.sync_options import SyncOptions
from argosy.schemas.position import Path

__all__ = [
    "DEFAULT_PROJECT",
    "IN_CLUSTER_NAME",
    "IN_CLUSTER_SERVER",
    "Application",
    "Automated",
    "Backoff",
    "Destination",
    "IgnoreDifference",
    "RetryStrategy",
    "SyncPolicy",
    "instance_name",
]

IN_CLUSTER_SERVER = "https://kubernetes.default.svc"
IN_CLUSTER_NAME = "in-cluster"
DEFAULT_PROJECT = "default"


@dataclass(frozen=True, slots=True)
class Destination:
    """Where an Application goes: a cluster by its server URL or by its name, and a namespace."""

    server: str = ""
    name: str = ""
    namespace: str = ""

    @property
    def is_in_cluster(self) -> bool:
        """Whether it is the management cluster."""
        return self.name == IN_CLUSTER_NAME or self.server.rstrip("/") == IN_CLUSTER_SERVER

    @property
    def cluster(self) -> str:
        """One name for each cluster, as far as it can be told without the registered clusters."""
        return IN_CLUSTER_NAME if self.is_in_cluster else self.name or self.server

    def __str__(self) -> str:
        return f"{self.name or self.server}/{self.namespace}"


@dataclass(frozen=True, slots=True)
class Automated:
    """What the controller may do without being asked."""

    enabled: bool = True
    prune: bool = False
    self_heal: bool = False
    allow_empty: bool = False


@dataclass(frozen=True, slots=True)
class Backoff:
    """How long to wait between attempts, in seconds; a maximum of 0 is none. The defaults are Argo CD's."""

    duration: float = 5.0
    factor: int = 2
    max_duration: float = 180.0


@dataclass(frozen=True, slots=True)
class RetryStrategy:
    """How often a failed sync is tried again; a negative limit means for ever."""

    limit: int = 0
    backoff: Backoff = Backoff()
    refresh: bool = False

    def allows(self, attempts: int) -> bool:
        """Whether another attempt may follow after so many retries."""
        return self.limit < 0 or attempts < self.limit

    def delay(self, attempts: int) -> float:
        """Seconds to wait before the retry that follows after `attempts` retries."""
        try:
            waited = self.backoff.duration * math.pow(self.backoff.factor, attempts)
        except OverflowError:
            waited = math.inf
        return min(waited, self.backoff.max_duration) if self.backoff.max_duration > 0 else waited


@dataclass(frozen=True, slots=True)
class SyncPolicy:
    """When and how an Application is synced. `automated` None means that the controller only reports."""

    automated: Automated | None = None
    options: SyncOptions = field(default_factory=SyncOptions)
    retry: RetryStrategy | None = None
    namespace_labels: Mapping[str, str] | None = None
    namespace_annotations: Mapping[str, str] | None = None

    @property
    def is_automated(self) -> bool:
        """Whether the controller syncs by itself."""
        return self.automated is not None and self.automated.enabled


@dataclass(frozen=True, slots=True)
class IgnoreDifference:
    """Fields of some objects that do not count as differences."""

    group: str
    kind: str
    name: str = ""
    namespace: str = ""
    json_pointers: tuple[str, ...] = ()
    jq_path_expressions: tuple[str, ...] = ()
    managers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Application(Resource):
    """An Application as the API would store it, and where it came from."""

    origin: Origin = field(default=Origin(), compare=False)

    @property
    def deletes_its_resources(self) -> bool:
        """Whether deleting it deletes what it has deployed."""
        return any(finalizer in names.FINALIZERS for finalizer in self.finalizers)

    @property
    def project(self) -> str:
        """The project's name; an empty one means `default`."""
        return text(self.spec, "project") or DEFAULT_PROJECT

    @cached_property
    def destination(self) -> Destination:
        """Where it goes."""
        fields = mapping(self.spec, "destination")
        return Destination(text(fields, "server"), text(fields, "name"), text(fields, "namespace"))

    @property
    def has_several_sources(self) -> bool:
        """Whether `sources` is in force, and not `source`."""
        return bool(mappings(self.spec, "sources"))

    @property
    def written_sources(self) -> Sequence[tuple[Path, Source]]:
        """What people write: the sources in force with their places, of a hydrated one what is hydrated."""
        hydrator = self.spec.get("sourceHydrator")
        if isinstance(hydrator, Mapping):
            return [(("spec", "sourceHydrator", "drySource"), Source(mapping(hydrator, "drySource")))]
        if self.has_several_sources:
            return [(("spec", "sources", index), source) for index, source in enumerate(self.sources)]
        return [(("spec", "source"), source) for source in self.sources]

    @cached_property
    def sources(self) -> tuple[Source, ...]:
        """The sources in force: the hydrated one, else `sources` where it is not empty, else `source`."""
        hydrator = self.spec.get("sourceHydrator")
        if isinstance(hydrator, Mapping):
            return (Source(_hydrated(hydrator)),)
        several = mappings(self.spec, "sources")
        if several:
            return tuple(map(Source, several))
        single = self.spec.get("source")
        return (Source(single),) if isinstance(single, Mapping) else ()

    @cached_property
    def sync_policy(self) -> SyncPolicy:
        """When and how it is synced."""
        return _sync_policy(mapping(self.spec, "syncPolicy"))

    @cached_property
    def ignore_differences(self) -> tuple[IgnoreDifference, ...]:
        """Differences that do not count."""
        return tuple(
            IgnoreDifference(
                text(item, "group"),
                text(item, "kind"),
                text(item, "name"),
                text(item, "namespace"),
                texts(item, "jsonPointers"),
                texts(item, "jqPathExpressions"),
                texts(item, "managedFieldsManagers"),
            )
            for item in mappings(self.spec, "ignoreDifferences")
        )

    @property
    def revision_history_limit(self) -> int:
        """How many deployments its status remembers; Argo CD's default is 10."""
        return integer(self.spec, "revisionHistoryLimit", 10)

    @cached_property
    def wave(self) -> int:
        """Its place in the order of its parent's objects."""
        return names.wave_of(self.annotations)

    @cached_property
    def depends_on(self) -> tuple[str, ...]:
        """Names of Applications that must have rolled out before it."""
        return names.parse_names(self.annotations.get(names.DEPENDS_ON, ""))

    @cached_property
    def timeout(self) -> float | None:
        """Seconds to wait for its health, None for the default. Raises ValueError where it cannot be read."""
        return names.timeout_of(self.annotations)


def _hydrated(hydrator: Mapping[str, Any]) -> dict[str, Any]:
    """The source that a hydrator's output is synced from, as Argo CD derives it."""
    dry, sync = mapping(hydrator, "drySource"), mapping(hydrator, "syncSource")
    return {
        "repoURL": text(sync, "repoURL") or text(dry, "repoURL"),
        "path": text(sync, "path"),
        "targetRevision": text(sync, "targetBranch"),
    }


def _sync_policy(fields: Mapping[str, Any]) -> SyncPolicy:
    namespace = mapping(fields, "managedNamespaceMetadata")
    written = isinstance(fields.get("managedNamespaceMetadata"), Mapping)
    return SyncPolicy(
        _automated(fields.get("automated")),
        SyncOptions.parse(texts(fields, "syncOptions")),
        _retry(fields.get("retry")),
        string_map(namespace, "labels") if written else None,
        string_map(namespace, "annotations") if written else None,
    )


def _automated(value: object) -> Automated | None:
    if not isinstance(value, Mapping):
        return None
    return Automated(
        flag(value, "enabled", True), flag(value, "prune"), flag(value, "selfHeal"), flag(value, "allowEmpty")
    )


def _retry(value: object) -> RetryStrategy | None:
    if not isinstance(value, Mapping):
        return None
    default = Backoff()
    fields = mapping(value, "backoff")
    backoff = Backoff(
        _seconds(text(fields, "duration"), default.duration),
        integer(fields, "factor", default.factor),
        _seconds(text(fields, "maxDuration"), default.max_duration),
    )
    return RetryStrategy(integer(value, "limit"), backoff, flag(value, "refresh"))


def _seconds(value: str, default: float) -> float:
    try:
        return parse_seconds_or_duration(value) if value else default
    except ValueError:
        return default


def instance_name(namespace: str, name: str, control_plane_namespace: str) -> str:
    """How an Application is called in tracking ids and in names of files: with its namespace unless that is
    the control plane's."""
    return name if namespace in ("", control_plane_namespace) else f"{namespace}_{name}"
