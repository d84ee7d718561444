"""Applications that deploy Applications: from roots to the whole tree.

The caller hands in what renders an Application's source, so this knows neither Git nor any renderer. What
cannot be rendered or expanded is an unknown branch of the tree with its reason, never an empty one.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from argosy.compiler.expansion import Expansion, UnknownExpansion, expand
from argosy.compiler.loading import load, load_rendered, reasons
from argosy.compiler.rollout import NodeKey, RolloutGraph, RolloutNode, build
from argosy.generators.generator import Settings
from argosy.generators.world import World
from argosy.schemas.finding import Finding, Related, Severity
from argosy.schemas.knowledge import Answer, Unknown
from argosy.schemas.model.application import Application
from argosy.schemas.model.applicationset import ApplicationSet
from argosy.schemas.model.appproject import AppProject
from argosy.schemas.model.origin import DeferredOrigin, Origin, Place, unplaced
from argosy.schemas.position import Path, Position
from argosy.schemas.validation import kind_of
from argosy.schemas.yaml_reader import Document

__all__ = ["Hierarchy", "Member", "Render", "RenderedManifest", "follow", "key_of"]


@dataclass(frozen=True, slots=True)
class RenderedManifest:
    """One object that a source rendered, and where it came from.

    `document` is there where the object is a document of a file as it stands: findings about what lies
    inside of it can then be told at their own lines.
    """

    value: Mapping[str, Any]
    origin: Origin = field(default=Origin(), compare=False)
    document: Document | None = None

    def position(self, path: Path = (), key: bool = False) -> Position | None:
        """Where a field (or its key) was written, or the nearest place that is known."""
        if self.document is not None:
            return self.document.position(path, key)
        return self.origin.position_of(path, key)

    def way(self, application: Application) -> tuple[Related, ...]:
        """What took in a rendered object, the Application that it is for, and what made that."""
        origin = application.origin
        here = Related(f"rendered for Application `{application.name}`", origin.position)
        return (*self.origin.chain, here, *origin.chain)


Render = Callable[[Sequence[Application]], Sequence[Answer[Sequence[RenderedManifest]]]]
"""Renders many Applications, so that the caller may do it in parallel; one answer each, in order."""


@dataclass(frozen=True, slots=True)
class Member:
    """One Application or ApplicationSet of the tree.

    `document` is the one that it was read from while its parent was followed. `manifests` is everything that
    an Application deploys, `expansion` what a set came to; `unknown` says why the children are not known.
    """

    key: NodeKey
    resource: Application | ApplicationSet
    parent: NodeKey | None = None
    document: Document | None = None
    manifests: tuple[RenderedManifest, ...] = ()
    unknown: Unknown | None = None
    expansion: Expansion | None = None

    @property
    def position(self) -> Position | None:
        """The line it is written in, or that its template is written in."""
        if isinstance(self.resource, Application):
            return self.resource.origin.position
        return self.resource.position(("metadata", "name"))


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """The tree below some roots, every member once, parents first."""

    members: Mapping[NodeKey, Member]
    projects: tuple[AppProject, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def applications(self) -> tuple[Application, ...]:
        """All Applications of the tree, parents first."""
        resources = (member.resource for member in self.members.values())
        return tuple(each for each in resources if isinstance(each, Application))

    @property
    def unknown(self) -> tuple[Member, ...]:
        """The members whose children are not known."""
        return tuple(member for member in self.members.values() if member.unknown)

    def children(self, parent: NodeKey | None) -> tuple[Member, ...]:
        """The members right below one, in the order of the input."""
        return tuple(member for member in self.members.values() if member.parent == parent)

    def rollout(self, locate: Callable[[Member], Place] = lambda _: unplaced) -> RolloutGraph:
        """The order in which the tree rolls out; `locate` finds the lines of a member's fields."""
        return build(
            RolloutNode(
                member.key,
                member.parent,
                member.resource.wave,
                member.resource.depends_on,
                DeferredOrigin(partial(_origin, member, locate)),
                member.resource.labels,
                member.resource.steps if isinstance(member.resource, ApplicationSet) else (),
            )
            for member in self.members.values()
        )


def _rendered_for(application: Application, manifest: RenderedManifest, finding: Finding) -> Finding:
    related = (*finding.related, *manifest.way(application))
    return replace(finding, related=related, applications=(application.name,))


def _origin(member: Member, locate: Callable[[Member], Place]) -> Origin:
    return Origin(member.position, place=locate(member))


def key_of(resource: Application | ApplicationSet) -> NodeKey:
    """The key of an object in the tree and in the rollout's order."""
    kind = "Application" if isinstance(resource, Application) else "ApplicationSet"
    return NodeKey(kind, resource.namespace, resource.name)


def follow(
    roots: Sequence[Application | ApplicationSet],
    world: World,
    render: Render,
    settings: Settings | None = None,
) -> Hierarchy:
    """Follows roots through everything that they render and generate.

    Children are the Applications and sets that an Application deploys to the management cluster.
    """
    return _Follower(world, render, settings or Settings()).run(roots)


