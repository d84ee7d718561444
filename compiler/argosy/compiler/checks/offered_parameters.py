"""Parameters that a template asks for and that no answer could give, of sets that are not expanded here.

Which names a generator gives is known without its answer, unless they are those of data files or of objects.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from argosy.compiler.checks.subject import Subject
from argosy.compiler.dialect import choose_dialect
from argosy.compiler.templating.advice import NEEDS_GO, is_go_syntax
from argosy.compiler.templating.analysis import fields_read
from argosy.compiler.templating.errors import TemplateError
from argosy.compiler.templating.trees import leaves
from argosy.generators.registry import GENERATORS
from argosy.schemas.finding import ArgosyError, Finding, Severity
from argosy.schemas.model.applicationset import ApplicationSet
from argosy.schemas.position import Path

__all__ = ["OFFERED", "check", "offered_names"]

OFFERED: Mapping[str, frozenset[str]] = {
    "clusters": frozenset(
        ("name", "nameNormalized", "server", "project", "metadata.labels.*", "metadata.annotations.*")
    ),
    "pullRequest": frozenset(
        (
            "number",
            "title",
            "branch",
            "branch_slug",
            "target_branch",
            "target_branch_slug",
            "head_sha",
            "head_short_sha",
            "head_short_sha_7",
            "author",
            "labels",
        )
    ),
    "scmProvider": frozenset(
        (
            "organization",
            "repository",
            "repository_id",
            "url",
            "branch",
            "sha",
            "short_sha",
            "short_sha_7",
            "labels",
            "branchNormalized",
        )
    ),
}
"""What generators give that only the management cluster or a service can answer for; `*` is any key."""

_TAG = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_CONDITIONAL = re.compile(r"\{\{-?\s*(?:if|with|range|else|define|block)\b|\b(?:and|or)\b")
_CHANGING = re.compile(r"\b(?:set|unset|merge\w*|mustMerge\w*)\b")


def check(subject: Subject) -> Iterator[Finding]:
    """The sets that are not expanded here."""
    for member, applicationset in subject.sets:
        if member.expansion is None:
            yield from _findings(applicationset)


def _findings(applicationset: ApplicationSet) -> Iterator[Finding]:
    spec = applicationset.spec
    try:
        dialect = choose_dialect(spec, applicationset.annotations).name
        asked = dict(_asked(spec, dialect))
    except ArgosyError:
        return
    for entry in spec.get("generators") or ():
        offered = offered_names(entry) if isinstance(entry, Mapping) else None
        if offered is None:
            continue
        missing = {key: path for key, path in asked.items() if not _is_offered(key[1], offered, dialect)}
        for (text, name), path in missing.items():
            yield Finding(
                "unknown-parameter",
                Severity.ERROR,
                f"`{text}` is resolved by no parameter: {_givers(entry)} gives no `{name}`",
                applicationset.position(("spec", *path)),
                hint=_hint(text, name, offered, dialect),
            )
        if missing:
            return


def _asked(spec: Mapping[str, object], dialect: str) -> Iterator[tuple[tuple[str, str], Path]]:
    """What the template reads for certain: the text, the name of the parameter, and the way to it."""
    for path, text in leaves({"template": spec.get("template") or {}}):
        if dialect == "fasttemplate":
            for tag in _TAG.finditer(text):
                yield (tag.group(), tag.group(1).strip()), path
        elif dialect == "go" and _is_strict(spec) and not _CONDITIONAL.search(text):
            try:
                read = fields_read(text)
            except TemplateError:
                continue
            for names in read:
                if names:
                    yield (text, names[0]), path


def _is_strict(spec: Mapping[str, object]) -> bool:
    options = spec.get("goTemplateOptions")
    changed = any(_CHANGING.search(text) for _, text in leaves({"generators": spec.get("generators") or []}))
    return isinstance(options, list) and "missingkey=error" in options and not changed


def offered_names(entry: Mapping[str, object]) -> frozenset[str] | None:
    """The names of all parameters that an entry of `generators` can give, as fasttemplate has them.

    None where only its answer tells.
    """
    offered: frozenset[str] = frozenset()
    kinds = [name for name in GENERATORS if isinstance(entry.get(name), Mapping)]
    for kind in kinds:
        spec = entry[kind]
        assert isinstance(spec, Mapping)
        names = None if "template" in spec else _of_generator(kind, spec)
        if names is None:
            return None
        values = spec.get("values")
        offered |= names | _prefixed(values, "values.")
    return offered if len(kinds) == 1 else None


def _of_generator(kind: str, spec: Mapping[str, object]) -> frozenset[str] | None:
    if kind in ("matrix", "merge"):
        inner = spec.get("generators")
        children = [each for each in inner if isinstance(each, Mapping)] if isinstance(inner, list) else []
        offers = [offered_names(each) for each in children]
        known = [each for each in offers if each is not None]
        return frozenset[str]().union(*known) if known and len(known) == len(offers) else None
    if kind == "list":
        return _of_list(spec)
    if kind == "git" and spec.get("directories") and not spec.get("files"):
        prefix = spec.get("pathParamPrefix")
        path = f"{prefix}.path" if prefix else "path"
        return frozenset((path, f"{path}.*", f"{path}[*"))
    if kind == "clusters" and spec.get("flatList"):
        return frozenset(("clusters",))
    return OFFERED.get(kind)


def _of_list(spec: Mapping[str, object]) -> frozenset[str] | None:
    elements = spec.get("elements")
    if spec.get("elementsYaml") or not isinstance(elements, list):
        return None
    names: frozenset[str] = frozenset()
    for element in elements:
        if isinstance(element, Mapping):
            names |= frozenset(element) | _prefixed(element.get("values"), "values.")
    return names


def _prefixed(values: object, prefix: str) -> frozenset[str]:
    return frozenset(prefix + str(key) for key in values) if isinstance(values, Mapping) else frozenset()


def _is_offered(name: str, offered: Iterable[str], dialect: str) -> bool:
    if dialect == "go":
        return any(each.partition(".")[0].partition("[")[0] == name for each in offered)
    return any(name.startswith(each[:-1]) if each.endswith("*") else name == each for each in offered)


def _givers(entry: Mapping[str, object]) -> str:
    return f"`{next(name for name in GENERATORS if isinstance(entry.get(name), Mapping))}`"


def _hint(text: str, name: str, offered: frozenset[str], dialect: str) -> str:
    if dialect == "fasttemplate" and is_go_syntax(text):
        return NEEDS_GO
    # Imported only to word a finding.
    from difflib import get_close_matches

    names = sorted(each.rstrip("[*").rstrip(".") for each in offered)
    near = get_close_matches(name, names, n=1)
    listed = ", ".join(dict.fromkeys(names))
    return f"did you mean `{near[0]}`?" if near else f"parameters here are {listed}"
