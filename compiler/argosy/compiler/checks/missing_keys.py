"""Go templates that print `<no value>` for a parameter that is not there, instead of failing."""

from collections.abc import Iterator

from argosy.compiler.checks.subject import Subject
from argosy.schemas.finding import Finding, Fix, Severity
from argosy.schemas.fixes import add_behind
from argosy.schemas.model.applicationset import ApplicationSet
from argosy.schemas.position import Position

__all__ = ["check"]

_ANSWER = 'goTemplateOptions: ["missingkey=error"]'


def check(subject: Subject) -> Iterator[Finding]:
    """A note for each Go-template set that says nothing of missing keys."""
    for _, applicationset in subject.sets:
        chosen = any(each.startswith("missingkey=") for each in applicationset.go_template_options)
        if applicationset.go_template and not chosen:
            key = applicationset.position(("spec", "goTemplate"), key=True)
            yield Finding(
                "no-missingkey-error",
                Severity.NOTE,
                f"ApplicationSet `{applicationset.name}`: a misspelt parameter becomes `<no value>`, "
                "and no error",
                key,
                hint=f"add `{_ANSWER}`",
                fix=_fix(applicationset, key),
            )


def _fix(applicationset: ApplicationSet, key: Position | None) -> Fix | None:
    document = applicationset.document
    if document is None or key is None or "goTemplateOptions" in applicationset.spec:
        return None
    return add_behind(document, key, _ANSWER, ("spec", "goTemplateOptions"))
