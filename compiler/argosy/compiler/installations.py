"""Which documents of a repository belong together: those of one Argo CD.

One repository may serve several Argo CDs, with a folder for each. Nothing says so but the names: one Argo CD
holds no two Applications of one name. Pure: the caller reads what Applications deploy.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations
from pathlib import PurePath

from argosy.compiler.app_of_apps import Hierarchy
from argosy.compiler.loading import load
from argosy.compiler.rollout import NodeKey
from argosy.compiler.validation import Validated
from argosy.schemas.finding import Finding, Related, Severity
from argosy.schemas.knowledge import Answer, Known
from argosy.schemas.model.application import Application
from argosy.schemas.validation import kind_of
from argosy.schemas.yaml_reader import Document

__all__ = ["Installations", "validate_each"]

_MOST = 16
"""More folders of like names than this are no clusters."""

_NAMED = 3
"""Folders that are named where there are more."""

_Label = tuple[str, ...]
_Files = Callable[[Application], Answer[Sequence[Document]]]


@dataclass(frozen=True, slots=True)
class Installations:
    """The documents of each Argo CD; those that belong to none in particular are in all groups."""

    groups: tuple[tuple[Document, ...], ...]
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class _Clash:
    """Two documents that claim one name, and the folders that lead to them."""

    key: NodeKey
    first: Document
    second: Document
    above: _Label
    folders: tuple[str, str]


def validate_each(
    documents: Sequence[Document],
    files: _Files,
    namespace: str,
    validate: Callable[[Sequence[Document]], Validated],
) -> tuple[Installations, Sequence[Validated]]:
    """Divides documents at the folders in which the same names stand again, and validates each group.

    Does so once more if one Argo CD turns out to hold what was taken for that of two, such as by a set.
    """
    installations = _divide(documents, files, namespace)
    validated = [validate(group) for group in installations.groups]
    held = [frozenset(_held(each.hierarchy)) for each in validated]
    owned = [frozenset(document.file for document in group) for group in installations.groups]
    everything = frozenset[str]().union(*owned)
    if any(found & (everything - own) for found, own in zip(held, owned, strict=True)):
        installations = _divide(documents, files, namespace, held)
        validated = [validate(group) for group in installations.groups]
    return installations, validated


def _held(hierarchy: Hierarchy) -> Iterator[str]:
    """The files that are deployed to the cluster of an Argo CD."""
    for member in hierarchy.members.values():
        if isinstance(member.resource, Application) and member.resource.destination.is_in_cluster:
            yield from (each.document.file for each in member.manifests if each.document is not None)


def _divide(
    documents: Sequence[Document], files: _Files, namespace: str, held: Sequence[frozenset[str]] = ()
) -> Installations:
    """Names that meet in one file or folder, or below one Application, stay together: they are a mistake. So
    do those of files that one Argo CD is known to hold."""
    named = _by_key(documents, namespace)
    if all(len(each) == 1 for each in named.values()):
        return Installations((tuple(documents),))
    deployed = _Deployed(documents, files, namespace, held)
    clashes = [
        clash
        for key, sharing in named.items()
        for first, second in combinations(sharing[: _MOST + 1], 2)
        if (clash := _clash(key, first, second)) and not deployed.together(first, second)
    ]
    forks: dict[_Label, set[str]] = defaultdict(set)
    for clash in clashes:
        forks[clash.above].update(clash.folders)
    labels = {each.file: _label(each.file, forks) for each in documents}
    labels |= {file: deployed.label(file, labels) for file, label in labels.items() if not label}
    found = sorted(set(labels.values()) - {()})
    whole = [each for each in found if not any(other[: len(each)] == each != other for other in found)]
    if not 1 < len(whole) <= _MOST:
        return Installations((tuple(documents),))
    groups = tuple(
        tuple(each for each in documents if label[: len(labels[each.file])] == labels[each.file])
        for label in whole
    )
    return Installations(groups, tuple(_findings(clashes)))


def _by_key(documents: Iterable[Document], namespace: str) -> Mapping[NodeKey, list[Document]]:
    named: dict[NodeKey, list[Document]] = defaultdict(list)
    for document in documents:
        kind, value = kind_of(document.value), document.value
        metadata = value.get("metadata") if isinstance(value, Mapping) else None
        if kind is not None and isinstance(metadata, Mapping) and metadata.get("name"):
            place = str(metadata.get("namespace") or namespace)
            named[NodeKey(kind, place, str(metadata["name"]))].append(document)
    return named


def _clash(key: NodeKey, first: Document, second: Document) -> _Clash | None:
    """Where the ways to two documents part, if that is at folders."""
    one, other = PurePath(first.file).parts, PurePath(second.file).parts
    same = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(one))
    if same + 1 >= min(len(one), len(other)):
        return None
    return _Clash(key, first, second, one[:same], (one[same], other[same]))


def _label(file: str, forks: Mapping[_Label, set[str]]) -> _Label:
    parts = PurePath(file).parts
    return tuple(part for at, part in enumerate(parts[:-1]) if part in forks.get(parts[:at], ()))


@dataclass
class _Deployed:
    """What Applications deploy in the cluster of their Argo CD, by file, as far as it is known."""

    documents: Sequence[Document]
    files: _Files
    namespace: str
    held: Sequence[frozenset[str]]
    _below: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def __post_init__(self) -> None:
        for document in self.documents:
            if kind_of(document.value) == "Application":
                application = load(document, self.namespace).resource
                if isinstance(application, Application) and application.destination.is_in_cluster:
                    answer = self.files(application)
                    if isinstance(answer, Known):
                        self._below[document.file].update(each.file for each in answer.value)

    def together(self, first: Document, second: Document) -> bool:
        """Whether one Application leads to both, or one Argo CD is known to hold them."""
        return not self._holders[first.file].isdisjoint(self._holders[second.file])

    @cached_property
    def _holders(self) -> Mapping[str, set[int]]:
        """What holds a file: Applications that lead to it, and Argo CDs, each by a number."""
        holders: dict[str, set[int]] = defaultdict(set)
        for number, files in enumerate((*map(self._reached, self._below), *self.held)):
            for each in files:
                holders[each].add(number)
        return holders

    def label(self, file: str, labels: Mapping[str, _Label]) -> _Label:
        """The one label of all that a file's Applications lead to."""
        found = {labels[each] for each in self._reached(file) if labels.get(each)}
        return found.pop() if len(found) == 1 else ()

    def _reached(self, file: str) -> set[str]:
        reached: set[str] = set()
        waiting = list(self._below.get(file, ()))
        while waiting:
            each = waiting.pop()
            if each not in reached:
                reached.add(each)
                waiting += self._below.get(each, ())
        return reached


