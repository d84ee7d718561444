"""Sync policies that switch off a guard."""

from collections.abc import Iterator

from argosy.compiler.checks.faults import Fault, application_findings
from argosy.compiler.checks.subject import Subject
from argosy.schemas.finding import Finding, Severity
from argosy.schemas.model.application import Application
from argosy.schemas.model.fields import mapping, texts
from argosy.schemas.position import Path

__all__ = ["check"]

_POLICY: Path = ("spec", "syncPolicy")


def check(subject: Subject) -> Iterator[Finding]:
    """The policies of all Applications."""
    return application_findings(subject, _faults)


def _faults(application: Application) -> Iterator[Fault]:
    automated = application.sync_policy.automated
    if automated is not None and automated.enabled and automated.allow_empty:
        effect = "deletes everything" if automated.prune else "lets everything be deleted"
        yield Fault(
            "allow-empty",
            Severity.WARNING,
            (*_POLICY, "automated", "allowEmpty"),
            f"`allowEmpty: true`: a source that renders nothing, by a mistake too, {effect}",
            hint="remove it; delete the Application when nothing shall be left",
        )
    options = texts(mapping(application.spec, "syncPolicy"), "syncOptions")
    if "Validate=false" in options:
        yield Fault(
            "validation-disabled",
            Severity.NOTE,
            (*_POLICY, "syncOptions", options.index("Validate=false")),
            "`Validate=false` applies objects that do not fit their schema",
            hint="set it by annotation on the objects that need it: argocd.argoproj.io/sync-options",
        )
