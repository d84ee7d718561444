"""Which files of the repository the generators of a set have read: exactly what it can be affected by."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from argosy.cli.comparison.states import ChangedFiles
from argosy.cli.recorded import WORLD_FILE
from argosy.cli.repositories import Standing
from argosy.compiler.inputs import RecordingWorld
from argosy.generators.questions import Question
from argosy.generators.world import Tree, World
from argosy.schemas.knowledge import Answer, Known

__all__ = ["ReadingWorld", "SetReads"]


@dataclass(slots=True)
class SetReads:
    """Files whose content was read, whether all files were listed, and what a recorded world was asked."""

    files: set[str] = field(default_factory=set)
    listed: bool = False
    asked: frozenset[Question] = frozenset()

    def touched(self, changed: ChangedFiles) -> Sequence[str]:
        """The changed files that the set depends on, sorted."""
        found = {path for path in changed.paths if path in self.files}
        if self.listed:
            found |= set(changed.come_or_gone)
        if not self.asked.isdisjoint(changed.answers):
            found.add(WORLD_FILE)
        return sorted(found)


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

    def __init__(self, world: World, standing: Standing) -> None:
        super().__init__(world)
        self._standing = standing
        self.reads = SetReads()

    def tree(self, repo_url: str, revision: str) -> Answer[Tree]:
        answer = super().tree(repo_url, revision)
        here = self._standing.answers_for(repo_url) and self._standing.is_tip(revision)
        if isinstance(answer, Known) and here:
            read = _ReadTree(answer.value, self.reads, self._standing.tree(revision).places)
            return Known(read, answer.provenance, answer.as_of)
        return answer
