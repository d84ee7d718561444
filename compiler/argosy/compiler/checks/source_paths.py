"""Whether the paths and revisions that Applications name exist, where a repository can be asked."""

from collections.abc import Iterator

from argosy.compiler.checks.subject import Locate, Lookup, PathState, Subject
from argosy.compiler.data_lines import at_data_line
from argosy.schemas.finding import Finding, Severity
from argosy.schemas.knowledge import Unknown
from argosy.schemas.model.application import Application
from argosy.schemas.model.source import Source
from argosy.schemas.position import Path

__all__ = ["check"]

_REFUSED = {"refused-path": "path", "refused-url": "repoURL"}
"""What nobody will ever be asked for, with the field to blame."""


def check(subject: Subject) -> Iterator[Finding]:
    """The sources of every Application."""
    for member, application in subject.applications:
        yield from _source_findings(application, subject.lookup, subject.locate(member))


def _source_findings(application: Application, lookup: Lookup, locate: Locate) -> Iterator[Finding]:
    """Missing paths and revisions, URLs and paths that are not safe, as errors; what cannot be asked as notes
    `not-checked`.
    """
    for place, source in application.written_sources:
        if source.chart:
            chart = f"not checked: the chart {source.chart} of {source.repo_url}"
            yield Finding("not-checked", Severity.NOTE, chart, locate((*place, "chart")))
        elif source.repo_url and not (source.ref and not source.path):
            yield from map(at_data_line, _checked(source, place, application, lookup, locate))


def _checked(
    source: Source, place: Path, application: Application, lookup: Lookup, locate: Locate
) -> Iterator[Finding]:
    revision = source.target_revision or "HEAD"
    answer = lookup.path_state(source.repo_url, source.target_revision, source.path)
    if isinstance(answer, Unknown) and answer.code in _REFUSED:
        message = f"Application `{application.name}`: {answer.reason}"
        place = (*place, _REFUSED[answer.code])
        yield Finding(
            answer.code,
            Severity.ERROR,
            message,
            locate(place),
            hint=answer.hint,
            related=application.origin.chain_at(place),
        )
        return
    if isinstance(answer, Unknown):
        message = f"not checked: {answer.reason}"
        yield Finding("not-checked", Severity.NOTE, message, locate((*place, "repoURL")))
        return
    if answer.value is PathState.FOUND:
        return
    if answer.value is PathState.NO_REVISION:
        code, field = "unknown-revision", "targetRevision"
        message = f"{source.repo_url} has no branch, tag or commit `{revision}`"
        hint = "check the revision, or get it first: git fetch --tags"
    else:
        code, field = "missing-path", "path"
        message = f"{source.repo_url} has no folder `{source.path}` at {revision}"
        hint = "fix the path, or add the folder to the repository"
    yield Finding(
        code,
        Severity.ERROR,
        f"Application `{application.name}`: {message}",
        locate((*place, field)),
        hint=hint,
        related=application.origin.chain_at((*place, field)),
    )
