"""The Applications and ApplicationSets of one state, read no further than a comparison needs.

Most of a thousand Applications are alike on both sides: their documents are parsed once for both, and
loaded only where somebody asks. What cannot be read, expanded or rendered is noted as unknown.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from argosy.cli.comparison.path_index import PathIndex
from argosy.cli.document_search import declares_ours
from argosy.cli.kustomize_patches import PATCH_MARK, patch_files
from argosy.compiler.loading import Loaded, load
from argosy.compiler.rollout import NodeKey
from argosy.schemas.finding import ArgosyError
from argosy.schemas.model.application import Application
from argosy.schemas.model.applicationset import ApplicationSet
from argosy.schemas.position import Position
from argosy.schemas.validation import kind_of
from argosy.schemas.yaml_reader import Document, read_documents
from argosy.sources.kustomization import KUSTOMIZATION_FILES
from argosy.sources.local_repository import LocalRepository
from argosy.sources.tree import Tree
from argosy.sources.uncommitted import Uncommitted

__all__ = ["SpecFiles", "Specified", "read_spec_files"]

_API = "argoproj.io/"
_ENDINGS = (".yaml", ".yml", ".json")
_KINDS = ("Application", "ApplicationSet")


class Specified:
    """One Application or ApplicationSet of a state.

    `made_by` is the set that generated it, or the Application whose rendering holds it; `file` is the file
    that it is written in, empty for one that was made.
    """

    __slots__ = ("_document", "_loaded", "_namespace", "_resource", "file", "key", "made_by", "value")

    def __init__(self, key: NodeKey, value: Mapping[str, Any]) -> None:
        self.key = key
        self.value = value
        self.file = ""
        self.made_by: NodeKey | None = None
        self._document: Document | None = None
        self._namespace = ""
        self._loaded: Loaded | None = None
        self._resource: Application | ApplicationSet | None = None

    @classmethod
    def written(cls, document: Document, namespace: str) -> "Specified | None":
        """The one of a document, `None` for another kind or one without a name."""
        kind, value = kind_of(document.value), document.value
        if kind not in _KINDS or not isinstance(value, dict):
            return None
        metadata = value.get("metadata")
        if not isinstance(metadata, Mapping) or not metadata.get("name"):
            return None
        key = NodeKey(kind, str(metadata.get("namespace") or namespace), str(metadata["name"]))
        found = cls(key, value)
        found.file, found._document, found._namespace = document.file, document, namespace
        return found

    @classmethod
    def made(cls, resource: Application | ApplicationSet, maker: NodeKey) -> "Specified":
        """One that a set generated or a source rendered."""
        kind = "Application" if isinstance(resource, Application) else "ApplicationSet"
        found = cls(NodeKey(kind, resource.namespace, resource.name), resource.manifest)
        found.made_by, found._resource = maker, resource
        return found

    @property
    def resource(self) -> Application | ApplicationSet | None:
        """The object as the API server would store it; `None` where it would refuse it (see `refusal`)."""
        if self._resource is not None:
            return self._resource
        found = self._load().resource
        return found if isinstance(found, (Application, ApplicationSet)) else None

    @property
    def refusal(self) -> str:
        """Why the API server would refuse it."""
        findings = () if self._resource is not None else self._load().findings
        return "; ".join(each.message for each in findings)

    @property
    def position(self) -> Position | None:
        """Where it is written, or what it was made from."""
        if self._document is not None:
            return self._document.position(("metadata", "name"))
        return self._resource.origin.position if isinstance(self._resource, Application) else None

    @property
    def sources(self) -> Sequence[Mapping[str, Any]]:
        """The sources as written; none for a set."""
        spec = self.value.get("spec")
        if self.key.kind != "Application" or not isinstance(spec, Mapping):
            return ()
        several = spec.get("sources")
        found = several if isinstance(several, list) and several else [spec.get("source")]
        return [each for each in found if isinstance(each, Mapping)]

    def _load(self) -> Loaded:
        if self._loaded is None:
            assert self._document is not None
            self._loaded = load(self._document, self._namespace)
        return self._loaded


@dataclass(frozen=True, slots=True)
class SpecFiles:
    """What stands in the files of one state: by file, and the reason for each file that does not parse."""

    by_file: Mapping[str, Sequence[Specified]]
    broken: Mapping[str, str] = field(default_factory=dict)
    holders: PathIndex = field(default_factory=lambda: PathIndex(()))
    """All files that speak of our API group, templates of charts included."""

    def __iter__(self) -> Iterator[Specified]:
        for file in sorted(self.by_file):
            yield from self.by_file[file]


def read_spec_files(
    repository: LocalRepository,
    where: str | Uncommitted,
    tree: Tree,
    namespace: str,
    known: "tuple[SpecFiles, Iterable[str]] | None" = None,
) -> SpecFiles:
    """Reads the files of a state that hold specifications.

    `known` are those of another state, with the files that differ from it: the others are not read again.
    """
    holders = repository.files_containing(_API, where, _ENDINGS)
    before, differing = (known[0], frozenset(known[1])) if known else (None, frozenset[str]())
    by_file: dict[str, Sequence[Specified]] = {}
    broken: dict[str, str] = {}
    wanted = []
    charts = _charts(tree)
    patches = _patches(repository, where, tree, holders)
    for name in holders:
        if name in patches or not _counts(name, charts):
            continue
        if before is not None and name not in differing and name in before.by_file:
            by_file[name] = before.by_file[name]
        else:
            wanted.append(name)
    for name, content in zip(wanted, tree.read_many(wanted), strict=True):
        try:
            documents = read_documents(content, name)
        except ArgosyError as error:
            if not declares_ours(content):
                continue
            place = f"{error.position}: " if error.position else f"{name}: "
            broken[name] = place + error.message
            continue
        found = (Specified.written(document, namespace) for document in documents)
        by_file[name] = [each for each in found if each is not None]
    return SpecFiles(by_file, broken, PathIndex(holders))


def _charts(tree: Tree) -> frozenset[str]:
    names = (name for name in tree.files() if name.endswith("Chart.yaml"))
    return frozenset(str(PurePosixPath(name).parent) for name in names)


def _patches(
    repository: LocalRepository, where: str | Uncommitted, tree: Tree, holders: Sequence[str]
) -> frozenset[str]:
    """The files that a kustomization applies as patches."""
    kustomizations = repository.files_containing(PATCH_MARK, where, KUSTOMIZATION_FILES)
    contents = zip(kustomizations, tree.read_many(kustomizations), strict=True)
    return patch_files(dict(contents), holders)


def _counts(name: str, charts: frozenset[str]) -> bool:
    """The rules of `validate` for a folder: no hidden folders, no templates of charts (and no patches)."""
    path = PurePosixPath(name)
    if any(part.startswith(".") for part in path.parts[:-1]):
        return False
    return not any(parent.name == "templates" and str(parent.parent) in charts for parent in path.parents)
