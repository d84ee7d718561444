"""Findings on the terminal: sorted, with their source lines."""

import os
from collections.abc import Callable, Iterable
from pathlib import Path

import click

from argosy.schemas.finding import Finding, Severity
from argosy.schemas.position import Position
from argosy.schemas.printing import print_finding

__all__ = ["echo_findings", "line_reader", "shown", "sorted_findings", "summary"]

_NOWHERE = Position("", 0, 0)
_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}


def _on_disk(file: str) -> str | None:
    try:
        return Path(file).read_text("utf-8", errors="replace")
    except OSError:
        return None


def line_reader(text_of: Callable[[str], str | None] = _on_disk) -> Callable[[str, int], str | None]:
    """Reads lines of files for findings; each file once. A file that is not there has no lines."""
    files: dict[str, list[str]] = {}

    def read_line(file: str, line: int) -> str | None:
        if file not in files:
            files[file] = (text_of(file) or "").splitlines()
        lines = files[file]
        return lines[line - 1] if 0 < line <= len(lines) else None

    return read_line


def sorted_findings(findings: Iterable[Finding]) -> list[Finding]:
    """Each finding once, by file, line and column; those without a place first."""
    once = dict.fromkeys(findings)
    return sorted(once, key=lambda each: (each.position or _NOWHERE, each.code, each.message))


def shown(finding: Finding, read_line: Callable[[str, int], str | None]) -> str:
    """The finding as text, with colours, which click takes away where nobody would see them.

    The severity and the mark below the line are coloured; `NO_COLOR` switches it off.
    """
    text = print_finding(finding, read_line)
    if os.environ.get("NO_COLOR"):
        return text
    colour = _COLOURS[finding.severity]
    first, *rest = text.split("\n")
    word = f"{finding.severity.value}:"
    lines = [first.replace(word, click.style(word, fg=colour, bold=True), 1)]
    for line in rest:
        before, bar, mark = line.partition("| ")
        if bar and not before.strip() and set(mark.strip()) <= {"^", "~"}:
            line = f"{before}{bar}{click.style(mark, fg=colour)}"
        lines.append(line)
    return "\n".join(lines)


def echo_findings(
    findings: Iterable[Finding], *, err: bool = True, text_of: Callable[[str], str | None] = _on_disk
) -> None:
    """Prints findings with their source lines, to stderr unless told otherwise."""
    read_line = line_reader(text_of)
    for finding in sorted_findings(findings):
        click.echo(shown(finding, read_line), err=err)


def summary(findings: Iterable[Finding]) -> str:
    """`1 error, 2 warnings`, or the empty string."""
    counts = dict.fromkeys(Severity, 0)
    for finding in findings:
        counts[finding.severity] += 1
    return ", ".join(
        f"{count} {severity}{'s' if count > 1 else ''}" for severity, count in counts.items() if count
    )
