"""Revisions that move: branches, `HEAD`, semver ranges.

Found only where a project forbids them (annotation `argosy.dev/revisions: pinned`) or `argosy.yaml` asks.
"""

import re
from collections.abc import Iterator
from functools import partial

from argosy.compiler.checks.faults import Fault, application_findings
from argosy.compiler.checks.subject import Subject
from argosy.schemas.finding import Finding, Severity
from argosy.schemas.model.annotations import REVISIONS
from argosy.schemas.model.application import Application
from argosy.schemas.model.appproject import AppProject
from argosy.schemas.model.fields import string_map
from argosy.schemas.model.source import Source

__all__ = ["check"]

_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_VERSION = re.compile(r"(?:refs/tags/)?(?:[\w./-]*[-/@])?v?[0-9]+\.[0-9]+\.[0-9]+(?:[-+.][0-9A-Za-z.+-]+)?")
_TAG = re.compile(r"refs/tags/.+")


def check(subject: Subject) -> Iterator[Finding]:
    """The revision of every source. Commits, full versions and `refs/tags/…` do not move."""
    yield from application_findings(subject, partial(_faults, subject))
    for name, document in subject.project_documents.items():
        project = subject.projects.get(name)
        written = _asked(project) if project else ""
        if written not in ("", "pinned"):
            yield Finding(
                "invalid-value",
                Severity.ERROR,
                f"AppProject `{name}`: `{REVISIONS}: {written}` means nothing",
                document.position(("metadata", "annotations", REVISIONS)),
                hint="write `pinned`, or remove it",
            )


def _asked(project: AppProject) -> str:
    return string_map(project.metadata, "annotations").get(REVISIONS, "")


def _faults(subject: Subject, application: Application) -> Iterator[Fault]:
    project = subject.projects.get(application.project)
    forbidden = project is not None and _asked(project) == "pinned"
    if not forbidden and "floating-revision" not in subject.asked:
        return
    for place, source in application.written_sources:
        if not source.repo_url or _is_pinned(source):
            continue
        what = f"`{source.target_revision}`" if source.target_revision else "`HEAD` (none is written)"
        yield Fault(
            "forbidden-revision" if forbidden else "floating-revision",
            Severity.ERROR if forbidden else Severity.WARNING,
            (*place, "targetRevision"),
            f"the revision {what} moves"
            + (f", and project `{application.project}` permits pinned ones only" if forbidden else ""),
            hint="write a full version, or a commit id",
        )


def _is_pinned(source: Source) -> bool:
    revision = source.target_revision
    if source.chart:
        return _VERSION.fullmatch(revision) is not None
    return any(pattern.fullmatch(revision) for pattern in (_COMMIT, _VERSION, _TAG))