@dataclass(slots=True)
class _Follower:
    world: World
    render: Render
    settings: Settings
    members: dict[NodeKey, Member] = field(default_factory=dict)
    projects: list[AppProject] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    deployed: set[NodeKey] = field(default_factory=set)
    """Roots that the tree of another root deploys."""

    def run(self, roots: Sequence[Application | ApplicationSet]) -> Hierarchy:
        level = [member for root in roots if (member := self._add(root, None))]
        while level:
            level = self._next_level(level)
        if self.deployed:
            left = [root for root in roots if key_of(root) not in self.deployed]
            return _Follower(self.world, self.render, self.settings).run(left)
        return Hierarchy(self.members, tuple(self.projects), tuple(dict.fromkeys(self.findings)))

    def _next_level(self, level: Sequence[Member]) -> list[Member]:
        applications = [each.resource for each in level if isinstance(each.resource, Application)]
        rendered = dict(zip(map(key_of, applications), self.render(applications), strict=True))
        below: list[Member] = []
        for member in level:
            if isinstance(member.resource, Application):
                below += self._rendered(member, rendered[member.key])
            else:
                below += self._expanded(member, member.resource)
        return below

    def _rendered(self, member: Member, answer: Answer[Sequence[RenderedManifest]]) -> list[Member]:
        if isinstance(answer, Unknown):
            self.members[member.key] = replace(member, unknown=answer)
            return []
        self.members[member.key] = replace(member, manifests=tuple(answer.value))
        assert isinstance(member.resource, Application)
        if not member.resource.destination.is_in_cluster:
            return []
        below: list[Member] = []
        default = member.resource.destination.namespace or self.settings.namespace
        for manifest in answer.value:
            if kind_of(manifest.value) is None:
                continue
            if manifest.document is not None:
                loaded = load(manifest.document, default)
                self.findings += reasons(manifest.document, loaded)
            else:
                loaded = load_rendered(manifest.value, default, manifest.origin)
                self.findings += (_rendered_for(member.resource, manifest, each) for each in loaded.findings)
            if isinstance(loaded.resource, AppProject):
                self.projects.append(loaded.resource)
            elif loaded.resource is not None:
                child = self._add(loaded.resource, member.key, manifest.document)
                below += [child] if child else []
        return below

    def _expanded(self, member: Member, applicationset: ApplicationSet) -> list[Member]:
        expansion: Expansion | UnknownExpansion = expand(applicationset, self.world, self.settings)
        self.findings += expansion.findings
        if isinstance(expansion, UnknownExpansion):
            self.members[member.key] = replace(member, unknown=expansion)
            return []
        self.members[member.key] = replace(member, expansion=expansion)
        children = (self._add(application, member.key) for application in expansion.applications)
        return [child for child in children if child]

    def _add(
        self,
        resource: Application | ApplicationSet,
        parent: NodeKey | None,
        document: Document | None = None,
    ) -> Member | None:
        """A new member, or `None` with a finding where the tree has one of that name already."""
        member = Member(key_of(resource), resource, parent, document)
        first = self.members.get(member.key)
        if first is None:
            self.members[member.key] = member
            return member
        chain = self._chain(parent)
        if member.key in chain:
            cycle = [self.members[key] for key in chain[chain.index(member.key) :]]
            self.findings.append(_contains_itself(member, cycle))
        elif self._is_no_root(first, member, chain):
            self.deployed.add(member.key)
        elif first.parent is None or first.parent != parent:
            # What one source holds twice is said of the source.
            self.findings.append(_claimed_twice(member, first))
        return None

    def _is_no_root(self, root: Member, found: Member, chain: Sequence[NodeKey]) -> bool:
        """Whether what was given as a root is what the tree of another one deploys."""
        here, there = root.position, found.position
        is_same = here is not None and there is not None and here.file == there.file
        return root.parent is None and is_same and bool(chain) and chain[0] not in self.deployed

    def _chain(self, key: NodeKey | None) -> list[NodeKey]:
        """From the root down to a member."""
        chain: list[NodeKey] = []
        while key is not None:
            chain.append(key)
            key = self.members[key].parent
        return chain[::-1]


def _contains_itself(member: Member, cycle: Sequence[Member]) -> Finding:
    path = " -> ".join(str(each.key) for each in [*cycle, member])
    deployers = [*cycle[1:], cycle[0]]
    return Finding(
        "application-cycle",
        Severity.ERROR,
        f"a cycle of Applications: {path}",
        member.position,
        hint="an Application must not deploy itself or one of its parents; take it out of that source",
        related=tuple(
            Related(f"{parent.key} deploys {child.key}, written here", child.position)
            for parent, child in zip(cycle, deployers, strict=True)
        ),
    )


def _claimed_twice(member: Member, first: Member) -> Finding:
    return Finding(
        "shared-object",
        Severity.ERROR,
        f"{member.key} is made twice: by {_maker(member)} and by {_maker(first)}",
        member.position,
        hint="only one parent may own an Application; rename or remove one of the two",
        related=(Related("first made here", first.position),),
    )


def _maker(member: Member) -> str:
    return str(member.parent) if member.parent else "a manifest of its own"
