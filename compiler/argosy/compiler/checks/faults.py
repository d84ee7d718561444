"""Faults of single Applications become findings; what a set's template has done wrong is said once."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from argosy.compiler.app_of_apps import Member
from argosy.compiler.checks.subject import Subject
from argosy.compiler.data_lines import at_data_line
from argosy.schemas.finding import Finding, Related, Severity
from argosy.schemas.model.application import Application
from argosy.schemas.position import Path

__all__ = ["Fault", "application_findings"]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with an Application, at a field of its manifest.

    `message` goes on after the Application's name; `at_key` points at the key instead of the value.
    """

    code: str
    severity: Severity
    path: Path
    message: str
    hint: str = ""
    related: tuple[Related, ...] = field(default=(), compare=False)
    at_key: bool = False


def application_findings(
    subject: Subject, faults_of: Callable[[Application], Iterable[Fault]]
) -> Iterator[Finding]:
    """A finding for each fault of each Application.

    Applications of one set that have the same fault share a finding, which names the first of them.
    """
    groups: dict[tuple[object, Fault], list[tuple[Member, Application]]] = {}
    for member, application in subject.applications:
        for fault in faults_of(application):
            owner = member.parent if subject.is_generated(member) else member.key
            groups.setdefault((owner, fault), []).append((member, application))
    for (_, fault), sharing in groups.items():
        member, application = sharing[0]
        also = f" and {len(sharing) - 1} more" if len(sharing) > 1 else ""
        finding = Finding(
            fault.code,
            fault.severity,
            f"Application `{application.name}`{also}: {fault.message}",
            subject.locate(member)(fault.path, fault.at_key),
            hint=fault.hint,
            related=(*fault.related, *application.origin.chain_at(fault.path)),
        )
        # What several have in common is the template's.
        yield at_data_line(finding) if len(sharing) == 1 else finding
