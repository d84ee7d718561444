"""One question with its answer and the time of it, as it stands in a recorded world."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from argosy.generators.questions import Question
from argosy.schemas.knowledge import Known, Unknown
from argosy.schemas.position import Position

__all__ = [
    "CLUSTERS",
    "PROJECTS",
    "RecordedAnswer",
    "instant_of",
    "instant_text",
    "not_recorded",
    "tree_question",
]

CLUSTERS = Question.of("clusters", {})
PROJECTS = Question.of("projects", {})


@dataclass(frozen=True, slots=True)
class RecordedAnswer:
    """`answer` holds plain data, free of secrets; `as_of` is when it was given (or was not), `position` the
    line that says so, where it was read from a file."""

    question: Question
    answer: Known[object] | Unknown
    as_of: datetime
    position: Position | None = field(default=None, compare=False)


def tree_question(repo_url: str, revision: str) -> Question:
    """The files of a repository at a revision."""
    return Question.of("trees", {"repoURL": repo_url, "revision": revision})


def not_recorded(what: str) -> Unknown:
    """What a recorded world says to a question that was not asked when it was recorded."""
    return Unknown(
        f"the recorded world has no answer about {what}",
        hint="record it anew where the services can be asked: argosy snapshot",
        code="not-recorded",
    )


def instant_text(instant: datetime) -> str:
    """As Kubernetes writes it: whole seconds, UTC."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def instant_of(text: str) -> datetime:
    """The inverse. Raises `ValueError`."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
