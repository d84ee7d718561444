"""Sync windows of AppProjects that Argo CD cannot read, or that speak of nobody.

A window that cannot be read keeps the Applications that it may concern from being synced.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from argosy.compiler.checks.cron_schedules import schedule_problem
from argosy.compiler.checks.subject import Subject
from argosy.schemas.finding import Finding, Severity
from argosy.schemas.model.durations import parse_duration
from argosy.schemas.model.fields import mappings, text
from argosy.schemas.position import Path

__all__ = ["check"]

_Problem = tuple[Severity, str, str, str]
"""Severity, field, what is wrong, what to do."""


def check(subject: Subject) -> Iterator[Finding]:
    """The windows of every AppProject that was read from a file."""
    for name, document in subject.project_documents.items():
        project = subject.projects.get(name)
        for index, window in enumerate(mappings(project.spec, "syncWindows") if project else ()):
            path: Path = ("spec", "syncWindows", index)
            for severity, field, problem, hint in _problems(window):
                yield Finding(
                    "invalid-sync-window",
                    severity,
                    f"AppProject `{name}`: {problem}",
                    document.position((*path, field)),
                    hint=hint,
                )


def _problems(window: Mapping[str, Any]) -> Iterator[_Problem]:
    kind, schedule, zone = text(window, "kind"), text(window, "schedule"), text(window, "timeZone")
    if kind not in ("allow", "deny"):
        yield Severity.ERROR, "kind", f"`{kind}` is no kind of sync window", "write allow or deny"
    problem = schedule_problem(schedule)
    if problem:
        hint = "write five fields, such as 0 22 * * 1-5"
        yield Severity.ERROR, "schedule", f"the schedule `{schedule}` cannot be read: {problem}", hint
    try:
        parse_duration(text(window, "duration"))
    except ValueError as error:
        yield Severity.ERROR, "duration", f"the duration of a sync window: {error}", "write it as Go does: 8h"
    if zone and not _is_zone(zone):
        hint = "write a name of the tz database, such as Europe/Berlin"
        yield Severity.ERROR, "timeZone", f"there is no time zone `{zone}`", hint
    if not any(window.get(field) for field in ("applications", "namespaces", "clusters")):
        yield (
            Severity.WARNING,
            "kind",
            "a sync window without `applications`, `namespaces` and `clusters` concerns nobody",
            'write whom it concerns, such as applications: ["*"]',
        )


def _is_zone(name: str) -> bool:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        ZoneInfo("Europe/Berlin")
    except ZoneInfoNotFoundError:
        # No database on this machine: nothing can be said.
        return True
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return name == "Local"
    return True
