"""Rules for `metadata` that hold for every kind: names, labels, annotations, owners, finalizers.

Follows `k8s.io/apimachinery/pkg/api/validation/objectmeta.go` and `pkg/util/validation`.
"""

import re
from collections.abc import Mapping
from enum import Enum
from typing import Any

from argosy.sandbox.field_errors import Problems, at
from argosy.sandbox.schema import Object

__all__ = [
    "NameRule",
    "label_problem",
    "qualified_name_problem",
    "subdomain_problem",
    "validate_labels",
    "validate_metadata",
    "validate_metadata_update",
]


class NameRule(Enum):
    """Which names a kind takes."""

    SUBDOMAIN = "RFC 1123 subdomain"
    LABEL = "RFC 1123 label"
    PATH_SEGMENT = "path segment"


_LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_SUBDOMAIN = _LABEL + r"(\." + _LABEL + ")*"
_QUALIFIED = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
_LABEL_VALUE = "(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?"
_ANNOTATIONS_LIMIT = 256 * 1024
_STANDARD_FINALIZERS = ("kubernetes", "orphan", "foregroundDeletion")

_LABEL_TEXT = (
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start "
    "and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is "
    f"'{_LABEL}')"
)
_SUBDOMAIN_TEXT = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must "
    "start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
    f"'{_SUBDOMAIN}')"
)
_QUALIFIED_TEXT = (
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric "
    "character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is "
    f"'{_QUALIFIED}')"
)
_LABEL_VALUE_TEXT = (
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must "
    "start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex "
    f"used for validation is '{_LABEL_VALUE}')"
)


def _too_long(limit: int) -> str:
    return f"must be no more than {limit} bytes"


def label_problem(value: str) -> list[str]:
    """What is wrong with an RFC 1123 label."""
    found = [] if len(value) <= 63 else [_too_long(63)]
    if "." in value:
        return [*found, "must not contain dots"]
    return found if re.fullmatch(_LABEL, value) else [*found, _LABEL_TEXT]


def subdomain_problem(value: str) -> list[str]:
    """What is wrong with an RFC 1123 subdomain."""
    found = [] if len(value) <= 253 else [_too_long(253)]
    return found if re.fullmatch(_SUBDOMAIN, value) else [*found, _SUBDOMAIN_TEXT]


def _path_segment_problem(value: str) -> list[str]:
    if value in (".", ".."):
        return [f"may not be '{value}'"]
    return [f"may not contain '{mark}'" for mark in ("/", "%") if mark in value]


_NAME_PROBLEMS = {
    NameRule.LABEL: label_problem,
    NameRule.SUBDOMAIN: subdomain_problem,
    NameRule.PATH_SEGMENT: _path_segment_problem,
}


def qualified_name_problem(value: str) -> list[str]:
    """What is wrong with a label or annotation key: `prefix/name`."""
    parts = value.split("/")
    found: list[str] = []
    if len(parts) == 2:
        if not parts[0]:
            found.append("prefix part must be non-empty")
        else:
            found.extend("prefix part " + text for text in subdomain_problem(parts[0]))
    elif len(parts) > 2:
        prefixed = " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"
        return ["a valid label key " + _QUALIFIED_TEXT + prefixed]
    name = parts[-1]
    if not name:
        found.append("name part must be non-empty")
    elif len(name) > 63:
        found.append("name part " + _too_long(63))
    if not re.fullmatch(_QUALIFIED, name):
        found.append("name part " + _QUALIFIED_TEXT)
    return found


def validate_labels(labels: Mapping[str, str] | None, path: str, problems: Problems) -> None:
    """Keys and values of a label map."""
    for key, value in sorted((labels or {}).items()):
        for text in qualified_name_problem(key):
            problems.invalid(path, key, text)
        if len(value) > 63:
            problems.invalid(path, value, _too_long(63))
        if not re.fullmatch(_LABEL_VALUE, value):
            problems.invalid(path, value, _LABEL_VALUE_TEXT)


def validate_metadata(
    metadata: Object, namespaced: bool, rule: NameRule, bare_finalizers: bool, problems: Problems
) -> None:
    """The metadata of a new object, its name already generated. `bare_finalizers` need no domain."""
    path = "metadata"
    check = _NAME_PROBLEMS[rule]
    if generate := metadata.get("generateName"):
        # The suffix is still to come, so that a trailing dash is fine.
        for text in check(generate.rstrip("-.") or generate):
            problems.invalid(at(path, "generateName"), generate, text)
    if not metadata.get("name"):
        problems.required(at(path, "name"), "name or generateName is required")
    else:
        for text in check(metadata["name"]):
            problems.invalid(at(path, "name"), metadata["name"], text)
    if not namespaced and metadata.get("namespace"):
        problems.forbidden(at(path, "namespace"), "not allowed on this type")
    _validate_free_parts(metadata, path, bare_finalizers, problems)


def _validate_free_parts(metadata: Object, path: str, bare_finalizers: bool, problems: Problems) -> None:
    validate_labels(metadata.get("labels"), at(path, "labels"), problems)
    annotations: Mapping[str, str] = metadata.get("annotations") or {}
    for key in sorted(annotations):
        for text in qualified_name_problem(key.lower()):
            problems.invalid(at(path, "annotations"), key, text)
    if (
        sum(len(key.encode()) + len(value.encode()) for key, value in annotations.items())
        > _ANNOTATIONS_LIMIT
    ):
        problems.too_long(at(path, "annotations"), _ANNOTATIONS_LIMIT)
    for index, owner in enumerate(metadata.get("ownerReferences") or ()):
        for name in ("apiVersion", "kind", "name", "uid"):
            if not owner.get(name):
                problems.required(at(path, "ownerReferences", index, name), "must not be empty")
    for index, finalizer in enumerate(metadata.get("finalizers") or ()):
        for text in qualified_name_problem(finalizer):
            problems.invalid(at(path, "finalizers"), finalizer, text)
        if not bare_finalizers and "/" not in finalizer and finalizer not in _STANDARD_FINALIZERS:
            text = "name is neither a standard finalizer name nor is it fully qualified"
            problems.invalid(at(path, "finalizers", index), finalizer, text)


def validate_metadata_update(new: Object, old: Object, bare_finalizers: bool, problems: Problems) -> None:
    """What must not change in metadata, and its free parts."""
    path = "metadata"
    _validate_free_parts(new, path, bare_finalizers, problems)
    if old.get("deletionTimestamp"):
        added = sorted(set(new.get("finalizers") or ()) - set(old.get("finalizers") or ()))
        if added:
            shown = ", ".join(f'"{name}"' for name in added)
            problems.forbidden(
                at(path, "finalizers"),
                "no new finalizers can be added if the object is being deleted, "
                f"found new finalizers []string{{{shown}}}",
            )
    for name in ("name", "namespace", "uid", "deletionTimestamp", "deletionGracePeriodSeconds"):
        before: Any = old.get(name)
        after: Any = new.get(name)
        if before != after:
            problems.invalid(at(path, name), after if after is not None else "", "field is immutable")
