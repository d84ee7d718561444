"""One mistake that many Applications have is told once."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from argosy.schemas.finding import Finding, Related

__all__ = ["fold", "listed"]

_NAMED = 3


def listed(names: Sequence[str]) -> str:
    """The first few Applications, and how many more there are."""
    shown = [f"`{name}`" for name in names[:_NAMED]]
    if len(names) > _NAMED:
        return f"Applications {', '.join(shown)} and {len(names) - _NAMED} more"
    *before, last = shown
    return f"Applications {', '.join(before)} and {last}" if before else f"Application {last}"


def fold(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Each finding once, in the order of the first of each; those that differ only in their Applications, and
    in what led to those, are one that names them all."""
    groups: dict[Finding, list[Finding]] = {}
    for each in findings:
        groups.setdefault(_of_any_application(each), []).append(each)
    return tuple(map(_joined, groups.values()))


def _of_any_application(finding: Finding) -> Finding:
    if not finding.applications:
        return finding
    message = finding.message.replace(listed(finding.applications), "Application")
    return replace(finding, message=message, related=(), applications=())


def _joined(alike: Sequence[Finding]) -> Finding:
    first = alike[0]
    names = tuple(dict.fromkeys(name for each in alike for name in each.applications))
    if not first.applications or names == first.applications:
        return first
    message = first.message.replace(listed(first.applications), listed(names))
    also = Related(f"the same for {listed(names[len(first.applications) :])}")
    related = first.related if message != first.message else (*first.related, also)
    return replace(first, message=message, related=related, applications=names)
