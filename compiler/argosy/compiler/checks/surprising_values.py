"""Values that YAML 1.1 reads as something else than what stands there, in places that take any type.

Fields with a type of their own are the schema's to judge; parameters and Helm values go through as they are.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from argosy.compiler.checks.generator_walk import generators_of
from argosy.compiler.checks.subject import Subject
from argosy.compiler.checks.written_values import written_text
from argosy.schemas.finding import Finding, Severity
from argosy.schemas.model.applicationset import ApplicationSet
from argosy.schemas.model.fields import mapping, mappings
from argosy.schemas.position import Path, value_at
from argosy.schemas.scalar_text import lines_of
from argosy.schemas.yaml_reader import Document

__all__ = ["check", "misread_keys", "surprises_in"]

_WORD = r"y|Y|yes|Yes|YES|on|On|ON|n|N|no|No|NO|off|Off|OFF"
_OCTAL = r"[-+]?0[0-9]+"
_EXPONENT = r"[-+]?[0-9][0-9.]*[eE][-+]?[0-9]+"
_ROUNDED = r"[0-9]+\.[0-9]*0"
_NUMBER = rf"{_OCTAL}|{_EXPONENT}|{_ROUNDED}|[-+]?[0-9]{{16,}}"
_SUSPICIOUS = rf"(?m)(?:^|[\s:,\[{{-])(?:{_WORD}|{_NUMBER})\s*(?:$|[,:\]}}#])"
_EXACT = 2**53
_VERSIONS = ("version", "tag", "revision", "release")


_METADATA: Sequence[Path] = [
    (*above, "metadata", field) for above in ((), ("spec", "template")) for field in ("labels", "annotations")
]


def check(subject: Subject) -> Iterator[Finding]:
    """List elements of sets, `valuesObject` of templates and of written Applications, keys of metadata."""
    for key, document in subject.documents.items():
        for path in _METADATA:
            yield from misread_keys(document, path)
        if not ("elements" in document.text or "valuesObject" in document.text):
            continue
        member = subject.hierarchy.members.get(key)
        if member is None:
            continue
        if not isinstance(member.resource, ApplicationSet):
            yield from _in_sources(document, ("spec",))
            continue
        yield from _in_sources(document, ("spec", "template", "spec"))
        for name, _, path in generators_of(member.resource):
            if name == "list":
                yield from surprises_in(document, (*path, "elements"), are_parameters=True)


def _in_sources(document: Document, path: Path) -> Iterator[Finding]:
    spec = value_at(document.value, path)
    if not isinstance(spec, Mapping):
        return
    sources: list[tuple[Mapping[str, Any], Path]] = [(mapping(spec, "source"), (*path, "source"))]
    for index, source in enumerate(mappings(spec, "sources")):
        sources.append((source, (*path, "sources", index)))
    for source, place in sources:
        if isinstance(mapping(source, "helm").get("valuesObject"), Mapping):
            yield from surprises_in(document, (*place, "helm", "valuesObject"))


def surprises_in(document: Document, path: Path, *, are_parameters: bool = False) -> Iterator[Finding]:
    """What surprises below a path of a document. Parameters become text, so that they lose more."""
    # Most files hold nothing that looks like it; looking for places takes far longer than this.
    if not _is_suspicious(document.text):
        return
    for place, value, is_key in _scalars(value_at(document.value, path), path):
        if is_key:
            found = _key_text(document, place)
            surprises = re.fullmatch(_WORD, found) is not None
        else:
            found = written_text(document, place)
            surprises = _is_surprise(found, value, str(place[-1]), is_parameter=are_parameters)
        if surprises:
            yield _finding(document, place, found, value, is_key)


@lru_cache(maxsize=4)
def _is_suspicious(text: str) -> bool:
    return re.search(_SUSPICIOUS, text) is not None


def misread_keys(document: Document, path: Path) -> Iterator[Finding]:
    """Keys of a map of texts that YAML 1.1 takes for booleans: `on` becomes `true`."""
    found = value_at(document.value, path)
    for key in ("true", "false"):
        if isinstance(found, Mapping) and key in found:
            place = (*path, key)
            written = _key_text(document, place)
            if re.fullmatch(_WORD, written):
                yield _finding(document, place, written, key, True)


def _finding(document: Document, place: Path, written: str, value: object, is_key: bool) -> Finding:
    what = "the key " if is_key else ""
    return Finding(
        "surprising-value",
        Severity.WARNING,
        f"{what}`{written}` is read as {_meaning(value)}",
        document.position(place, key=is_key),
        hint="put it in quotes, if it is meant as text",
    )


def _meaning(value: object) -> str:
    if value in (True, False, "true", "false") and not isinstance(value, (int, float)):
        return f"the boolean {value}"
    if isinstance(value, bool):
        return f"the boolean {str(value).lower()}"
    is_long = isinstance(value, int) and abs(value) > _EXACT
    return "a number, of which only the first 15 digits are sure" if is_long else f"the number {value}"


def _is_surprise(written: str, value: object, key: str, *, is_parameter: bool) -> bool:
    """Modes are meant to be octal; a version loses its last zero, another number loses nothing by that."""
    if isinstance(value, bool):
        return re.fullmatch(_WORD, written) is not None
    if isinstance(value, int) and abs(value) > _EXACT:
        return re.fullmatch("[-+]?[0-9]+", written) is not None
    if re.fullmatch(_OCTAL, written):
        return "mode" not in key.lower()
    if re.fullmatch(_ROUNDED, written):
        # `2.0` may well be a mere number.
        is_plain = written.endswith(".0")
        return (is_parameter and not is_plain) or any(word in key.lower() for word in _VERSIONS)
    return re.fullmatch(_EXPONENT, written) is not None


def _key_text(document: Document, path: Path) -> str:
    at = document.position(path, key=True)
    lines = lines_of(document.text)
    return lines[at.line - 1][at.column - 1 : at.end_column - 1] if at.end_line == at.line else ""


def _scalars(tree: object, path: Path) -> Iterator[tuple[Path, object, bool]]:
    """Booleans and numbers, and keys that may have been booleans."""
    if isinstance(tree, Mapping):
        for key, value in tree.items():
            if key in ("true", "false"):
                yield (*path, key), key, True
            yield from _scalars(value, (*path, key))
    elif isinstance(tree, list):
        for index, value in enumerate(tree):
            yield from _scalars(value, (*path, index))
    elif isinstance(tree, (bool, int, float)):
        yield path, tree, False
