"""What every pass works with: one value that the controller makes and hands to the passes.

Holds no rules. Whatever the passes need of the world comes through here, so that tests and the rehearsal
hand in their own world.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from argosy.compiler.ignored_fields import DeleteFields
from argosy.compiler.rollout import NodeKey
from argosy.generators.world import ClusterSecret
from argosy.reconciler.cluster_view import ClusterView
from argosy.reconciler.desired import Rendered
from argosy.reconciler.gates import Gates, NodeState
from argosy.reconciler.hierarchy import Hierarchy
from argosy.reconciler.installation import ARGO_GROUP, Installation
from argosy.reconciler.node_keys import APPLICATION
from argosy.reconciler.outside import Outside
from argosy.reconciler.resource import KubernetesObject, ResourceKey
from argosy.reconciler.revisions import Revisions
from argosy.reconciler.specification import ApplicationSpec, Destination, SpecificationError
from argosy.reconciler.status_memory import target_id
from argosy.schemas.knowledge import Answer, Known
from argosy.sources.capabilities import Capabilities

__all__ = ["AskCapabilities", "Renderings", "Surroundings", "Told"]


@dataclass(frozen=True, slots=True)
class Renderings:
    """What an Application's sources rendered to, and how (`Directory`, `Kustomize`, `Helm`), one for each
    source.

    `cluster` is what a chart among them sees of its cluster, `None` where they render alike on all.
    """

    manifests: tuple[Rendered, ...]
    source_types: tuple[str, ...]
    cluster: Capabilities | None = None


AskCapabilities = Callable[[], Awaitable[Answer[Capabilities]]]
"""Asks the destination of an Application what it is and serves."""


class Render(Protocol):
    """Renders the sources of a specification at their commits. Raises `ArgosyError` where that is not
    known."""

    def __call__(
        self, spec: ApplicationSpec, commits: tuple[str, ...], capabilities: AskCapabilities
    ) -> Awaitable[Renderings]:
        """The manifests of all sources, in their order."""


@dataclass(frozen=True, slots=True)
class Told:
    """Something that happened to an Application or set, for Events and progress lines."""

    about: NodeKey
    reason: str
    message: str
    warning: bool = False


@dataclass(slots=True)
class Surroundings:
    """The world of the passes."""

    installation: Installation
    management: ClusterView
    view_of: Callable[[Destination], Awaitable[ClusterView]]
    revisions: Revisions
    outside: Outside
    render: Render
    now: Callable[[], datetime]
    loop_time: Callable[[], float]
    chance: Callable[[], float]
    tell: Callable[[Told], None]
    clusters: Callable[[], Sequence[ClusterSecret]]
    """The registered clusters."""
    delete_fields: DeleteFields
    """Runs the jq expressions of `ignoreApplicationDifferences`; blocks while it does."""
    hierarchy: Hierarchy
    states: dict[NodeKey, NodeState] = field(default_factory=dict)
    looked_at: set[NodeKey] = field(default_factory=set)
    """Nodes over which a pass has ended: what is said of others is not the whole truth yet."""
    unclaimed: set[NodeKey] = field(default_factory=set)
    """Applications that want something new and were not looked at yet: it may be what another gives up."""
    mark: Callable[[NodeKey], None] = lambda _key: None
    """Have a node looked at."""
    expansions: dict[NodeKey, str] = field(default_factory=dict)
    """The target of each set, as its last pass worked it out."""
    _targets: dict[NodeKey, tuple[KubernetesObject, object, str]] = field(default_factory=dict)
    """The target of each Application, with the manifest and the snapshot that it was worked out from."""

    def instant(self) -> str:
        """Now, as Kubernetes writes it."""
        return self.now().strftime("%Y-%m-%dT%H:%M:%SZ")

    def gates(self) -> Gates:
        """The gates at this moment."""
        hierarchy = self.hierarchy
        return Gates(
            hierarchy.graph, self.states, _Targets(self), self.looked_at, coming=lambda: hierarchy.coming
        )

    def manifest(self, key: NodeKey) -> KubernetesObject | None:
        """The object of a node."""
        return self.management.get(ResourceKey(ARGO_GROUP, key.kind, key.namespace, key.name))

    def target(self, key: NodeKey) -> str | None:
        """What a node has to be at, `None` while that is not known."""
        if key.kind != APPLICATION:
            return self.expansions.get(key)
        manifest = self.manifest(key)
        if manifest is None:
            self._targets.pop(key, None)
            return None
        known, snapshot = self._targets.get(key), self.revisions.answers
        if known is not None and known[0] is manifest and known[1] is snapshot:
            return known[2]
        try:
            spec = ApplicationSpec.parse(manifest)
        except SpecificationError:
            return None
        commits = []
        for source in spec.sources:
            answer = self.revisions.peek(str(source["repoURL"]), str(source.get("targetRevision") or ""))
            if not isinstance(answer, Known):
                return None
            commits.append(answer.value)
        target = target_id(spec, tuple(commits))
        self._targets[key] = manifest, snapshot, target
        return target


class _Targets(Mapping[NodeKey, str | None]):
    """Targets worked out when they are asked for, once."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._surroundings = surroundings
        self._found: dict[NodeKey, str | None] = {}

    def __getitem__(self, key: NodeKey) -> str | None:
        if key not in self._found:
            self._found[key] = self._surroundings.target(key)
        return self._found[key]

    def __iter__(self) -> Iterator[NodeKey]:
        return iter(self._surroundings.hierarchy.keys)

    def __len__(self) -> int:
        return len(list(self._surroundings.hierarchy.keys))
