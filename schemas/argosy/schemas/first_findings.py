"""How many findings of one kind one file can give: the first hundred say as much as a hundred thousand."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from argosy.schemas.finding import Finding, Severity

__all__ = ["first_findings"]

_SHOWN = 100


def first_findings(findings: Iterable[Finding], *, mixed: bool = False) -> tuple[Finding, ...]:
    """The first of one file's findings, and where there are more a note that says so; those are not made.

    Of `mixed` ones the first of each severity, for no warning may hide an error. None has a fix where there
    are more: that takes reading the file again for each, and what is wrong so often is mended otherwise.
    """
    shown: dict[Severity, int] = defaultdict(int)
    kept: list[Finding] = []
    more: Finding | None = None
    for each in findings:
        shown[each.severity] += 1
        if shown[each.severity] <= _SHOWN:
            kept.append(each)
            continue
        more = _more(each)
        if each.severity is Severity.ERROR or not mixed:
            break
    return (*(replace(each, fix=None) for each in kept), more) if more else tuple(kept)


def _more(hidden: Finding) -> Finding:
    # As bad as what it stands for: those that are shown may be excepted.
    message = f"more {hidden.severity}s like those before are not shown"
    return Finding(
        "more-failures", hidden.severity, message, hidden.position, confidential=hidden.confidential
    )
