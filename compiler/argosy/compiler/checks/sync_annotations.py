"""Annotations that order a sync: waves, hooks and deadlines. What cannot be read counts as absent."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from argosy.compiler.checks.faults import Fault, application_findings
from argosy.compiler.checks.object_faults import ObjectFault, object_findings
from argosy.compiler.checks.subject import Subject
from argosy.schemas.finding import Finding, Severity
from argosy.schemas.model.annotations import (
    DEPENDS_ON,
    HOOK,
    HOOK_DELETE_POLICY,
    SYNC_WAVE,
    TIMEOUT,
    parse_wave,
    timeout_of,
)
from argosy.schemas.model.application import Application
from argosy.schemas.position import Path

__all__ = ["check"]

_PLACE: Path = ("metadata", "annotations")
_PREFIX = "argocd.argoproj.io"
_KNOWN = frozenset(
    (
        "application-set-refresh",
        "auto-label-cluster-info",
        "client-side-apply-migration-manager",
        "compare-options",
        "content",
        "default-pod-sort",
        "default-view",
        "deletion-approved",
        "hook",
        "hook-delete-policy",
        "hook-finalizer",
        "hydrate",
        "hydrate-timestamp",
        "icon",
        "ignore-default-links",
        "ignore-differences",
        "ignore-healthcheck",
        "ignore-resource-updates",
        "ignore-restart-policy",
        "installation-id",
        "instance",
        "kubernetes-version",
        "managed-by",
        "managed-by-url",
        "manifest-generate-paths",
        "permanent",
        "refresh",
        "refresh-timestamp",
        "scope",
        "secret-type",
        "severity",
        "skip-reconcile",
        "sync-options",
        "sync-wave",
        "tracking-id",
        "url",
    )
)
_HOOKS = ("PreSync", "Sync", "PostSync", "SyncFail", "PreDelete", "PostDelete", "Skip")
_DELETE_POLICIES = ("HookSucceeded", "HookFailed", "BeforeHookCreation")


def check(subject: Subject) -> Iterator[Finding]:
    """The annotations of Applications, of sets, and of all objects that are deployed."""
    yield from application_findings(subject, _application_faults)
    for _, applicationset in subject.sets:
        for fault in _faults(applicationset.annotations):
            message = f"ApplicationSet `{applicationset.name}`: {fault.message}"
            position = applicationset.position(fault.path)
            yield Finding(fault.code, fault.severity, message, position, hint=fault.hint)
    yield from object_findings(_object_faults(subject))


def _object_faults(subject: Subject) -> Iterator[ObjectFault]:
    for each in subject.objects:
        # Applications among them have been looked at as such.
        if each.group != "argoproj.io" or each.kind not in ("Application", "ApplicationSet"):
            for fault in _faults(each.annotations):
                position = each.position(fault.path)
                yield ObjectFault(
                    each, fault.code, fault.severity, f": {fault.message}", position, fault.hint
                )


def _application_faults(application: Application) -> Iterator[Fault]:
    return _faults(application.annotations)


def _faults(annotations: Mapping[str, Any]) -> Iterator[Fault]:
    wave = annotations.get(SYNC_WAVE)
    if isinstance(wave, str) and parse_wave(wave) is None:
        yield Fault(
            "invalid-sync-wave",
            Severity.WARNING,
            (*_PLACE, SYNC_WAVE),
            f"the wave `{wave}` is no whole number, so it counts as wave 0",
            hint='write a whole number in quotes, such as "5" or "-1"',
        )
    yield from _words(annotations, HOOK, _HOOKS, "is no hook: the object is synced like any other")
    yield from _words(annotations, HOOK_DELETE_POLICY, _DELETE_POLICIES, "is no delete policy of a hook")
    yield from _unknown_names(annotations)
    if TIMEOUT in annotations:
        try:
            timeout_of({TIMEOUT: str(annotations[TIMEOUT])})
        except ValueError:
            yield Fault(
                "invalid-timeout",
                Severity.ERROR,
                (*_PLACE, TIMEOUT),
                f"`{annotations[TIMEOUT]}` is no positive duration",
                hint="write a duration such as 30m or 1h30m",
            )


def _unknown_names(annotations: Mapping[str, Any]) -> Iterator[Fault]:
    """Annotations that Argo CD has not, where it is clear what was meant; other tools use its prefix, too."""
    for key in annotations:
        prefix, slash, name = key.partition("/")
        if not slash or prefix != _PREFIX or name in _KNOWN:
            continue
        from difflib import get_close_matches

        near = next(iter(get_close_matches(name, _KNOWN, n=1, cutoff=0.8)), "")
        meant = DEPENDS_ON if name == "depends-on" else f"{_PREFIX}/{near}" if near else ""
        if meant:
            problem = f"Argo CD knows no annotation `{key}`"
            place = (*_PLACE, key)
            yield Fault(
                "ignored-field", Severity.WARNING, place, problem, f"did you mean `{meant}`?", at_key=True
            )


def _words(annotations: Mapping[str, Any], name: str, known: Sequence[str], problem: str) -> Iterator[Fault]:
    written = annotations.get(name)
    if not isinstance(written, str):
        return
    for word in filter(None, map(str.strip, written.split(","))):
        if word not in known:
            from difflib import get_close_matches

            folded = next((each for each in known if each.lower() == word.lower()), "")
            near = folded or next(iter(get_close_matches(word, known, n=1)), "")
            hint = f"did you mean `{near}`?" if near else f"use one of {', '.join(known)}"
            yield Fault("unknown-hook", Severity.WARNING, (*_PLACE, name), f"`{word}` {problem}", hint=hint)
