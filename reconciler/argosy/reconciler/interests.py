"""Whom a new commit, a refresh and an old answer concern: what each Application and set reads and asks."""

from collections.abc import Iterable

from argosy.compiler.inputs import Input
from argosy.compiler.rollout import NodeKey
from argosy.generators.questions import Question
from argosy.reconciler.node_keys import APPLICATION_SET
from argosy.reconciler.outside import Outside
from argosy.reconciler.revisions import Asked, Revisions
from argosy.reconciler.specification import ApplicationSpec, SpecificationError
from argosy.reconciler.surroundings import Surroundings

__all__ = ["Interests"]

_SOONEST = 1.0
"""Seconds between two looks for an answer's age alone, at least."""


class Interests:
    """Of sets what their last expansion read and asked, of Applications what they specify.

    Times are the event loop's.
    """

    def __init__(self, world: Surroundings) -> None:
        self._world = world
        self._outside: Outside = world.outside
        self._revisions: Revisions = world.revisions
        self._commits: dict[NodeKey, frozenset[Asked]] = {}
        self._questions: dict[NodeKey, frozenset[Question]] = {}

    def commits(self, key: NodeKey) -> frozenset[Asked]:
        """Repositories and revisions that it reads."""
        if key.kind == APPLICATION_SET:
            return self._commits.get(key, frozenset())
        try:
            spec = ApplicationSpec.parse(self._world.manifest(key) or {})
        except SpecificationError:
            return frozenset()
        return frozenset(
            (str(source["repoURL"]), str(source.get("targetRevision") or "")) for source in spec.sources
        )

    def concerned(self, changed: set[Asked]) -> list[NodeKey]:
        """Who reads one of these."""
        if not changed:
            return []
        return [key for key in self._world.hierarchy.keys if self.commits(key) & changed]

    def note(self, key: NodeKey, inputs: Iterable[Input], questions: frozenset[Question]) -> None:
        """What an expansion of a set has read and asked. What nobody asks any more is forgotten."""
        dropped = self._questions.get(key, frozenset()) - questions
        self._questions[key] = questions
        if dropped:
            self._outside.forget(dropped.difference(*self._questions.values()))
        self._commits[key] = frozenset((item.name, item.revision) for item in inputs if item.kind == "tree")

    def next_look(self, key: NodeKey, age: float, git_age: float | None, now: float) -> float | None:
        """Seconds until the oldest answer of a set is due, where services are to be asked again at that `age`
        and Git at its own; `None` without a date."""
        asked_at = self._outside.oldest(self._questions.get(key, ()))
        due = [asked_at + age] if asked_at is not None and age < float("inf") else []
        if git_age is not None and (times := self._fetched(key).values()):
            due.append(min(times) + git_age)
        return max(min(due) - now, _SOONEST) if due else None

    def overdue(self, key: NodeKey, git_age: float, now: float) -> set[str]:
        """Repositories that a set reads and nobody has fetched for so long."""
        return {url for url, at in self._fetched(key).items() if at <= now - git_age}

    def ask_again(self, key: NodeKey) -> None:
        """Have what a set asks of services asked anew."""
        self._outside.forget(self._questions.get(key, ()))

    def drop_unwanted(self) -> None:
        """Forget repositories and revisions that nobody reads any more."""
        self._revisions.forget({asked for key in self._world.hierarchy.keys for asked in self.commits(key)})

    def forget(self, key: NodeKey) -> None:
        """It is gone."""
        self._commits.pop(key, None)
        self._questions.pop(key, None)

    def _fetched(self, key: NodeKey) -> dict[str, float]:
        return self._revisions.fetched_at(url for url, _ in self.commits(key))
