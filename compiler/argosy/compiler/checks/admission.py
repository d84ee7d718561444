"""What the API server refuses in an object's metadata: names, labels, annotations, finalizers, owners.

As k8s.io/apimachinery's `validation` package; Argo CD learns of these only when it creates the object.
"""

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Final

__all__ = ["metadata_problems"]

_LABEL = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_PART: Final = re.compile(_LABEL)
_SUBDOMAIN: Final = re.compile(rf"{_LABEL}(\.{_LABEL})*")
_NAME: Final = re.compile(r"([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]")
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d{1,2}:\d\d:\d\d([.,]\d+)?(Z|[+-]\d\d:\d\d)")
_ANNOTATIONS_LIMIT: Final = 256 * 1024
_ENDS: Final = ", with a letter or digit at both ends"

_Problem = tuple[tuple[str, ...], str]


def metadata_problems(metadata: Mapping[str, object]) -> Iterator[_Problem]:
    """Each problem with the path below `metadata` where it stands."""
    yield from _name_problems(metadata)
    for key, value in _mapping(metadata, "labels").items():
        if not _is_qualified(key):
            yield ("labels", key), f"`{key}` cannot be a label key"
        # Null is read as an empty text.
        if value is not None and not (isinstance(value, str) and _is_label_value(value)):
            yield (
                ("labels", key),
                f"`{value}` cannot be a label value: at most 63 letters, digits, `-`, `_`, `.`{_ENDS}",
            )
    yield from _annotation_problems(_mapping(metadata, "annotations"))
    yield from _finalizer_problems(metadata.get("finalizers"))
    yield from _owner_problems(metadata.get("ownerReferences"))
    for key in ("creationTimestamp", "deletionTimestamp"):
        time = metadata.get(key)
        if isinstance(time, str) and not _TIME.fullmatch(time):
            yield (key,), f"`{time}` is not a time as in `2024-01-31T12:00:00Z`"


def _name_problems(metadata: Mapping[str, object]) -> Iterator[_Problem]:
    name, prefix, namespace = (metadata.get(key) for key in ("name", "generateName", "namespace"))
    if name is None and prefix:
        yield ("generateName",), "what is kept in Git needs a `name`, or each time would be a new object"
    elif not isinstance(name, str) or len(name) > 253 or not _SUBDOMAIN.fullmatch(name):
        shown = name if isinstance(name, str) else json.dumps(name)
        yield (
            ("name",),
            f"`{shown}` cannot be a name: lower-case letters, digits, `-` and `.` only, at most 253{_ENDS}",
        )
    # What the server appends may follow a dash, but not a dot.
    if name and isinstance(prefix, str) and prefix and not _SUBDOMAIN.fullmatch(re.sub("-$", "a", prefix)):
        yield ("generateName",), f"`{prefix}` cannot begin a name"
    if isinstance(namespace, str) and namespace and (len(namespace) > 63 or not _PART.fullmatch(namespace)):
        yield (
            ("namespace",),
            f"`{namespace}` cannot be a namespace: lower-case letters, digits, `-` only, at most 63{_ENDS}",
        )


def _finalizer_problems(finalizers: object) -> Iterator[_Problem]:
    found = finalizers if isinstance(finalizers, list) else []
    for finalizer in found:
        if not isinstance(finalizer, str) or not _is_qualified(finalizer):
            yield ("finalizers",), f"`{finalizer}` cannot be a finalizer"
    if "orphan" in found and "foregroundDeletion" in found:
        yield ("finalizers",), "`orphan` and `foregroundDeletion` exclude each other"


def _owner_problems(references: object) -> Iterator[_Problem]:
    found = [each for each in references if isinstance(each, Mapping)] if isinstance(references, list) else []
    for reference in found:
        missing = [key for key in ("apiVersion", "kind", "name", "uid") if not reference.get(key)]
        if missing:
            yield ("ownerReferences",), f"an owner without `{'` and `'.join(missing)}`"
        elif (reference["apiVersion"], reference["kind"]) == ("v1", "Event"):
            yield ("ownerReferences",), "an Event cannot be an owner"
    if sum(each.get("controller") is True for each in found) > 1:
        yield ("ownerReferences",), "only one owner can be the `controller`"


@lru_cache(maxsize=4096)
def _is_label_value(value: str) -> bool:
    return not value or (len(value) <= 63 and bool(_NAME.fullmatch(value)))


def _annotation_problems(annotations: Mapping[str, object]) -> Iterator[tuple[tuple[str, ...], str]]:
    size = 0
    for key, value in annotations.items():
        if not _is_qualified(key.lower()):
            yield ("annotations", key), f"`{key}` cannot be an annotation key"
        if value is not None and not isinstance(value, str):
            yield ("annotations", key), f"annotation `{key}` must be a string"
        size += len(key) + len(str(value))
    # Bytes are counted only where characters come near: at most four bytes each.
    if size * 4 > _ANNOTATIONS_LIMIT:
        size = sum(len(f"{key}{value}".encode()) for key, value in annotations.items())
    if size > _ANNOTATIONS_LIMIT:
        yield ("annotations",), f"annotations take {size} bytes, at most {_ANNOTATIONS_LIMIT} are allowed"


@lru_cache(maxsize=4096)
def _is_qualified(key: str) -> bool:
    prefix, slash, name = key.rpartition("/")
    if slash and (len(prefix) > 253 or not _SUBDOMAIN.fullmatch(prefix)):
        return False
    return len(name) <= 63 and bool(_NAME.fullmatch(name))


def _mapping(metadata: Mapping[str, object], key: str) -> Mapping[str, object]:
    value = metadata.get(key)
    return value if isinstance(value, Mapping) else {}
