"""Objects that one Application deploys twice, without a namespace, or with a key written twice."""

from collections.abc import Iterator

from argosy.compiler.checks.kind_scopes import is_namespaced
from argosy.compiler.checks.object_faults import ObjectFault, object_findings
from argosy.compiler.checks.subject import Deployed, Subject
from argosy.compiler.comparison.identity import ObjectKey, object_key
from argosy.schemas import wording
from argosy.schemas.finding import Finding, Related, Severity
from argosy.schemas.first_findings import first_findings
from argosy.schemas.validation import kind_of
from argosy.schemas.yaml_reader import Document

__all__ = ["check"]


def check(subject: Subject) -> Iterator[Finding]:
    """What Argo CD calls a repeated resource; the last one wins, in an order that nobody sees."""
    yield from object_findings(_faults(subject))
    yield from _repeated_keys(subject)


def _faults(subject: Subject) -> Iterator[ObjectFault]:
    first: dict[tuple[object, ObjectKey], Deployed] = {}
    for each in subject.deployed:
        if not each.name:
            continue
        key = (each.member.key, object_key(each.application, each.value))
        other = first.setdefault(key, each)
        if other is not each:
            yield ObjectFault(
                each,
                "repeated-object",
                Severity.WARNING,
                f" is written twice in the source of Application `{each.application.name}`: "
                "one of the two wins",
                each.position(("metadata", "name")),
                hint="remove or rename one of the two",
                related=(Related("written here, too", other.position(("metadata", "name"))),),
            )
        if is_namespaced(each.value) and not key[1].namespace:
            yield ObjectFault(
                each,
                "missing-namespace",
                Severity.ERROR,
                f" lives in a namespace, but neither it nor the destination of Application "
                f"`{each.application.name}` names one",
                each.position(("metadata", "name")),
                hint="write `destination.namespace` in the Application, or `metadata.namespace` here",
            )


def _repeated_keys(subject: Subject) -> Iterator[Finding]:
    for each in subject.objects:
        document = each.manifest.document
        # Of our own kinds the schema check has said it.
        if document is not None and kind_of(document.value) is None:
            yield from first_findings(_repeated(document, each.kind == "Secret"))


def _repeated(document: Document, confidential: bool) -> Iterator[Finding]:
    for path, position in document.duplicate_keys():
        message = f"`{wording.dotted(path)}` is written more than once; the last one counts"
        hint = "remove all but one"
        yield Finding("duplicate-key", Severity.WARNING, message, position, hint, confidential=confidential)
