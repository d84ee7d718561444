"""Which two states are compared, and which files differ between them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from argosy.cli.comparison.path_index import PathIndex
from argosy.cli.repositories import Standing
from argosy.generators.questions import Question
from argosy.schemas.finding import ArgosyError
from argosy.sources.local_repository import LocalRepository, PathChange
from argosy.sources.uncommitted import Uncommitted

__all__ = ["ChangedFiles", "NoCommitYetError", "State", "States", "choose_states"]


class NoCommitYetError(ArgosyError):
    """The repository is new: everything in it is."""


@dataclass(frozen=True, slots=True)
class State:
    """One state of the repository: a commit by its id, or what is not committed. `name` is for people."""

    name: str
    where: str | Uncommitted


@dataclass(frozen=True)
class ChangedFiles:
    """The files that differ, by path; `answers` are questions that the recorded worlds answer differently."""

    changes: Mapping[str, PathChange]
    answers: frozenset[Question] = frozenset()

    @cached_property
    def paths(self) -> Sequence[str]:
        """All of them, sorted."""
        return sorted(self.changes)

    @cached_property
    def come_or_gone(self) -> Sequence[str]:
        """Those that exist on one side only, sorted."""
        return [path for path in self.paths if self.changes[path] is not PathChange.CHANGED]

    def under(self, place: str) -> Sequence[str]:
        """Those at a path or below it; the root is the empty path."""
        return self._index.under(place)

    @cached_property
    def _index(self) -> PathIndex:
        return PathIndex(self.changes)


@dataclass(frozen=True, slots=True)
class States:
    """The older and the newer state, and what differs."""

    repository: LocalRepository
    old: State
    new: State
    changed: ChangedFiles

    def with_answers(self, answers: frozenset[Question]) -> "States":
        """The same, where the recorded worlds answer these questions differently."""
        return replace(self, changed=replace(self.changed, answers=answers))


def choose_states(revision: str, against: str, *, staged: bool) -> States:
    """From `revision` (HEAD if empty) to `against` (what is not committed, if empty).

    Raises `ArgosyError` outside of a repository, `SourceError` for a revision that does not exist.
    """
    root = Standing(Path.cwd()).root
    if root is None:
        raise ArgosyError(
            "this folder does not lie in a Git repository",
            code="no-repository",
            hint="compare states inside of a clone",
        )
    repository = LocalRepository(root)
    if not revision and not repository.has_commits():
        raise NoCommitYetError("there is no commit yet to compare with", code="unknown-revision")
    old = _commit(repository, revision or "HEAD")
    if against:
        new = _commit(repository, against)
    else:
        state = Uncommitted.INDEX if staged else Uncommitted.WORK_TREE
        new = State("what is staged" if staged else "the work tree", state)
    assert isinstance(old.where, str)
    return States(repository, old, new, ChangedFiles(repository.changed_paths(old.where, new.where)))


def _commit(repository: LocalRepository, revision: str) -> State:
    commit = repository.commit_of(revision)
    name = commit[:10] if commit.startswith(revision) else f"{revision} ({commit[:10]})"
    return State(name, commit)
