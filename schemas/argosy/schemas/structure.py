"""What becomes of a manifest on its way into the API: what is dropped, what is refused, what is normalised.

Works on plain values by the JSON Schemas, without positions and without a schema library, so that compiling
stays fast. The behaviour is that of kube-apiserver with the CustomResourceDefinitions, and of Argo CD's
controllers behind it.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from argosy.schemas import wording
from argosy.schemas.json_schemas import load_schema
from argosy.schemas.position import Path

__all__ = [
    "Refusal",
    "is_stored_as_written",
    "nameless",
    "normalize_application",
    "prune",
    "refusals",
    "unknown_fields",
]

Schema = Mapping[str, Any]
_Dropped = tuple[Path, Sequence[str]]
"""A field, and the names that would have been known in its place."""
_KEEP = "x-kubernetes-preserve-unknown-fields"


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason for the API server to refuse a manifest. `code` is that of the finding it makes."""

    path: Path
    code: str
    message: str
    hint: str = ""


def prune(kind: str, value: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[Path, ...]]:
    """A copy as the API server would store it, and the paths of the fields that it does not know.

    Fields without a value (null) go as well, but are not listed. Raises KeyError for a kind without schema.
    """
    dropped: list[_Dropped] = []
    root = load_schema(kind)
    return _pruned(value, root, root["$defs"], (), dropped), tuple(path for path, _ in dropped)


def unknown_fields(kind: str, value: Mapping[str, Any]) -> Iterator[Refusal]:
    """The fields that the API server would drop because it does not know them, each in words when asked for.

    Raises KeyError for a kind without schema.
    """
    dropped: list[_Dropped] = []
    root = load_schema(kind)
    _pruned(value, root, root["$defs"], (), dropped)
    return (
        Refusal(path, "unknown-field", *wording.unknown_field(path[:-1], str(path[-1]), known))
        for path, known in dropped
    )


def _pruned(value: Any, schema: Schema, definitions: Schema, path: Path, dropped: list[_Dropped]) -> Any:
    if schema.get("x-argosy-raw"):
        return _copied(value)
    if "$ref" in schema:
        schema = definitions[schema["$ref"][8:]]
    if isinstance(value, dict):
        if schema.get(_KEEP):
            return _copied(value)
        return _pruned_mapping(value, schema, definitions, path, dropped)
    if isinstance(value, list):
        items = schema.get("items", {_KEEP: True})
        return [
            _pruned(item, items, definitions, (*path, index), dropped)
            if isinstance(item, (dict, list))
            else item
            for index, item in enumerate(value)
        ]
    return value


def _pruned_mapping(
    value: dict[str, Any], schema: Schema, definitions: Schema, path: Path, dropped: list[_Dropped]
) -> dict[str, Any]:
    properties = schema.get("properties", {})
    others = schema.get("additionalProperties")
    result = {}
    for name, item in value.items():
        inner = properties.get(name, others)
        if not inner:
            dropped.append(((*path, name), [each for each in properties if each not in value]))
        elif isinstance(item, (dict, list)):
            result[name] = _pruned(item, inner, definitions, (*path, name), dropped)
        elif item is not None:
            result[name] = item
    return result


