"""Conventions that some teams hold to and others do not: found only where `argosy.yaml` asks for them."""

from collections.abc import Iterator
from functools import partial

from argosy.compiler.checks.faults import Fault, application_findings
from argosy.compiler.checks.subject import Subject
from argosy.schemas.finding import Finding, Severity
from argosy.schemas.model.annotations import FINALIZER
from argosy.schemas.model.application import DEFAULT_PROJECT, Application

__all__ = ["check"]

_NAME_LABEL = "app.kubernetes.io/name"


def check(subject: Subject) -> Iterator[Finding]:
    """The conventions of all Applications."""
    return application_findings(subject, partial(_asked_faults, subject.asked))


def _asked_faults(asked: frozenset[str], application: Application) -> Iterator[Fault]:
    return (fault for fault in _faults(application) if fault.code in asked)


def _faults(application: Application) -> Iterator[Fault]:
    if application.project == DEFAULT_PROJECT:
        yield Fault(
            "default-project",
            Severity.WARNING,
            ("spec", "project"),
            "it is of the project `default`, which permits everything unless it was narrowed",
            hint="make a project that permits what the team needs",
        )
    automated = application.sync_policy.automated
    if automated is None:
        yield Fault(
            "no-sync-policy",
            Severity.NOTE,
            ("spec", "syncPolicy"),
            "it does not say whether it is synced by itself",
            hint="write `syncPolicy.automated`; with `enabled: false`, if it shall be synced by hand",
        )
    elif automated.enabled and not (automated.prune and automated.self_heal):
        missing = " and ".join(
            f"`{name}`"
            for name, given in (("prune", automated.prune), ("selfHeal", automated.self_heal))
            if not given
        )
        yield Fault(
            "partly-automated",
            Severity.NOTE,
            ("spec", "syncPolicy", "automated"),
            f"it is synced by itself without {missing}: what is removed or changed by hand stays as it is",
            hint="set both to true",
        )
    if not application.deletes_its_resources:
        yield Fault(
            "no-finalizer",
            Severity.NOTE,
            ("metadata",),
            "it bears no finalizer: who deletes it leaves everything that it has deployed",
            hint=f"add `finalizers: [{FINALIZER}]`, if deleting it shall delete that, too",
            at_key=True,
        )
    if _NAME_LABEL not in application.labels:
        yield Fault(
            "missing-name-label",
            Severity.NOTE,
            ("metadata",),
            f"it has no label `{_NAME_LABEL}`",
            hint="add it, so that the Application is found by it",
            at_key=True,
        )
