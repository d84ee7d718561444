"""Names of Helm releases that Helm refuses."""

import re
from collections.abc import Iterator

from argosy.compiler.checks.faults import Fault, application_findings
from argosy.compiler.checks.subject import Subject
from argosy.schemas.finding import Finding, Severity
from argosy.schemas.model.application import Application

__all__ = ["check"]

_LONGEST = 53
_NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")


def check(subject: Subject) -> Iterator[Finding]:
    """The release's name of every source that is a chart for certain; the default is the Application's."""
    return application_findings(subject, _faults)


def _faults(application: Application) -> Iterator[Fault]:
    for index, source in enumerate(application.sources):
        if not source.chart and source.helm is None:
            continue
        written = source.helm.release_name if source.helm else ""
        name = written or application.name
        place = ("spec", "sources", index) if application.has_several_sources else ("spec", "source")
        if len(name) > _LONGEST:
            problem = f"has {len(name)} characters, Helm allows {_LONGEST}"
        elif not _NAME.fullmatch(name):
            problem = "is no DNS name"
        else:
            continue
        yield Fault(
            "invalid-release-name",
            Severity.ERROR,
            (*place, "helm", "releaseName") if written else ("metadata", "name"),
            f"the release's name `{name}` {problem}",
            hint="write a shorter `helm.releaseName`" if not written else "write another one",
        )
