"""Go templates that cannot be read, of sets that are not expanded here: expansion says so itself."""

from collections.abc import Iterator

from argosy.compiler.checks.subject import Subject
from argosy.compiler.templating.errors import TemplateError
from argosy.compiler.templating.gotemplate import parse_text
from argosy.compiler.templating.trees import leaves
from argosy.compiler.text_places import place_in_text
from argosy.schemas.finding import Finding, Severity
from argosy.schemas.model.applicationset import ApplicationSet
from argosy.schemas.position import Path, Position

__all__ = ["check"]


def check(subject: Subject) -> Iterator[Finding]:
    """The template and the patch of every such set."""
    for member, applicationset in subject.sets:
        if member.expansion is None and applicationset.go_template and not applicationset.template_engine:
            yield from _findings(applicationset)


def _findings(applicationset: ApplicationSet) -> Iterator[Finding]:
    spec = applicationset.spec
    tree = {name: spec[name] for name in ("template", "templatePatch") if name in spec}
    for path, text in leaves(tree):
        try:
            parse_text(text)
        except TemplateError as error:
            position = _position(applicationset, ("spec", *path), text, error)
            yield Finding("template-error", Severity.ERROR, error.message, position, hint=error.hint)


def _position(applicationset: ApplicationSet, path: Path, text: str, error: TemplateError) -> Position | None:
    place = place_in_text(text, error)
    if place is None or applicationset.document is None:
        return applicationset.position(path)
    return applicationset.document.position_in_text(path, *place)
