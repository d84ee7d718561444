"""What a pass needs of an Application's manifest, read once and checked. Pure.

Stands between the objects of the management cluster and the pass; whatever is wrong with a specification is
an error with Argo CD's condition type, so that the pass can say it in the status.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from argosy.compiler.rollout import NodeKey
from argosy.reconciler.node_keys import APPLICATION
from argosy.reconciler.resource import (
    KubernetesObject,
    annotations_of,
    digest_of,
    metadata_of,
    name_of,
    namespace_of,
)
from argosy.schemas.finding import ArgosyError
from argosy.schemas.model.annotations import DEPENDS_ON, FINALIZERS, TIMEOUT, parse_names, timeout_of

__all__ = [
    "ApplicationSpec",
    "Destination",
    "SpecificationError",
    "depends_on",
    "fingerprint",
    "node_key",
]

_IN_CLUSTER = ("in-cluster", "https://kubernetes.default.svc")
_DEFAULT_TIMEOUT = 600.0


class SpecificationError(ArgosyError):
    """An Application that cannot mean anything; `code` is the condition type."""

    code = "InvalidSpecError"


@dataclass(frozen=True, slots=True)
class Destination:
    """Where the objects go: a cluster by server or by name, never both."""

    server: str
    name: str
    namespace: str

    @property
    def cluster(self) -> str:
        """The one word by which the cluster is looked up."""
        return self.server or self.name

    @property
    def in_cluster(self) -> bool:
        """Whether this is the management cluster."""
        return self.cluster in _IN_CLUSTER


@dataclass(frozen=True, slots=True)
class ApplicationSpec:
    """One Application as a pass sees it."""

    key: NodeKey
    uid: str
    manifest: KubernetesObject
    project: str
    sources: tuple[Mapping[str, Any], ...]
    several: bool
    destination: Destination
    automated: bool
    prune: bool
    self_heal: bool
    allow_empty: bool
    sync_options: frozenset[str]
    finalizer: bool
    deleting: bool
    history_limit: int
    timeout: float
    depends_on: tuple[str, ...]
    fingerprint: str
    """Of what a revision is rendered from and where it goes; the sync policy is no part of it."""

    @property
    def name(self) -> str:
        """The Application's name."""
        return self.key.name

    @property
    def status(self) -> Mapping[str, Any]:
        """The status as last seen."""
        return self.manifest.get("status") or {}

    @property
    def operation(self) -> Mapping[str, Any] | None:
        """What somebody asked for by hand and nobody began yet."""
        operation = self.manifest.get("operation")
        return operation if isinstance(operation, Mapping) else None

    @classmethod
    def parse(cls, manifest: KubernetesObject) -> "ApplicationSpec":
        """Read a manifest. Raises `SpecificationError`."""
        spec = manifest.get("spec") or {}
        policy = spec.get("syncPolicy") or {}
        automated = policy.get("automated")
        given: Mapping[str, Any] = automated if isinstance(automated, Mapping) else {}
        on = isinstance(automated, Mapping) and given.get("enabled") is not False
        several = bool(spec.get("sources"))
        finalizers = metadata_of(manifest).get("finalizers") or ()
        limit = spec.get("revisionHistoryLimit")
        sources = _sources(spec)
        return cls(
            key=NodeKey(APPLICATION, namespace_of(manifest), name_of(manifest)),
            uid=str(metadata_of(manifest).get("uid", "")),
            manifest=manifest,
            project=str(spec.get("project") or "default"),
            sources=sources,
            several=several,
            destination=_destination(spec.get("destination") or {}),
            automated=on,
            prune=on and bool(given.get("prune")),
            self_heal=on and bool(given.get("selfHeal")),
            allow_empty=on and bool(given.get("allowEmpty")),
            sync_options=frozenset(str(option) for option in policy.get("syncOptions") or ()),
            finalizer=any(item in FINALIZERS for item in finalizers),
            deleting=bool(metadata_of(manifest).get("deletionTimestamp")),
            history_limit=10 if limit is None else int(limit),
            timeout=_timeout(manifest),
            depends_on=depends_on(manifest),
            fingerprint=fingerprint(sources, spec.get("destination") or {}),
        )


def fingerprint(sources: tuple[Mapping[str, Any], ...], destination: Mapping[str, Any]) -> str:
    """Names what is rendered, revisions aside, and where it goes."""
    return digest_of([sources, destination])


def node_key(manifest: Mapping[str, Any]) -> NodeKey:
    """The place of an Application or set in the rollout."""
    return NodeKey(str(manifest.get("kind")), namespace_of(manifest), name_of(manifest))


def depends_on(manifest: Mapping[str, Any]) -> tuple[str, ...]:
    """The names in `argosy.dev/depends-on`."""
    return parse_names(str(annotations_of(manifest).get(DEPENDS_ON, "")))


def _sources(spec: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
    several, single = spec.get("sources"), spec.get("source")
    sources = tuple(several) if several else (single,) if single else ()
    if not sources:
        raise SpecificationError("the Application has no source: set spec.source or spec.sources")
    for source in sources:
        if not source.get("repoURL"):
            raise SpecificationError(
                "spec.source.repoURL is missing: say which repository holds the manifests"
            )
        if not (source.get("path") or source.get("chart") or source.get("ref")):
            # Argo CD's words, so that people find them.
            raise SpecificationError(
                f"spec.source.path or spec.source.chart is missing for {source['repoURL']}"
            )
    return sources


def _destination(destination: Mapping[str, Any]) -> Destination:
    server, name = str(destination.get("server") or ""), str(destination.get("name") or "")
    if server and name:
        raise SpecificationError(
            f"application destination can't have both name and server defined: {name} {server}; keep one"
        )
    if not server and not name:
        raise SpecificationError("Destination server missing from app spec: set destination.server or .name")
    return Destination(server.rstrip("/"), name, str(destination.get("namespace") or ""))


def _timeout(manifest: KubernetesObject) -> float:
    try:
        return timeout_of(annotations_of(manifest)) or _DEFAULT_TIMEOUT
    except ValueError as error:
        text = annotations_of(manifest)[TIMEOUT]
        raise SpecificationError(
            f"annotation {TIMEOUT} is {text!r}; expected a duration such as 90s, 10m or 1h30m"
        ) from error
