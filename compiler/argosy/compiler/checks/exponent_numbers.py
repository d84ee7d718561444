"""Numbers that Go prints as `1e+06` where a template puts a large one into text."""

import re
from collections.abc import Iterator, Mapping

from argosy.compiler.app_of_apps import Member
from argosy.compiler.checks.subject import Subject
from argosy.compiler.templating.trees import leaves
from argosy.schemas.finding import Finding, Severity
from argosy.schemas.model.applicationset import ApplicationSet
from argosy.schemas.position import value_at

__all__ = ["check"]

_EXPONENT = r"(?<![\w.+-])-?[1-9](?:\.[0-9]+)?e[+-][0-9]{2,3}(?![\w.])"


def check(subject: Subject) -> Iterator[Finding]:
    """Each field of a template once, with the first Application in which it happens."""
    for member, applicationset in subject.sets:
        if member.expansion is not None and member.expansion.generated:
            yield from _of_set(member, applicationset)


def _of_set(member: Member, applicationset: ApplicationSet) -> Iterator[Finding]:
    template = {name: applicationset.template.get(name) for name in ("metadata", "spec")}
    asked = {path: text for path, text in leaves(template) if "{{" in text}
    assert member.expansion is not None
    for application in member.expansion.generated:
        for path, text in tuple(asked.items()):
            value = value_at(application.manifest, path)
            if not isinstance(value, str) or ("e+" not in value and "e-" not in value):
                continue
            found = re.search(_EXPONENT, value)
            if found is None or found.group() in text or not _is_given(member, found.group()):
                continue
            del asked[path]
            yield Finding(
                "exponent-number",
                Severity.WARNING,
                f"Application `{application.name}`: a number comes out as `{found.group()}`",
                applicationset.position(("spec", "template", *path)),
                hint="put the number in quotes where it is given"
                + (", or write `int64` before it: {{ int64 .x }}" if applicationset.go_template else ""),
                related=application.origin.chain_at(path),
            )


def _is_given(member: Member, text: str) -> bool:
    """Whether some parameter is that number: a text that looks so is meant to."""
    number = float(text)
    assert member.expansion is not None
    flat = not any(_has_number(each.values) for each in member.expansion.parameters)
    return flat or any(_has_number(each.values, number) for each in member.expansion.parameters)


def _has_number(value: object, number: float | None = None) -> bool:
    if isinstance(value, Mapping):
        return any(_has_number(each, number) for each in value.values())
    if isinstance(value, list):
        return any(_has_number(each, number) for each in value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    return number is None or abs(value - number) <= abs(number) * 1e-5
