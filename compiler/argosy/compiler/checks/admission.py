"""What the API server refuses in an object's metadata: names, labels, annotations, finalizers.

As k8s.io/apimachinery's `validation` package; Argo CD learns of these only when it creates the object.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Final

__all__ = ["metadata_problems"]

_LABEL = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_SUBDOMAIN: Final = re.compile(rf"{_LABEL}(\.{_LABEL})*")
_NAME: Final = re.compile(r"([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]")
_ANNOTATIONS_LIMIT: Final = 256 * 1024
_ENDS: Final = ", with a letter or digit at both ends"


def metadata_problems(metadata: Mapping[str, object]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Each problem with the path below `metadata` where it stands."""
    name = metadata.get("name")
    if not isinstance(name, str) or len(name) > 253 or not _SUBDOMAIN.fullmatch(name):
        yield (
            ("name",),
            f"`{name}` cannot be a name: lower-case letters, digits, `-` and `.` only, at most 253{_ENDS}",
        )
    for key, value in _mapping(metadata, "labels").items():
        if not _is_qualified(key):
            yield ("labels", key), f"`{key}` cannot be a label key"
        if not isinstance(value, str) or not _is_label_value(value):
            yield (
                ("labels", key),
                f"`{value}` cannot be a label value: at most 63 letters, digits, `-`, `_`, `.`{_ENDS}",
            )
    yield from _annotation_problems(_mapping(metadata, "annotations"))
    finalizers = metadata.get("finalizers")
    for finalizer in finalizers if isinstance(finalizers, list) else ():
        if not isinstance(finalizer, str) or not _is_qualified(finalizer):
            yield ("finalizers",), f"`{finalizer}` cannot be a finalizer"


@lru_cache(maxsize=4096)
def _is_label_value(value: str) -> bool:
    return not value or (len(value) <= 63 and bool(_NAME.fullmatch(value)))


def _annotation_problems(annotations: Mapping[str, object]) -> Iterator[tuple[tuple[str, ...], str]]:
    size = 0
    for key, value in annotations.items():
        if not _is_qualified(key.lower()):
            yield ("annotations", key), f"`{key}` cannot be an annotation key"
        if not isinstance(value, str):
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
