"""Where parameters stand in a recorded answer of a plugin or a provider. Asked only for a finding."""

from argosy.generators.file_entries import existing
from argosy.generators.generator import Context
from argosy.schemas.finding import Related
from argosy.schemas.knowledge import Answer, Unknown
from argosy.schemas.model.origin import Origin, Written
from argosy.schemas.position import Path, Position

__all__ = ["answer_origin", "answered_at"]


def answered_at(answer: Answer[object], below: Path) -> Position | None:
    """The line of a part of an answer, where it was recorded in a file."""
    return None if isinstance(answer, Unknown) else answer.locate(below)


def answer_origin(
    answer: Answer[object], below: Path, path: Path, context: Context, item: object = None
) -> Origin:
    """The origin of a parameter set that came from one part of an answer to the generator at `path`.

    `item` is that part, where its keys are the names of the parameters.
    """
    position = answered_at(answer, below)
    if position is None:
        return context.origin(path)

    def trace(names: Path) -> tuple[Written, ...]:
        steps = tuple(existing(item, names))
        line = answered_at(answer, (*below, *steps)) if steps else None
        return (Written(line, position),) if line is not None else ()

    return Origin(context.locate(path), (Related("answered here", position),), trace)
