"""Checks a document against the JSON Schema of its kind, and names every mistake at its place.

The only module that needs a schema library, which it imports for the first document that is not flawless:
that takes most of the time that a short command has.
"""

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

from argosy.schemas import wording
from argosy.schemas.finding import Finding, Fix, Severity
from argosy.schemas.first_findings import first_findings
from argosy.schemas.fixes import quote, remove_entry, rename_key, unquote
from argosy.schemas.json_schemas import KINDS, load_schema
from argosy.schemas.position import Path, Position
from argosy.schemas.scalar_text import lines_of
from argosy.schemas.structure import is_stored_as_written, nameless
from argosy.schemas.yaml_reader import Document

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError

__all__ = ["API_VERSION", "kind_of", "validate"]

API_VERSION = "argoproj.io/v1alpha1"


def kind_of(value: object) -> str | None:
    """`Application`, `ApplicationSet` or `AppProject` if a document's value is one, else None."""
    if not isinstance(value, dict) or value.get("apiVersion") != API_VERSION:
        return None
    kind = value.get("kind")
    return kind if kind in KINDS else None


def validate(document: Document) -> tuple[Finding, ...]:
    """Everything that is wrong with the form of a document, in the order of its lines.

    Documents of other kinds have no findings, unless their kind is one of ours misspelt. What a field means
    (whether a project exists, a template renders) is not looked at here.
    """
    kind = kind_of(document.value)
    if kind is None or not isinstance(document.value, dict):
        return tuple(_misspelt_kind(document))
    findings = [*first_findings(_duplicates(document)), *_nameless(document)]
    if not is_stored_as_written(kind, document.value):
        errors = _validator(kind).iter_errors(document.value)
        found = (finding for error in errors for finding in _findings(error, document))
        findings += first_findings(found, mixed=True)
    return tuple(sorted(findings, key=_place))


def _place(finding: Finding) -> tuple[Position, str, str]:
    return finding.position or Position("", 0, 0), finding.code, finding.message


def _misspelt_kind(document: Document) -> Iterator[Finding]:
    value = document.value
    if not isinstance(value, dict):
        return
    version, kind = value.get("apiVersion"), value.get("kind")
    if kind in KINDS and isinstance(version, str) and version.startswith("argoproj.io/"):
        message, hint = wording.not_one_of(("apiVersion",), version, [API_VERSION])
        yield Finding("invalid-value", Severity.ERROR, message, document.position(("apiVersion",)), hint)
    elif version == API_VERSION and isinstance(kind, str):
        # Workflows, Rollouts and others share the group; only what is nearly ours is a mistake.
        close = wording.nearest(kind, KINDS) if kind not in ("AppProjectList", "ApplicationList") else ""
        if close:
            yield Finding(
                "unknown-kind",
                Severity.ERROR,
                f"unknown kind `{kind}` in {API_VERSION}",
                document.position(("kind",)),
                f"did you mean `{close}`?",
            )


def _duplicates(document: Document) -> Iterator[Finding]:
    for path, position in document.duplicate_keys():
        message = f"`{wording.dotted(path)}` is written more than once; the last one counts"
        fix = remove_entry(document, position, must_help=True)
        yield Finding("duplicate-key", Severity.WARNING, message, position, "remove all but one", fix=fix)


def _nameless(document: Document) -> Iterator[Finding]:
    for refusal in nameless(document.value):
        position = document.position(refusal.path, key=True)
        yield Finding(refusal.code, Severity.ERROR, refusal.message, position, refusal.hint)


@cache
def _validator(kind: str) -> "Draft202012Validator":
    from jsonschema import Draft202012Validator, FormatChecker

    formats = FormatChecker(formats=())
    formats.checks("int64")(lambda value: not isinstance(value, int) or -(2**63) <= value < 2**63)
    return Draft202012Validator(load_schema(kind), format_checker=formats)


