"""Reads one state: what is written, what sets generate, what Applications render to."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from argosy.cli.comparison.reach import Reach, lent_files
from argosy.cli.comparison.set_reads import ReadingWorld, SetReads
from argosy.cli.comparison.specified import SpecFiles, Specified, read_spec_files
from argosy.cli.comparison.states import ChangedFiles, State, States
from argosy.cli.offline_world import OfflineWorld
from argosy.cli.parameter_options import settings_of
from argosy.cli.rendered_sources import render_application, render_requests
from argosy.cli.repositories import KnownRepositories, Standing
from argosy.compiler.app_of_apps import RenderedManifest
from argosy.compiler.exceptions.configuration import FILE_NAME
from argosy.compiler.expansion import Expansion, UnknownExpansion, expand
from argosy.compiler.loading import load_rendered
from argosy.compiler.rollout import NodeKey
from argosy.generators.controller_parameters import CONFIG_MAP, ControllerParameters
from argosy.generators.questions import config_map_question
from argosy.schemas.finding import ArgosyError
from argosy.schemas.knowledge import Answer, Unknown
from argosy.schemas.model.application import Application, instance_name
from argosy.schemas.model.applicationset import ApplicationSet
from argosy.schemas.model.source import Source, SourceType
from argosy.schemas.validation import kind_of
from argosy.sources.git_url import clean_path
from argosy.sources.rendering import Renderer, detect_source_type
from argosy.sources.source_overrides import with_overrides
from argosy.sources.tree import Tree

__all__ = ["Specifications", "StateReader"]

_SETTINGS = config_map_question(CONFIG_MAP)
"""What every set depends on beside what it asks: how Argo CD is set up, which `argosy.yaml` may say, too."""


@dataclass(slots=True)
class Specifications:
    """All Applications and sets of one state by key, and what is unknown about it.

    `unknown_children` are the sets and Applications whose children are not known, with the reason; `reads`
    are the files that each set's generators have read. `again` are those whose name another file holds
    already: Applications of another Argo CD, say.
    """

    members: dict[NodeKey, Specified]
    files: SpecFiles
    unknown_children: dict[NodeKey, str] = field(default_factory=dict)
    reads: dict[NodeKey, SetReads] = field(default_factory=dict)
    children: dict[NodeKey, list[Specified]] = field(default_factory=dict)
    again: dict[NodeKey, list[Specified]] = field(default_factory=dict)

    def by_file(self, key: NodeKey) -> dict[str, Specified]:
        """All of that name, by the file that they are written in (empty for one that is made)."""
        member = self.members.get(key)
        found = [member] if member is not None else []
        return {each.file: each for each in (*found, *self.again.get(key, ()))}

    def unknown_reason(self, missing: Specified) -> str:
        """Why one that the other state has may be here all the same; empty where it is known to be gone."""
        if missing.file in self.files.broken:
            return f"{self.files.broken[missing.file]}"
        maker = missing.made_by
        return self.unknown_children.get(maker, "") if maker is not None else ""


class StateReader:
    """Reads one of the two states. `rendered` is shared by both."""

    def __init__(
        self,
        states: States,
        state: State,
        standing: Standing,
        repositories: KnownRepositories,
        world: OfflineWorld,
        parameters: ControllerParameters,
        namespace: str,
        renderer: Renderer,
    ) -> None:
        self.state = state
        self.standing = standing
        self.tree: Tree = standing.tree("")
        self.reach = Reach(self.tree)
        self._states = states
        self._repositories = repositories
        self._world = world
        self.parameters = parameters
        self._settings = settings_of(namespace, parameters)
        self._renderer = renderer
        self._rendered: dict[Specified, Answer[Sequence[RenderedManifest]]] = {}

    def read(self, earlier: Specifications | None = None) -> Specifications:
        """Everything that is specified. Of `earlier`, the other state, all is taken that cannot differ."""
        known = (earlier.files, self._states.changed.changes) if earlier else None
        files = read_spec_files(
            self._states.repository, self.state.where, self.tree, self._settings.namespace, known
        )
        overlaid: dict[NodeKey, Specified] = {}
        while True:
            found = Specifications(dict(overlaid), files)
            more = self._follow(found, earlier)
            if not more:
                return found
            # What the written ones led to counts no longer.
            overlaid |= more

    def _follow(self, found: Specifications, earlier: Specifications | None) -> Mapping[NodeKey, Specified]:
        """Takes what is written and all that it makes. Returns what a kustomization makes of written ones,
        which it takes as a base."""
        overlaid = dict(found.members)
        for each in found.files:
            first = found.members.setdefault(each.key, each)
            if first.file and first.file != each.file:
                found.again.setdefault(each.key, []).append(each)
        waiting = list(found.members.values())
        more: dict[NodeKey, Specified] = {}
        while waiting:
            children = [child for each in waiting for child in self._children(each, found, earlier)]
            waiting = []
            for child in children:
                first = found.members.setdefault(child.key, child)
                if first is child:
                    waiting.append(child)
                elif first.file and child.made_by and child.made_by.kind == "Application":
                    more.setdefault(child.key, child)
        return {key: child for key, child in more.items() if key not in overlaid}

    def render(self, specified: Specified) -> Answer[Sequence[RenderedManifest]]:
        """What an Application deploys in this state."""
        if specified not in self._rendered:
            resource = specified.resource
            if isinstance(resource, Application):
                answer = render_application(
                    resource, self._repositories, self._renderer, self._settings.namespace
                )
            else:
                answer = Unknown(f"the API server would refuse it: {specified.refusal}")
            self._rendered[specified] = answer
        return self._rendered[specified]

    def changed_inputs(self, specified: Specified, changed: ChangedFiles) -> Sequence[str]:
        """The changed files that the Application reads in this state, sorted."""
        suspected = {path for place in self._places(specified) for path in changed.under(place)}
        if not suspected:
            return ()
        resource = specified.resource
        if not isinstance(resource, Application):
            return sorted(suspected)
        try:
            inputs = set(self._exact_inputs(resource))
        except ArgosyError:
            return sorted(suspected)  # it does not render; what may be at fault is named
        places = {place for each in inputs for place in self.tree.places(each)}
        return sorted({path for place in places for path in changed.under(place)})

    # What an Application reads

    def _places(self, specified: Specified) -> Iterator[str]:
        sources = self._sources(specified)
        for source in sources:
            if self._is_here(source):
                if not (source.get("ref") and not source.get("path")):
                    yield from self.reach.places(source)
                if source.get("ref"):
                    for each in lent_files(sources, str(source["ref"])):
                        yield from self.tree.places(each)

    def _sources(self, specified: Specified) -> Sequence[Mapping[str, Any]]:
        """The sources with the options that files in their folders override."""
        if not self._has_overrides:
            return specified.sources
        key = specified.key
        instance = instance_name(key.namespace, key.name, self._settings.namespace)
        return [self._overridden(each, instance) for each in specified.sources]

    @cached_property
    def _has_overrides(self) -> bool:
        return any("/.argocd-source" in f"/{name}" for name in self.tree.files())

    def _overridden(self, source: Mapping[str, Any], instance: str) -> Mapping[str, Any]:
        if not source.get("path") or not self._is_here(source):
            return source
        try:
            folder = clean_path(str(source["path"]))
            return with_overrides(Source(source), self.tree, folder, instance).manifest
        except ArgosyError:
            return source  # rendering says what is wrong

    def _is_here(self, source: Mapping[str, Any]) -> bool:
        return (
            not source.get("chart")
            and self.standing.is_tip(str(source.get("targetRevision") or ""))
            and self.standing.answers_for(str(source.get("repoURL") or ""))
        )

    def _exact_inputs(self, application: Application) -> Iterator[str]:
        here = {source.ref for source in application.sources if source.ref and self._is_here(source.manifest)}
        for source, request in render_requests(application, self._repositories, self._settings.namespace):
            own = self._is_here(source.manifest)
            for each in self._renderer.inputs_now(request):
                if (own and not each.reference) or each.reference in here:
                    yield each.path

    # What a set generates, what an Application renders to

    def _children(
        self, specified: Specified, found: Specifications, earlier: Specifications | None
    ) -> Sequence[Specified]:
        if specified.key.kind == "ApplicationSet":
            children = self._generated(specified, found, earlier)
        else:
            children = self._deployed(specified, found, earlier)
        if children:
            found.children[specified.key] = list(children)
        return children

    def _generated(
        self, specified: Specified, found: Specifications, earlier: Specifications | None
    ) -> Sequence[Specified]:
        key = specified.key
        if earlier is not None and earlier.members.get(key) is specified:
            reads = earlier.reads.get(key)
            if reads is not None and not reads.touched(self._states.changed):
                found.reads[key] = reads
                self._world.rely_on(reads.asked)
                return _as_before(key, earlier, found)
        resource = specified.resource
        if not isinstance(resource, ApplicationSet):
            found.unknown_children[key] = f"the API server would refuse it: {specified.refusal}"
            return ()
        world = ReadingWorld(self._world, self.standing, resource)
        before = len(self._world.consulted)
        expansion: Expansion | UnknownExpansion = expand(resource, world, self._settings)
        world.reads.asked = frozenset((*self._world.consulted[before:], _SETTINGS))
        world.reads.files.add(FILE_NAME)
        found.reads[key] = world.reads
        if isinstance(expansion, UnknownExpansion):
            found.unknown_children[key] = expansion.reason
            return ()
        if expansion.failed:
            reasons = [each.message for each in expansion.findings][:3]
            found.unknown_children[key] = f"Argo CD would refuse to generate: {'; '.join(reasons)}"
        return [Specified.made(each, key) for each in expansion.applications]

    def _deployed(
        self, specified: Specified, found: Specifications, earlier: Specifications | None
    ) -> Sequence[Specified]:
        """Applications and sets among what an Application renders to, where no file holds them so."""
        sources = [each for each in self._sources(specified) if self._may_hold_specs(each, found)]
        resource = specified.resource if sources else None
        if not isinstance(resource, Application) or not resource.destination.is_in_cluster:
            return ()
        same = earlier is not None and earlier.members.get(specified.key) is specified
        if earlier is not None and same and not self.changed_inputs(specified, self._states.changed):
            return _as_before(specified.key, earlier, found)
        answer = self.render(specified)
        if isinstance(answer, Unknown):
            found.unknown_children[specified.key] = answer.reason
            return ()
        default = resource.destination.namespace or self._settings.namespace
        return [
            child
            for each in answer.value
            if kind_of(each.value) in ("Application", "ApplicationSet")
            and (child := self._child(each, default, specified.key, found)) is not None
        ]

    def _child(
        self, manifest: RenderedManifest, default: str, maker: NodeKey, found: Specifications
    ) -> Specified | None:
        """What a rendering holds: the written one, where it has not become another."""
        metadata = manifest.value.get("metadata")
        if isinstance(metadata, Mapping):
            namespace, name = str(metadata.get("namespace") or default), str(metadata.get("name"))
            written = found.members.get(NodeKey(str(manifest.value["kind"]), namespace, name))
            if written is not None and written.file and written.value == manifest.value:
                return written
        made = load_rendered(manifest.value, default, manifest.origin).resource
        return Specified.made(made, maker) if isinstance(made, (Application, ApplicationSet)) else None

    def _may_hold_specs(self, source: Mapping[str, Any], found: Specifications) -> bool:
        """Whether a source has to be rendered to know the Applications in it."""
        if source.get("chart") or not source.get("repoURL"):
            return False
        if not self._is_here(source):
            return self._may_hold_elsewhere(source)
        try:
            folder = clean_path(str(source.get("path") or ""))
            if not self.tree.has_directory(folder):
                return False
        except ArgosyError:
            return False
        holds = any(found.files.holders.holds(place) for place in self.reach.places(source))
        return holds and self._is_built(source, folder)

    def _is_built(self, source: Mapping[str, Any], folder: str) -> bool:
        explicit = Source(source).explicit_types
        kind = explicit[0] if explicit else detect_source_type(self.tree, folder)
        return kind is not SourceType.DIRECTORY

    def _may_hold_elsewhere(self, source: Mapping[str, Any]) -> bool:
        answer = self._repositories.tree(str(source["repoURL"]), str(source.get("targetRevision") or ""))
        if isinstance(answer, Unknown):
            return False
        try:
            tree, folder = answer.value, clean_path(str(source.get("path") or ""))
            names = [name for name in tree.files_under(folder) if name.endswith((".yaml", ".yml", ".json"))]
            return any(b"argoproj.io/" in content for content in tree.read_many(names))
        except ArgosyError:
            return False


def _as_before(key: NodeKey, earlier: Specifications, found: Specifications) -> Sequence[Specified]:
    """The children that the other state has, or why they are not known there."""
    if key in earlier.unknown_children:
        found.unknown_children[key] = earlier.unknown_children[key]
    return earlier.children.get(key, ())
