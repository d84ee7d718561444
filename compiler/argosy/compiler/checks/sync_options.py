"""Sync options that Argo CD does not know: it compares them letter by letter and ignores the rest."""

from collections.abc import Iterator, Sequence

from argosy.compiler.checks.faults import Fault, application_findings
from argosy.compiler.checks.object_faults import ObjectFault, object_findings
from argosy.compiler.checks.subject import Subject
from argosy.schemas.finding import Finding, Severity
from argosy.schemas.model.annotations import SYNC_OPTIONS
from argosy.schemas.model.application import Application
from argosy.schemas.model.fields import mapping, texts
from argosy.schemas.model.sync_options import KNOWN_SYNC_OPTIONS

__all__ = ["check"]

_FLAGS = ("true", "false")
_VALUES = {
    "Delete": ("true", "false", "confirm"),
    "Prune": ("true", "false", "confirm"),
    "PrunePropagationPolicy": ("background", "foreground", "orphan"),
}
_OF_APPLICATIONS = frozenset(
    (
        "ApplyOutOfSyncOnly",
        "CreateNamespace",
        "FailOnSharedResource",
        "PrunePropagationPolicy",
        "RespectIgnoreDifferences",
    )
)
# On an object these mean nothing (docs/user-guide/sync-options of Argo CD).


def check(subject: Subject) -> Iterator[Finding]:
    """The options of Applications, and those in annotations of what they deploy."""
    yield from application_findings(subject, _faults)
    yield from object_findings(_object_faults(subject))


def _object_faults(subject: Subject) -> Iterator[ObjectFault]:
    for each in subject.objects:
        written = each.annotations.get(SYNC_OPTIONS)
        if not isinstance(written, str):
            continue
        for option in filter(None, map(str.strip, written.split(","))):
            problem, hint = _problem(option, on_object=True)
            if problem:
                yield ObjectFault(
                    each,
                    "unknown-sync-option",
                    Severity.WARNING,
                    f": {problem}",
                    each.position(("metadata", "annotations", SYNC_OPTIONS)),
                    hint=hint,
                )


def _faults(application: Application) -> Iterator[Fault]:
    for index, option in enumerate(texts(mapping(application.spec, "syncPolicy"), "syncOptions")):
        problem, hint = _problem(option)
        if problem:
            path = ("spec", "syncPolicy", "syncOptions", index)
            yield Fault("unknown-sync-option", Severity.WARNING, path, problem, hint=hint)


def _problem(option: str, on_object: bool = False) -> tuple[str, str]:
    """What is wrong with an option and what to write instead; empty texts where nothing is."""
    name, _, value = option.partition("=")
    if name not in KNOWN_SYNC_OPTIONS:
        near = _nearest(name)
        hint = f"did you mean `{near}={value or 'true'}`?" if near else _listed(sorted(KNOWN_SYNC_OPTIONS))
        return f"`{option}` is no sync option: Argo CD ignores it", hint
    if on_object and name in _OF_APPLICATIONS:
        return (
            f"`{name}` has no effect on a single object",
            "write it under `spec.syncPolicy.syncOptions` of the Application",
        )
    allowed = _VALUES.get(name, _FLAGS)
    if value not in allowed:
        return f"`{option}`: `{value}` is no value of {name}, Argo CD ignores it", _listed(allowed)
    return "", ""


def _nearest(name: str) -> str:
    by_letters = {known.lower(): known for known in KNOWN_SYNC_OPTIONS}
    if name.strip().lower() in by_letters:
        return by_letters[name.strip().lower()]
    from difflib import get_close_matches

    return next(iter(get_close_matches(name, KNOWN_SYNC_OPTIONS, n=1)), "")


def _listed(values: Sequence[str]) -> str:
    return f"use one of {', '.join(values)}"
