"""Parameters that a template asks for and nobody gives, and those that are given and nobody uses."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from argosy.compiler.checks.subject import Subject
from argosy.compiler.dialect import choose_dialect
from argosy.compiler.expansion import Expansion, Phase
from argosy.compiler.templating.advice import NEEDS_GO, is_go_syntax
from argosy.compiler.templating.trees import leaves
from argosy.schemas.finding import ArgosyError, Finding, Severity
from argosy.schemas.model.application import Application
from argosy.schemas.model.applicationset import ApplicationSet
from argosy.schemas.position import Path, Position, value_at

__all__ = ["check"]

_TAG = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_WORD = re.compile(r"[A-Za-z_][\w-]*")
_WHOLE_CONTEXT = re.compile(r"(?:^|[\s(])(?:\.|\$)(?=$|[\s)|])")
_NO_VALUE = "<no value>"
_FROM_LISTS = 50


def check(subject: Subject) -> Iterator[Finding]:
    """The parameters of every set that can be expanded here."""
    for member, applicationset in subject.sets:
        if member.expansion is not None and member.expansion.failed is not Phase.LOAD:
            yield from _unresolved_findings(applicationset, member.expansion)
            yield from _unused_findings(applicationset)


def _unresolved_findings(applicationset: ApplicationSet, expansion: Expansion) -> Iterator[Finding]:
    """Template fields that came out unresolved: `{{name}}` left as it is, or Go's `<no value>`.

    One finding a field, with the first generator element that has the problem.
    """
    dialect = _dialect(applicationset)
    seen: dict[Path, tuple[Application, str]] = {}
    counts: dict[Path, int] = {}
    templated = dict(leaves({"spec": applicationset.spec.get("template") or {}}))
    asked = {path[1:]: text for path, text in templated.items() if "{{" in text}
    for application in expansion.generated:
        for path, text in asked.items():
            problem = _unresolved(value_at(application.manifest, path), text, dialect)
            if problem:
                seen.setdefault(path, (application, problem))
                counts[path] = counts.get(path, 0) + 1
    for path, (application, problem) in seen.items():
        yield _unresolved_finding(applicationset, expansion, path, application, problem, counts[path])


def _dialect(applicationset: ApplicationSet) -> str:
    try:
        return choose_dialect(applicationset.spec, applicationset.annotations).name
    except ArgosyError:
        return "fasttemplate"


def _unresolved(value: object, template: str, dialect: str) -> str:
    """The tag that a rendered string still holds, or the whole template where Go printed no value."""
    if not isinstance(value, str):
        return ""
    if dialect == "go":
        return template if _NO_VALUE in value and _NO_VALUE not in template else ""
    if dialect == "fasttemplate":
        return next((tag.group() for tag in _TAG.finditer(template) if tag.group() in value), "")
    return ""


def _unresolved_finding(
    applicationset: ApplicationSet,
    expansion: Expansion,
    path: Path,
    application: Application,
    problem: str,
    count: int,
) -> Finding:
    from difflib import get_close_matches

    words = _WORD.findall(problem)
    names = sorted({key for each in expansion.parameters for key in _names(each.values)})
    near = [match for word in words for match in get_close_matches(word, names, n=1) if match != word]
    if _dialect(applicationset) == "fasttemplate" and is_go_syntax(problem):
        hint = NEEDS_GO
    elif near:
        hint = f"did you mean `{near[0]}`?"
    else:
        hint = f"parameters here are {', '.join(names[:12])}" if names else "no generator gives parameters"
    times = f" in {count} Applications" if count > 1 else ""
    message = f"`{problem}` is resolved by no parameter{times}"
    if given := next(_without_value(expansion, words), ""):
        message = f"`{problem}`: the parameter `{given}` holds `{_NO_VALUE}`{times}"
        hint = "a template of its generator asks for a parameter that nobody gives"
    return Finding(
        "unknown-parameter",
        Severity.ERROR,
        message,
        _position(applicationset, ("spec", "template", *path)),
        hint=hint,
        related=application.origin.chain_at(path),
    )


def _without_value(expansion: Expansion, words: Sequence[str]) -> Iterator[str]:
    """Parameters of these names in whose own templates Go found no value."""
    for each in expansion.parameters:
        for key, value in each.values.items():
            if key in words and isinstance(value, str) and _NO_VALUE in value:
                yield key


def _names(values: Mapping[str, object], prefix: str = "") -> Iterator[str]:
    for key, value in values.items():
        yield prefix + key
        if isinstance(value, Mapping) and len(prefix) < 60:
            yield from _names(value, f"{prefix}{key}.")


def _unused_findings(applicationset: ApplicationSet) -> Iterator[Finding]:
    """Keys of list elements and of `values` that appear in no template of the set."""
    if applicationset.document is None:
        return
    texts = [text for _, text in leaves(dict(applicationset.spec))]
    tags = [tag for text in texts for tag in _TAG.findall(text)]
    if any(_WHOLE_CONTEXT.search(tag) for tag in tags):
        return
    used = {word for tag in tags for word in _WORD.findall(tag)}
    used |= {part for text in _plain_references(applicationset.spec) for part in text.split(".")}
    used |= _all_words(tags)
    for path, key in _given(applicationset.spec.get("generators"), ("spec", "generators")):
        if key not in used:
            yield Finding(
                "unused-parameter",
                Severity.WARNING,
                f"parameter `{key}` is used in no template of this set",
                applicationset.document.position(path, key=True),
                hint="remove it, or use it in the template",
            )


def _all_words(tags: Sequence[str]) -> set[str]:
    return {part.strip() for tag in tags for part in (tag, *tag.split("."), *re.split(r"[\s\"'().|]+", tag))}


def _plain_references(spec: Mapping[str, Any]) -> Iterator[str]:
    """Names that are no templates and still refer to parameters: merge keys, selector keys."""
    stack: list[object] = [spec.get("generators")]
    while stack:
        value = stack.pop()
        if isinstance(value, list):
            stack += value
        elif isinstance(value, Mapping):
            stack += value.values()
            for key in value.get("mergeKeys") or ():
                yield str(key)
            selector = value.get("selector")
            if isinstance(selector, Mapping):
                yield from map(str, selector.get("matchLabels") or ())
                for each in selector.get("matchExpressions") or ():
                    yield str(each.get("key", "")) if isinstance(each, Mapping) else ""


def _given(entries: object, path: Path) -> Iterator[tuple[Path, str]]:
    """The first place of each key that list elements and `values` give."""
    seen: set[str] = set()
    for index, entry in enumerate(entries if isinstance(entries, list) else ()):
        for name, spec in entry.items() if isinstance(entry, Mapping) else ():
            if not isinstance(spec, Mapping):
                continue
            place = (*path, index, name)
            for inner, key in [
                *_elements(spec, place),
                *_given(spec.get("generators"), (*place, "generators")),
            ]:
                if key not in seen:
                    seen.add(key)
                    yield inner, key


def _elements(spec: Mapping[str, Any], path: Path) -> Iterator[tuple[Path, str]]:
    elements = spec.get("elements")
    for index, element in enumerate(elements[:_FROM_LISTS] if isinstance(elements, list) else ()):
        for key, value in element.items() if isinstance(element, Mapping) else ():
            if key == "values" and isinstance(value, Mapping):
                yield from (((*path, "elements", index, key, inner), inner) for inner in value)
            else:
                yield (*path, "elements", index, key), key
    values = spec.get("values")
    if isinstance(values, Mapping):
        yield from (((*path, "values", key), key) for key in values)


def _position(applicationset: ApplicationSet, path: Path) -> Position | None:
    return applicationset.document.position(path) if applicationset.document else None
