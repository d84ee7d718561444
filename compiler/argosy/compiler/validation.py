"""Everything that can be said of specifications before they are committed. Pure: the caller reads files.

    documents → schema → load → follow roots → expand → checks → findings

What needs a cluster or a repository that is not here is a note `not-checked`, never an error.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from argosy.compiler.app_of_apps import Hierarchy, Member, Render, RenderedManifest, follow, key_of
from argosy.compiler.checks.registry import checks_for
from argosy.compiler.checks.subject import Locate, Lookup, Subject
from argosy.compiler.folding import fold
from argosy.compiler.loading import load
from argosy.compiler.rollout import NodeKey
from argosy.generators.generator import Settings
from argosy.generators.world import World
from argosy.schemas.finding import Finding, Related, Severity
from argosy.schemas.knowledge import Answer, Known, Unknown
from argosy.schemas.model.application import Application
from argosy.schemas.model.applicationset import ApplicationSet
from argosy.schemas.model.appproject import AppProject
from argosy.schemas.model.origin import DeferredOrigin, Origin
from argosy.schemas.position import Path
from argosy.schemas.validation import kind_of, validate
from argosy.schemas.yaml_reader import Document

__all__ = ["Files", "Validated", "validate_documents"]

Files = Callable[[Application], Answer[Sequence[Document]]]
"""The documents that an Application deploys, where they are plain files; `Unknown` where not."""


@dataclass(frozen=True, slots=True)
class Validated:
    """All findings, the tree of Applications that they speak of, and what finds the lines of its fields."""

    findings: tuple[Finding, ...]
    hierarchy: Hierarchy
    locate: Callable[[Member], Locate]
    project_files: frozenset[str] = frozenset()

    @property
    def deployed(self) -> Iterator[Document]:
        """The documents that Applications deploy as they stand."""
        for member in self.hierarchy.members.values():
            for each in member.manifests:
                if each.document is not None:
                    yield each.document


def validate_documents(
    documents: Sequence[Document],
    world: World,
    files: Files,
    lookup: Lookup,
    settings: Settings | None = None,
    asked: frozenset[str] = frozenset(),
    render: Render | None = None,
) -> Validated:
    """Checks documents of any kind; those that are not ours are passed over.

    `asked` are codes that the catalogue calls opt-in, and that are to be found all the same. `render` renders
    what `files` does not know; without it only plain files are looked at.
    """
    return _Validation(world, files, lookup, settings or Settings(), asked, render).run(documents)


class _Validation:
    def __init__(
        self,
        world: World,
        files: Files,
        lookup: Lookup,
        settings: Settings,
        asked: frozenset[str],
        render: Render | None,
    ) -> None:
        self.world = world
        self.files = files
        self.lookup = lookup
        self.settings = settings
        self.asked = asked
        self.render = render
        self.findings: list[Finding] = []
        self.documents: dict[NodeKey, Document] = {}
        self.projects: dict[str, AppProject] = {}
        self.project_documents: dict[str, Document] = {}
        # With the Application itself, so that its id stays its own.
        self._answers: dict[int, tuple[Application, Answer[Sequence[RenderedManifest]]]] = {}

    def run(self, documents: Sequence[Document]) -> Validated:
        resources = self._load(documents)
        hierarchy = follow(self._roots(resources), self.world, self._manifests, self.settings)
        self.findings += hierarchy.findings
        self._take_projects(hierarchy)
        subject = Subject(
            hierarchy,
            self.documents,
            self.projects,
            self.project_documents,
            self.world,
            self.lookup,
            self.settings,
            self.asked,
        )
        for check in checks_for(subject):
            self.findings += check(subject)
        if subject.deployed:
            from argosy.compiler.checks.confidential import without_secret_lines

            self.findings = list(without_secret_lines(subject, self.findings))
        files = frozenset(each.file for each in documents if kind_of(each.value) == "AppProject")
        return Validated(_once(self.findings), hierarchy, subject.locate, files)

    def _load(self, documents: Sequence[Document]) -> list[Application | ApplicationSet]:
        resources: list[Application | ApplicationSet] = []
        for document in documents:
            schema = validate(document)
            self.findings += schema
            if kind_of(document.value) is None:
                continue
            loaded = load(document, self.settings.namespace)
            if not any(each.severity is Severity.ERROR for each in schema):
                # Otherwise the schema has said it already, at a nearer place.
                self.findings += loaded.findings
            if isinstance(loaded.resource, AppProject):
                self.projects[loaded.resource.name] = loaded.resource
                self.project_documents[loaded.resource.name] = document
            elif loaded.resource is not None and self._is_new(loaded.resource, document):
                resources.append(loaded.resource)
        return resources

    def _is_new(self, resource: Application | ApplicationSet, document: Document) -> bool:
        key = key_of(resource)
        first = self.documents.setdefault(key, document)
        if first is document:
            return True
        self.findings.append(
            Finding(
                "duplicate-name",
                Severity.ERROR,
                f"{key} is written twice",
                document.position(("metadata", "name")),
                hint="rename or remove one of the two: the later one would replace the other",
                related=(Related("first written here", first.position(("metadata", "name"))),),
            )
        )
        return False

    def _roots(self, resources: Sequence[Application | ApplicationSet]) -> list[Application | ApplicationSet]:
        """What no other Application deploys; of a cycle of Applications the first by name."""
        below: dict[NodeKey, set[NodeKey]] = defaultdict(set)
        applications = [each for each in resources if isinstance(each, Application)]
        deployers = [each for each in applications if each.destination.is_in_cluster]
        for deployer, answer in zip(deployers, self._manifests(deployers), strict=True):
            below[key_of(deployer)] = self._children(deployer, answer)
        children = set().union(*below.values()) if below else set()
        roots = [resource for resource in resources if key_of(resource) not in children]
        reached = set()
        waiting = [key_of(root) for root in roots]
        by_key = {key_of(resource): resource for resource in resources}
        left = sorted(by_key)
        while True:
            while waiting:
                key = waiting.pop()
                if key not in reached:
                    reached.add(key)
                    waiting += below[key]
            left = [key for key in left if key not in reached]
            if not left:
                return roots
            roots.append(by_key[left[0]])
            waiting.append(left[0])

    def _children(self, application: Application, answer: Answer[Sequence[RenderedManifest]]) -> set[NodeKey]:
        if isinstance(answer, Unknown):
            return set()
        default = application.destination.namespace or self.settings.namespace
        found = set()
        for manifest in answer.value:
            kind, metadata = kind_of(manifest.value), manifest.value.get("metadata")
            if kind in ("Application", "ApplicationSet") and isinstance(metadata, Mapping):
                namespace = str(metadata.get("namespace") or default)
                found.add(NodeKey(kind, namespace, str(metadata.get("name", ""))))
        return found

    def _manifests(self, applications: Sequence[Application]) -> Sequence[Answer[Sequence[RenderedManifest]]]:
        """What Applications deploy, each asked once: plain files first, the rest is rendered if it may be."""
        found = {id(each): self._plain(each) for each in applications if id(each) not in self._answers}
        if self.render is not None:
            left = [each for each in applications if isinstance(found.get(id(each)), Unknown)]
            found |= zip(map(id, left), self.render(left), strict=True)
        self._answers |= {id(each): (each, found[id(each)]) for each in applications if id(each) in found}
        return [self._answers[id(each)][1] for each in applications]

    def _plain(self, application: Application) -> Answer[Sequence[RenderedManifest]]:
        answer = self.files(application)
        if isinstance(answer, Unknown):
            return answer
        manifests = [manifest for document in answer.value for manifest in _manifests_of(document)]
        return Known(tuple(manifests), answer.provenance)

    def _take_projects(self, hierarchy: Hierarchy) -> None:
        for project in hierarchy.projects:
            self.projects.setdefault(project.name, project)
        answer = self.world.projects()
        if isinstance(answer, Known):
            for name, manifest in answer.value.items():
                if manifest:
                    self.projects.setdefault(name, AppProject(manifest))


def _manifests_of(document: Document) -> Iterator[RenderedManifest]:
    """The object of a document; of a `List` its items, which are no documents of their own."""
    value = document.value
    if not isinstance(value, dict):
        return
    items = value.get("items")
    if not (str(value.get("kind", "")).endswith("List") and isinstance(items, list)):
        yield RenderedManifest(value, DeferredOrigin(partial(_origin, document, ())), document)
        return
    for index, item in enumerate(items):
        if isinstance(item, dict):
            yield RenderedManifest(item, DeferredOrigin(partial(_origin, document, ("items", index))))


def _origin(document: Document, path: Path) -> Origin:
    return Origin(document.position(path))


def _once(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Each finding once; that its field is unknown or empty need not be said of what is no generator."""
    generators = {each.position for each in findings if each.code == "unknown-generator"}
    return tuple(
        each
        for each in fold(findings)
        if not (each.code in ("unknown-field", "no-value") and each.position in generators)
    )
