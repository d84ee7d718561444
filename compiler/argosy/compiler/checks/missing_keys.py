"""Go templates that print `<no value>` for a parameter that is not there, instead of failing."""

from collections.abc import Iterator

from argosy.compiler.checks.subject import Subject
from argosy.schemas.finding import Finding, Severity

__all__ = ["check"]


def check(subject: Subject) -> Iterator[Finding]:
    """A note for each Go-template set that says nothing of missing keys."""
    for _, applicationset in subject.sets:
        chosen = any(each.startswith("missingkey=") for each in applicationset.go_template_options)
        if applicationset.go_template and not chosen:
            yield Finding(
                "no-missingkey-error",
                Severity.NOTE,
                f"ApplicationSet `{applicationset.name}`: a misspelt parameter becomes `<no value>`, "
                "and no error",
                applicationset.position(("spec", "goTemplate"), key=True),
                hint='add `goTemplateOptions: ["missingkey=error"]`',
            )
