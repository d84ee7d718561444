"""Keeps lines with a Secret's values out of what is printed, whichever check has found something there."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from argosy.compiler.checks.subject import Deployed, Subject
from argosy.schemas.finding import Finding
from argosy.schemas.model.fields import mapping
from argosy.schemas.position import Position

__all__ = ["without_secret_lines"]


def without_secret_lines(subject: Subject, findings: Iterable[Finding]) -> Iterator[Finding]:
    """The findings; those at a line that holds a value of a Secret are made confidential."""
    findings = list(findings)
    secrets = [each for each in subject.objects if findings and each.kind == "Secret" and not each.group]
    lines = {line for each in secrets for line in _lines_with_values(each)}
    for finding in findings:
        places = (finding.position, *(related.position for related in finding.related))
        hidden = bool(lines) and any(each and not lines.isdisjoint(_lines(each)) for each in places)
        yield replace(finding, confidential=True) if hidden and not finding.confidential else finding


def _lines_with_values(secret: Deployed) -> Iterator[tuple[str, int]]:
    whole = secret.position()
    if secret.manifest.document is None and whole is not None:
        # In what a tool renders a value may have been written anywhere.
        yield from _lines(whole)
    for field in ("data", "stringData"):
        for key in mapping(secret.value, field):
            position = secret.position((field, key))
            if position is not None:
                yield from _lines(position)


def _lines(position: Position) -> Iterator[tuple[str, int]]:
    for line in range(position.line, max(position.line, position.end_line) + 1):
        yield position.file, line
