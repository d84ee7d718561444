"""Helm values that a template turns into text: `"false"` is true to a chart's `if`."""

import re
from collections.abc import Iterator

from argosy.compiler.app_of_apps import Member
from argosy.compiler.checks.subject import Subject
from argosy.compiler.templating.trees import leaves
from argosy.generators.parameters import Parameters
from argosy.schemas.finding import Finding, Severity
from argosy.schemas.model.applicationset import ApplicationSet
from argosy.schemas.position import Path, value_at

__all__ = ["check"]

_FIELD = re.compile(r"\{\{-?\s*\.([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)\s*-?\}\}")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def check(subject: Subject) -> Iterator[Finding]:
    """Each field under `valuesObject` of a template once. The Jinja2 dialect keeps types."""
    for member, applicationset in subject.sets:
        expansion = member.expansion
        if expansion is not None and expansion.generated and not applicationset.template_engine:
            yield from _of_set(member, applicationset)


def _of_set(member: Member, applicationset: ApplicationSet) -> Iterator[Finding]:
    spec = applicationset.template.get("spec")
    asked = {
        path: text
        for path, text in leaves({"spec": spec})
        if "{{" in text and "valuesObject" in path and _is_value(spec, path[1:], text)
    }
    expansion = member.expansion
    if not asked or expansion is None:
        return
    parallel = len(expansion.parameters) == len(expansion.generated)
    for number, application in enumerate(expansion.generated):
        parameters = expansion.parameters[number] if parallel else None
        for path, text in tuple(asked.items()):
            value = value_at(application.manifest, path)
            if isinstance(value, str) and _lost_type(text, value, parameters):
                del asked[path]
                yield _finding(applicationset, path, value)


def _finding(applicationset: ApplicationSet, path: Path, value: str) -> Finding:
    return Finding(
        "templated-type",
        Severity.WARNING,
        f'`{path[-1]}` reaches the chart as the text "{value}", not as '
        + ("a boolean: any text is true to it" if value in ("true", "false") else "a number"),
        applicationset.position(("spec", "template", *path)),
        hint="write the value in `helm.values: |` or in `templatePatch`, where YAML is read after rendering, "
        "or use the Jinja2 dialect",
    )


def _lost_type(template: str, value: str, parameters: Parameters | None) -> bool:
    """Booleans always; numbers only where the parameter itself is one, for a text may be meant."""
    if value in ("true", "false"):
        return template.strip().startswith("{{") and template.strip().endswith("}}")
    field = _FIELD.fullmatch(template.strip())
    if field is None or parameters is None or not _NUMBER.fullmatch(value):
        return False
    given = value_at(parameters.values, tuple(field[1].split(".")))
    return isinstance(given, (int, float)) and not isinstance(given, bool)


def _is_value(spec: object, path: Path, text: str) -> bool:
    """Whether the leaf is a value: of a key, `leaves` gives the same path."""
    return value_at(spec, path) == text