def _findings(error: "ValidationError", document: Document) -> Iterator[Finding]:
    path: Path = tuple(error.absolute_path)
    rule = str(error.validator)
    value: Any = error.instance
    schema: Any = error.schema
    expected: Any = error.validator_value
    if value is None and rule != "required" and path and isinstance(path[-1], str):
        yield from _without_value(path, rule, document)
    elif rule == "additionalProperties":
        known = schema.get("properties", {})
        missing = [name for name in known if name not in value]
        for name in value:
            if name not in known:
                message, hint = wording.unknown_field(path, name, missing)
                position = document.position((*path, name), key=True)
                fix = rename_key(document, (*path, name), missing)
                yield Finding("unknown-field", Severity.ERROR, message, position, hint, fix=fix)
    elif rule == "required":
        for name in expected:
            if f"{name!r} is a required property" == error.message:
                yield _missing(path, name, document)
    else:
        code, (message, hint) = _words(rule, path, value, expected, schema)
        if code == "wrong-type" and isinstance(value, bool):
            hint = _surprise(document, path, value) or hint
        fix = _retyped(document, path, value, expected) if code == "wrong-type" else None
        yield Finding(code, Severity.ERROR, message, document.position(path), hint, fix=fix)


def _retyped(document: Document, path: Path, value: object, expected: Any) -> Fix | None:
    """Quotes more or less, where they alone make the value what its field wants."""
    types = {expected} if isinstance(expected, str) else set(expected) - {"null"}
    if types == {"string"} and isinstance(value, (bool, int, float)):
        return quote(document, path)
    if isinstance(value, str) and types in ({"boolean"}, {"integer"}):
        return unquote(document, path)
    return None


def _surprise(document: Document, path: Path, value: bool) -> str:
    """What to say where a word such as `on` or `y` was not meant as a boolean."""
    at = document.position(path)
    lines = lines_of(document.text)
    if at.line > len(lines) or at.end_line != at.line:
        return ""
    written = lines[at.line - 1][at.column - 1 : at.end_column - 1]
    meaning = "true" if value else "false"
    return "" if written == meaning else f"YAML reads `{written}` as {meaning}; put it in quotes"


_EMPTY_TEXTS = (("metadata", "annotations"), ("metadata", "labels"))
"""Where the API server reads null as an empty text: a subscription is often written as its key alone."""


def _without_value(path: Path, rule: str, document: Document) -> Iterator[Finding]:
    """The API server drops fields that are null: a required one is missing then."""
    if rule != "type" or (len(path) == 3 and path[:2] in _EMPTY_TEXTS):
        return
    parent, name = path[:-1], path[-1]
    if isinstance(name, str) and name in _required_at(document, parent):
        yield _missing(parent, name, document)
        return
    message, hint = wording.no_value(path)
    yield Finding("no-value", Severity.WARNING, message, document.position(path, key=True), hint)


def _missing(path: Path, name: str, document: Document) -> Finding:
    message, hint = wording.missing_field(path, name)
    return Finding("missing-field", Severity.ERROR, message, document.position(path, key=True), hint)


def _required_at(document: Document, path: Path) -> tuple[str, ...]:
    """The required fields of the mapping at a path, by its schema."""
    kind = kind_of(document.value)
    root = load_schema(kind or "Application")
    schema: dict[str, Any] = root
    for step in path:
        schema = _resolved(schema, root)
        inner = schema.get("items") if isinstance(step, int) else schema.get("properties", {}).get(step)
        if not isinstance(inner, dict):
            return ()
        schema = inner
    return tuple(_resolved(schema, root).get("required", ()))


def _resolved(schema: dict[str, Any], root: dict[str, Any]) -> dict[str, Any]:
    name = schema.get("$ref")
    target: dict[str, Any] = root["$defs"][name[8:]] if name else schema
    return target


def _words(rule: str, path: Path, value: Any, allowed: Any, schema: Any) -> tuple[str, wording.Words]:
    match rule:
        case "type":
            return "wrong-type", wording.wrong_type(path, value, allowed)
        case "enum":
            return "invalid-value", wording.not_one_of(path, value, allowed)
        case "const":
            return "invalid-value", wording.not_one_of(path, value, [allowed])
        case "pattern":
            return "invalid-value", wording.no_match(path, value, allowed)
        case "format":
            return "invalid-value", wording.too_large(path, value)
        case _:
            return "invalid-value", wording.wrong_length(path, value, schema)
