"""Which files of the repository the generators of a set have read: exactly what it can be affected by."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from argosy.cli.comparison.states import ChangedFiles
from argosy.cli.recorded import WORLD_FILE
from argosy.cli.repositories import Standing
from argosy.compiler.checks.generator_walk import generators_of
from argosy.compiler.inputs import RecordingWorld
from argosy.generators.globbing import cleaned, literal_prefix
from argosy.generators.questions import Question
from argosy.generators.spec_fields import items, text
from argosy.generators.world import Tree, World
from argosy.schemas.knowledge import Answer, Known
from argosy.schemas.model.annotations import JINJA2_MACROS
from argosy.schemas.model.applicationset import ApplicationSet

__all__ = ["ReadingWorld", "SetReads"]


@dataclass(slots=True)
class SetReads:
    """Files whose content was read, whether names of files were looked through (those that begin with one of
    `prefixes`), and what a recorded world was asked."""

    prefixes: tuple[str, ...] = ("",)
    files: set[str] = field(default_factory=set)
    listed: bool = False
    asked: frozenset[Question] = frozenset()

    def touched(self, changed: ChangedFiles) -> Sequence[str]:
        """The changed files that the set depends on, sorted."""
        found = {path for path in changed.paths if path in self.files}
        if self.listed:
            found.update(path for path in changed.come_or_gone if path.startswith(self.prefixes))
        if not self.asked.isdisjoint(changed.answers):
            found.add(WORLD_FILE)
        return sorted(found)


def listed_prefixes(applicationset: ApplicationSet) -> tuple[str, ...]:
    """What everything begins with that the patterns of a set can match, whatever their parameters are."""
    found = {""} if JINJA2_MACROS in applicationset.annotations else set()
    for _, spec, _ in generators_of(applicationset):
        for entry in (*items(spec, "directories"), *items(spec, "files")):
            pattern = text(entry, "path") if isinstance(entry, Mapping) else ""
            # Before a parameter the pattern is as it is written, unless what comes after leads back.
            found.add("" if ".." in pattern else literal_prefix(cleaned(pattern.partition("{{")[0])))
    return tuple(sorted(found))


class _ReadTree:
    """A tree that notes what is asked of it."""

    def __init__(self, tree: Tree, reads: SetReads, places: Callable[[str], Iterable[str]]) -> None:
        self._tree = tree
        self._reads = reads
        self._places = places
        self.revision = tree.revision

    def files(self) -> Sequence[str]:
        self._reads.listed = True
        return self._tree.files()

    def read(self, path: str) -> bytes:
        self._reads.files.update(self._places(path))
        return self._tree.read(path)

    def has_directory(self, path: str) -> bool:
        self._reads.listed = True
        return self._tree.has_directory(path)


class ReadingWorld(RecordingWorld):
    """A world that notes what of the repository one stands in is read, as far as that is its tip."""

    def __init__(self, world: World, standing: Standing, applicationset: ApplicationSet) -> None:
        super().__init__(world)
        self._standing = standing
        self.reads = SetReads(listed_prefixes(applicationset))

    def tree(self, repo_url: str, revision: str) -> Answer[Tree]:
        answer = super().tree(repo_url, revision)
        here = self._standing.answers_for(repo_url) and self._standing.is_tip(revision)
        if isinstance(answer, Known) and here:
            read = _ReadTree(answer.value, self.reads, self._standing.tree(revision).places)
            return Known(read, answer.provenance, answer.as_of)
        return answer