def _findings(clashes: Sequence[_Clash]) -> Iterable[Finding]:
    """One name alone may be a slip: each is told. Several in the same folders are a habit, told once."""
    by_folders: dict[frozenset[str], dict[NodeKey, _Clash]] = defaultdict(dict)
    for clash in clashes:
        by_folders[frozenset(clash.folders)].setdefault(clash.key, clash)
    habit: dict[NodeKey, _Clash] = {}
    folders: set[str] = set()
    for pair, found in by_folders.items():
        if len(found) == 1:
            yield _finding(found, pair, Severity.WARNING)
        else:
            habit |= {key: clash for key, clash in found.items() if key not in habit}
            folders |= pair
    if habit:
        yield _finding(habit, folders, Severity.NOTE)


def _finding(found: Mapping[NodeKey, _Clash], folders: Iterable[str], severity: Severity) -> Finding:
    first, *more = found.values()
    what = f"{first.key} and {len(more)} more stand" if more else f"{first.key} stands"
    names = sorted(folders)
    number = "two" if len(names) == 2 else "several"
    return Finding(
        "duplicate-name",
        severity,
        f"{what} in {_listed(names)}, which are checked as folders of {number} Argo CDs",
        first.second.position(("metadata", "name")),
        hint="rename it if one Argo CD holds both",
        related=(Related("first written here", first.first.position(("metadata", "name"))),),
    )


def _listed(folders: Sequence[str]) -> str:
    shown = [f"`{each}`" for each in folders]
    if len(shown) == 2:
        return f"both {shown[0]} and {shown[1]}"
    more = [f"{len(shown) - _NAMED} more"] if len(shown) > _NAMED else []
    *some, last = [*shown[:_NAMED], *more]
    return f"{', '.join(some)} and {last}"
