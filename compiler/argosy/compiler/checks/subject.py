"""What checks look at: one value that holds all that is known of the specifications of a run. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import cached_property
from typing import Any, Protocol

from argosy.compiler.app_of_apps import Hierarchy, Member, RenderedManifest
from argosy.compiler.rollout import NodeKey, RolloutGraph
from argosy.generators.generator import Settings
from argosy.generators.world import World
from argosy.schemas.finding import Finding
from argosy.schemas.knowledge import Answer
from argosy.schemas.model.application import Application
from argosy.schemas.model.applicationset import ApplicationSet
from argosy.schemas.model.appproject import AppProject
from argosy.schemas.position import Path, Position
from argosy.schemas.yaml_reader import Document

__all__ = ["Check", "Deployed", "Locate", "Lookup", "PathState", "Subject"]


class Locate(Protocol):
    """Finds the line of a field of an Application, or of the template that made it."""

    def __call__(self, path: Path, key: bool = False) -> Position | None:
        """`key` asks for the place of the key instead of the value."""


class PathState(Enum):
    """What is known of a path at a revision."""

    FOUND = "found"
    NO_PATH = "no path"
    NO_REVISION = "no revision"


class Lookup(Protocol):
    """Asks repositories that can be read without the network."""

    def knows(self, repo_url: str) -> bool:
        """Whether anything can be asked about a repository here."""

    def path_state(self, repo_url: str, revision: str, path: str) -> Answer[PathState]:
        """Whether a folder exists; `Unknown` where the repository is not known here."""

    def read(self, repo_url: str, revision: str, path: str) -> Answer[bytes | None]:
        """The content of a file, `None` where there is none; `Unknown` where the repository or the revision
        is not known here."""

    def shown(self, repo_url: str, path: str) -> str:
        """What people call a file of a repository: the name by which they can open it."""


@dataclass(frozen=True, slots=True)
class Deployed:
    """One object that an Application deploys. `sharing` are others that deploy it, too, where they are told
    together with it."""

    member: Member
    application: Application
    manifest: RenderedManifest
    sharing: tuple[str, ...] = ()

    @property
    def value(self) -> Mapping[str, Any]:
        """The object as written."""
        return self.manifest.value

    @property
    def applications(self) -> tuple[str, ...]:
        """The names of all Applications that are meant."""
        return (self.application.name, *self.sharing)

    @property
    def kind(self) -> str:
        """The object's kind."""
        return str(self.value.get("kind", ""))

    @property
    def group(self) -> str:
        """The group of the object's kind, empty for the core."""
        return str(self.value.get("apiVersion", "")).rpartition("/")[0]

    @property
    def metadata(self) -> Mapping[str, Any]:
        """The object's metadata, empty where it is no mapping."""
        metadata = self.value.get("metadata")
        return metadata if isinstance(metadata, Mapping) else {}

    @property
    def cluster(self) -> str:
        """The cluster that it goes to, by one of its names."""
        return self.application.destination.cluster

    @property
    def name(self) -> str:
        """The object's name."""
        return str(self.metadata.get("name", ""))

    @property
    def annotations(self) -> Mapping[str, Any]:
        """The object's annotations."""
        annotations = self.metadata.get("annotations")
        return annotations if isinstance(annotations, Mapping) else {}

    def position(self, path: Path = (), key: bool = False) -> Position | None:
        """Where a field of the object stands, or what made the object."""
        return self.manifest.position(path, key)

    @property
    def identity(self) -> int:
        """The same for the same document, or the same rendering, however many Applications deploy it."""
        return id(self.manifest.document or self.manifest.value)

    def __str__(self) -> str:
        maker = "" if self.manifest.document else f" (Application `{self.application.name}`)"
        return f"{self.kind} {self.name}{maker}"


@dataclass(frozen=True)
class Subject:
    """The documents of a run, the tree of Applications that they make, and the worlds that can be asked.

    `documents` are those that Applications and sets were read from, `projects` the AppProjects that are
    known, `project_documents` those of them that were read from files. `asked` are the codes that a
    repository wants beyond the usual ones.
    """

    hierarchy: Hierarchy
    documents: Mapping[NodeKey, Document]
    projects: Mapping[str, AppProject]
    project_documents: Mapping[str, Document]
    world: World
    lookup: Lookup
    settings: Settings = field(default_factory=Settings)
    asked: frozenset[str] = frozenset()

    @cached_property
    def applications(self) -> Sequence[tuple[Member, Application]]:
        """All Applications, written and generated, parents first."""
        members = self.hierarchy.members.values()
        return [(each, each.resource) for each in members if isinstance(each.resource, Application)]

    @cached_property
    def sets(self) -> Sequence[tuple[Member, ApplicationSet]]:
        """All ApplicationSets."""
        members = self.hierarchy.members.values()
        return [(each, each.resource) for each in members if isinstance(each.resource, ApplicationSet)]

    @cached_property
    def deployed(self) -> Sequence[Deployed]:
        """Every object that an Application deploys, as far as they are known; plain files always are."""
        return [
            Deployed(member, application, manifest)
            for member, application in self.applications
            for manifest in member.manifests
        ]

    @cached_property
    def objects(self) -> Sequence[Deployed]:
        """The same, each document of a file and each rendering once, however many Applications deploy it."""
        found: dict[int, list[Deployed]] = {}
        for each in self.deployed:
            found.setdefault(each.identity, []).append(each)
        return [
            replace(first, sharing=tuple(each.application.name for each in others)) if others else first
            for first, *others in found.values()
        ]

    @cached_property
    def rollout(self) -> RolloutGraph:
        """The order in which the tree rolls out."""
        return self.hierarchy.rollout(self.locate)

    def is_generated(self, member: Member) -> bool:
        """Whether an ApplicationSet makes the Application."""
        return member.parent is not None and member.parent.kind == "ApplicationSet"

    def locate(self, member: Member) -> Locate:
        """Finds the line of a field of an Application: in its own document, or in its set's template."""

        def find(path: Path, key: bool = False) -> Position | None:
            document = self.documents.get(member.key)
            if document is not None:
                return document.position(path, key)
            if isinstance(member.resource, Application):
                return member.resource.origin.position_of(path, key)
            return member.position

        return find


class Check(Protocol):
    """One idea of what can be wrong. A new check is a new module and a line in `registry`."""

    def __call__(self, subject: Subject, /) -> Iterator[Finding]:
        """Everything that the check finds, in any order; the same finding twice counts once."""
