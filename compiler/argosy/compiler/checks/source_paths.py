"""Whether the paths and revisions that Applications name exist, where a repository can be asked."""

from collections.abc import Callable, Iterator
from enum import Enum
from typing import Protocol

from argosy.schemas.finding import Finding, Severity
from argosy.schemas.knowledge import Answer, Unknown
from argosy.schemas.model.application import Application
from argosy.schemas.model.source import Source
from argosy.schemas.position import Path, Position

__all__ = ["Locate", "Lookup", "PathState", "source_findings"]


class PathState(Enum):
    """What is known of a path at a revision."""

    FOUND = "found"
    NO_PATH = "no path"
    NO_REVISION = "no revision"


class Lookup(Protocol):
    """Asks repositories that can be read without the network."""

    def path_state(self, repo_url: str, revision: str, path: str) -> Answer[PathState]:
        """`Unknown` where the repository is not known here."""


Locate = Callable[[Path], Position | None]
"""The line of a field of the Application, or of the template that made it."""


def source_findings(application: Application, lookup: Lookup, locate: Locate) -> Iterator[Finding]:
    """Missing paths and revisions as errors; what cannot be asked as notes `not-checked`."""
    for index, source in enumerate(application.sources):
        place: Path = ("spec", "sources", index) if application.has_several_sources else ("spec", "source")
        if source.chart:
            chart = f"not checked: the chart {source.chart} of {source.repo_url}"
            yield Finding("not-checked", Severity.NOTE, chart, locate((*place, "chart")))
        elif source.repo_url and not (source.ref and not source.path):
            yield from _checked(source, place, application, lookup, locate)


def _checked(
    source: Source, place: Path, application: Application, lookup: Lookup, locate: Locate
) -> Iterator[Finding]:
    revision = source.target_revision or "HEAD"
    answer = lookup.path_state(source.repo_url, source.target_revision, source.path)
    if isinstance(answer, Unknown):
        message = f"not checked: {answer.reason}"
        yield Finding("not-checked", Severity.NOTE, message, locate((*place, "repoURL")))
        return
    if answer.value is PathState.FOUND:
        return
    if answer.value is PathState.NO_REVISION:
        code, field = "unknown-revision", "targetRevision"
        message = f"{source.repo_url} has no branch, tag or commit `{revision}`"
    else:
        code, field = "missing-path", "path"
        message = f"{source.repo_url} has no folder `{source.path}` at {revision}"
    yield Finding(
        code,
        Severity.ERROR,
        f"Application `{application.name}`: {message}",
        locate((*place, field)),
        related=application.origin.chain,
    )