def _copied(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _copied(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_copied(item) for item in value]
    return value


def refusals(kind: str, value: object) -> tuple[Refusal, ...]:
    """Why the API server would refuse a manifest: wrong types, missing fields, values that are not allowed.

    Unknown fields are no reason: it drops them. Raises KeyError for a kind without schema.
    """
    root = load_schema(kind)
    return (*_refused(value, root, root["$defs"], ()), *nameless(value))


def nameless(value: object) -> tuple[Refusal, ...]:
    """The refusal of a manifest without any name, which a schema could only say in a roundabout way."""
    metadata = value.get("metadata") if isinstance(value, dict) else None
    if not isinstance(metadata, dict) or metadata.get("name") is not None or metadata.get("generateName"):
        return ()
    return (Refusal(("metadata",), "missing-field", *wording.missing_field(("metadata",), "name")),)


def _refused(value: Any, schema: Schema, definitions: Schema, path: Path) -> Iterator[Refusal]:
    if schema.get("x-argosy-raw"):
        return
    if "$ref" in schema:
        schema = definitions[schema["$ref"][8:]]
    expected = schema.get("type")
    if expected is not None and not _has_type(value, expected):
        yield Refusal(path, "wrong-type", *wording.wrong_type(path, value, expected))
    elif isinstance(value, dict):
        if not schema.get(_KEEP):
            yield from _refused_mapping(value, schema, definitions, path)
    elif isinstance(value, list):
        items = schema.get("items")
        if items is not None and not items.get(_KEEP):
            for index, item in enumerate(value):
                yield from _refused(item, items, definitions, (*path, index))
    else:
        yield from _refused_scalar(value, schema, path)


def _refused_mapping(
    value: dict[str, Any], schema: Schema, definitions: Schema, path: Path
) -> Iterator[Refusal]:
    properties = schema.get("properties", {})
    others = schema.get("additionalProperties")
    for name in schema.get("required", ()):
        if value.get(name) is None:
            yield Refusal(path, "missing-field", *wording.missing_field(path, name))
    for name, item in value.items():
        inner = properties.get(name, others)
        if inner and item is not None:
            yield from _refused(item, inner, definitions, (*path, name))


def _refused_scalar(value: Any, schema: Schema, path: Path) -> Iterator[Refusal]:
    if "enum" in schema and value not in schema["enum"]:
        yield Refusal(path, "invalid-value", *wording.not_one_of(path, value, schema["enum"]))
    elif "const" in schema and value != schema["const"]:
        yield Refusal(path, "invalid-value", *wording.not_one_of(path, value, [schema["const"]]))
    elif isinstance(value, str):
        pattern = schema.get("pattern")
        if pattern is not None and not _pattern(pattern).search(value):
            yield Refusal(path, "invalid-value", *wording.no_match(path, value, pattern))
        elif len(value) > schema.get("maxLength", len(value)) or len(value) < schema.get("minLength", 0):
            yield Refusal(path, "invalid-value", *wording.wrong_length(path, value, schema))
    elif schema.get("format") == "int64" and not -(2**63) <= value < 2**63:
        yield Refusal(path, "invalid-value", *wording.too_large(path, value))


def is_stored_as_written(kind: str, value: Mapping[str, Any]) -> bool:
    """Whether nothing of a manifest would be dropped or refused, by the API server or, in combinations of
    generators that it does not look into, by Argo CD. Raises KeyError for a kind without schema."""
    root = _seen_through(kind)
    definitions = root["$defs"]
    dropped: list[_Dropped] = []
    if _pruned(value, root, definitions, (), dropped) != value or dropped:
        return False
    return next(_refused(value, root, definitions, ()), None) is None


@cache
def _seen_through(kind: str) -> dict[str, Any]:
    schema: dict[str, Any] = _without_raw(load_schema(kind))
    return schema


def _without_raw(schema: Any) -> Any:
    if isinstance(schema, dict):
        return {name: _without_raw(item) for name, item in schema.items() if name != "x-argosy-raw"}
    return schema


_TYPES: dict[str, Callable[[Any], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "null": lambda value: value is None,
}


def _has_type(value: Any, expected: str | list[str]) -> bool:
    if isinstance(expected, str):
        return _TYPES[expected](value)
    return any(_TYPES[one](value) for one in expected)


@cache
def _pattern(pattern: str) -> re.Pattern[str]:
    # In Go `$` is the end of the text only, in Python also before a last line feed.
    return re.compile(pattern.removesuffix("$") + r"\Z" if pattern.endswith("$") else pattern)


# Fields whose zero value differs from no value, because they are pointers in Argo CD's types.
_POINTERS = frozenset(("array", "enabled", "factor", "map", "revisionHistoryLimit", "string", "valuesObject"))
# Structures that are written only where they hold something (`omitzero`).
_OMITTED_WHEN_EMPTY = frozenset(("jsonnet",))


def normalize_application(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """A copy as Argo CD's controllers would write it.

    Zero values (`""`, `false`, 0, empty lists) are left out where Go's types omit them. Empty `helm`,
    `kustomize`, `directory` and `syncPolicy` go, `automated: {}` and other empty structures stay; no project
    becomes `default` (NormalizeApplicationSpec in util/argo/argo.go). Takes a manifest that the API server
    would not refuse.
    """
    root = load_schema("Application")
    result: dict[str, Any] = _without_zeros(manifest, root, root["$defs"])
    spec = result.get("spec")
    if not isinstance(spec, dict):
        return result
    if not spec.get("project"):
        spec["project"] = "default"
    if not spec.get("syncPolicy"):
        spec.pop("syncPolicy", None)
    for source in spec.get("sources") or [spec.get("source")]:
        if isinstance(source, dict):
            _normalize_source(source)
    return result


def _normalize_source(source: dict[str, Any]) -> None:
    for name in ("helm", "kustomize", "directory"):
        if source.get(name) == {}:
            del source[name]
    kustomize = source.get("kustomize")
    if kustomize is not None and not kustomize.keys() - _KUSTOMIZE_NOTHING:
        del source["kustomize"]


# Kustomize options that alone do not keep the section (ApplicationSourceKustomize.IsZero).
_KUSTOMIZE_NOTHING = frozenset(
    (
        "commonAnnotationsEnvsubst",
        "forceCommonAnnotations",
        "forceCommonLabels",
        "labelIncludeTemplates",
        "labelWithoutSelector",
    )
)


def _without_zeros(value: Any, schema: Schema, definitions: Schema) -> Any:
    if "$ref" in schema:
        schema = definitions[schema["$ref"][8:]]
    if isinstance(value, list):
        items = schema.get("items", {_KEEP: True})
        return [_without_zeros(item, items, definitions) for item in value]
    if not isinstance(value, dict):
        return value
    properties = schema.get("properties")
    if properties is None:
        return _copied(value)
    required = schema.get("required", ())
    result = {}
    for name, item in value.items():
        inner = properties.get(name)
        if inner is None:
            result[name] = _copied(item)
            continue
        kept = _without_zeros(item, inner, definitions)
        if name in required or name in _POINTERS or not _is_omitted(name, kept, inner, definitions):
            result[name] = kept
    return result


def _is_omitted(name: str, value: Any, schema: Schema, definitions: Schema) -> bool:
    if value or value is None:
        return value is None
    if isinstance(value, dict):
        if "$ref" in schema:
            schema = definitions[schema["$ref"][8:]]
        return "properties" not in schema or name in _OMITTED_WHEN_EMPTY
    return True
