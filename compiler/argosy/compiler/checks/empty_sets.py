"""Sets that come to nothing, and sets whose Applications cannot be known here."""

from collections.abc import Iterator
from dataclasses import replace

from argosy.compiler.checks.generator_entries import generator_entry_findings
from argosy.compiler.checks.subject import Subject
from argosy.compiler.expansion import UnknownExpansion
from argosy.schemas.finding import Finding, Severity

__all__ = ["check"]

_NEVER_ANSWERED = frozenset(("refused-path", "refused-url", "unknown-revision"))


def check(subject: Subject) -> Iterator[Finding]:
    """A warning for an empty set, unless its generators have the blame already.

    Where a generator has no answer, an error if nobody can ever give one, else a note.
    """
    for member, applicationset in subject.sets:
        if isinstance(member.unknown, UnknownExpansion):
            for missing in member.unknown.missing:
                if missing.code in _NEVER_ANSWERED:
                    yield replace(missing, severity=Severity.ERROR)
                    continue
                note = f"not checked: {missing.message}"
                yield replace(missing, code="not-checked", message=note, hint="")
            continue
        expansion = member.expansion
        if expansion is None or expansion.generated or expansion.failed:
            continue
        if not any(generator_entry_findings(applicationset)):
            yield Finding(
                "empty-set",
                Severity.WARNING,
                f"ApplicationSet `{applicationset.name}` generates no Application: "
                "Argo CD deletes all that it has generated before",
                member.position,
                hint="look at its selectors, paths and filters; remove the set if nothing shall be left",
            )
