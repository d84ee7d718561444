"""`ignoreDifferences` and `ignoreApplicationDifferences` that match nothing, fail, or ignore everything."""

from collections.abc import Iterator, Mapping
from typing import Any

from argosy.compiler.checks.faults import Fault, application_findings
from argosy.compiler.checks.subject import Subject
from argosy.schemas.finding import Finding, Severity
from argosy.schemas.model.application import Application
from argosy.schemas.model.applicationset import ApplicationSet
from argosy.schemas.model.fields import mappings, text, texts
from argosy.schemas.position import Path

__all__ = ["check"]

_WHOLE = frozenset(("", "/", "/spec", "/metadata", "/data", ".", ".spec", ".metadata", ".data", ".[]", ".."))
_CLOSING = {")": "(", "]": "[", "}": "{"}


def check(subject: Subject) -> Iterator[Finding]:
    """The rules of every Application and of every set."""
    yield from application_findings(subject, _application_faults)
    for member, applicationset in subject.sets:
        for fault in _set_faults(applicationset):
            position = applicationset.position(fault.path)
            message = f"ApplicationSet `{applicationset.name}`: {fault.message}"
            yield Finding(fault.code, fault.severity, message, position, hint=fault.hint)
        if member.expansion is not None and member.expansion.failed is None:
            yield from _nobody(applicationset, {each.name for each in member.expansion.applications})


def _application_faults(application: Application) -> Iterator[Fault]:
    for index, rule in enumerate(mappings(application.spec, "ignoreDifferences")):
        yield from _rule_faults(rule, ("spec", "ignoreDifferences", index))


def _set_faults(applicationset: ApplicationSet) -> Iterator[Fault]:
    for index, rule in enumerate(applicationset.ignore_application_differences):
        yield from _rule_faults(rule, ("spec", "ignoreApplicationDifferences", index))


def _nobody(applicationset: ApplicationSet, names: set[str]) -> Iterator[Finding]:
    for index, rule in enumerate(applicationset.ignore_application_differences):
        name = text(rule, "name")
        if name and name not in names:
            yield Finding(
                "rule-without-target",
                Severity.WARNING,
                f"ApplicationSet `{applicationset.name}` generates no Application `{name}`, "
                "so the rule ignores nothing",
                applicationset.position(("spec", "ignoreApplicationDifferences", index, "name")),
                hint="write the name of a generated Application, or leave it out to mean all of them",
            )


def _rule_faults(rule: Mapping[str, Any], path: Path) -> Iterator[Fault]:
    for index, pointer in enumerate(texts(rule, "jsonPointers")):
        place = (*path, "jsonPointers", index)
        if pointer in _WHOLE:
            yield _broad(pointer, place)
        elif not pointer.startswith("/"):
            fixed = "/" + pointer.lstrip(".").replace(".", "/")
            yield Fault(
                "invalid-json-pointer",
                Severity.WARNING,
                place,
                f"`{pointer}` is no JSON pointer (RFC 6901), so it matches nothing",
                hint=f"did you mean `{fixed}`?",
            )
    for index, expression in enumerate(texts(rule, "jqPathExpressions")):
        place = (*path, "jqPathExpressions", index)
        problem = _jq_problem(expression)
        if expression.strip() in _WHOLE:
            yield _broad(expression, place)
        elif problem:
            yield Fault(
                "invalid-jq-expression",
                Severity.ERROR,
                place,
                f"`{expression}` cannot be compiled: {problem}",
                hint="Argo CD compares nothing of the Application until this is put right",
            )


def _broad(what: str, path: Path) -> Fault:
    return Fault(
        "broad-ignore-differences",
        Severity.WARNING,
        path,
        f"`{what}` ignores everything below it: no drift of these objects is seen any more",
        hint="name the fields that somebody else sets, such as /spec/replicas",
    )


def _jq_problem(expression: str) -> str:
    """What certainly keeps an expression from being compiled: brackets and quotes that do not match."""
    open_brackets: list[str] = []
    quoted = escaped = False
    for character in expression:
        if quoted:
            # Inside of \(…) jq allows quotes again; such expressions are not judged.
            if escaped and character == "(":
                return ""
            quoted = escaped or character != '"'
            escaped = character == "\\" and not escaped
        elif character == '"':
            quoted = True
        elif character == "#":
            return ""
        elif character in "([{":
            open_brackets.append(character)
        elif character in _CLOSING and (not open_brackets or open_brackets.pop() != _CLOSING[character]):
            return f"`{character}` closes nothing"
    if quoted:
        return "a quoted text does not end"
    return f"`{open_brackets[-1]}` is never closed" if open_brackets else ""
