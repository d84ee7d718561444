"""Kubernetes' protobuf bodies as JSON objects: kubectl's typed commands send them and never fall back.

Field numbers come from recorded tables, so no generated code is needed. Answers stay JSON, which every
client accepts. Format: `k8s\\0`, then `runtime.Unknown` with the type and the raw message.
"""

import base64
import json
import struct
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from argosy.sandbox.clock import rfc3339, rfc3339_micro
from argosy.sandbox.schema_data import load_protobuf
from argosy.sandbox.store import Object

__all__ = ["PROTOBUF", "ProtobufError", "decode_object"]

PROTOBUF = "application/vnd.kubernetes.protobuf"

_MAGIC = b"k8s\0"
_META = "k8s.io.apimachinery.pkg.apis.meta.v1."
_QUANTITY = "k8s.io.apimachinery.pkg.api.resource.Quantity"
_INT_OR_STRING = "k8s.io.apimachinery.pkg.util.intstr.IntOrString"
_EMBEDDED = frozenset(
    {"ephemeralContainerCommon", "handler", "localObjectReference", "persistentVolumeSource", "volumeSource"}
)
"""Fields that Go embeds: their JSON stands in the parent."""

_Table = dict[str, dict[str, list[str]]]
"""Message name → field number → JSON name, type, and `r` (repeated), `m` (map) or nothing."""

_MOST_NESTING = 64


class ProtobufError(ValueError):
    """Bytes that are not a message of a type that the tables know."""


def decode_object(body: bytes, version: str = "1.37") -> Object:
    """The object in a protobuf body, as its JSON form. Raises `ProtobufError`."""
    if not body.startswith(_MAGIC):
        raise ProtobufError("found no Kubernetes envelope, expected the bytes 'k8s\\0' first")
    reader = _Reader(load_protobuf(version))
    try:
        envelope = dict(_fields(body[len(_MAGIC) :]))
        names = reader.message("k8s.io.apimachinery.pkg.runtime.TypeMeta", envelope.get(1, b""))
        api_version, kind = names.get("apiVersion", ""), names.get("kind", "")
        raw = envelope.get(2, b"")
        if not kind and not raw:
            return {}
        return {
            "apiVersion": api_version,
            "kind": kind,
            **reader.message(reader.name(api_version, kind), raw),
        }
    except (IndexError, KeyError, struct.error, UnicodeDecodeError, TypeError) as error:
        raise ProtobufError(f"malformed message: {error}") from error


def _varint(data: bytes, at: int) -> tuple[int, int]:
    result = shift = 0
    while True:
        byte = data[at]
        at += 1
        result |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return result, at
        if shift > 63:
            raise ProtobufError("malformed message: a number has more than 64 bits")


def _fields(data: bytes) -> Iterator[tuple[int, Any]]:
    at = 0
    while at < len(data):
        tag, at = _varint(data, at)
        wire = tag & 7
        value: Any
        if wire == 0:
            value, at = _varint(data, at)
        else:
            if wire == 2:
                length, at = _varint(data, at)
            elif wire in {1, 5}:
                length = 8 if wire == 1 else 4
            else:
                raise ProtobufError(f"malformed message: wire type {wire}")
            if at + length > len(data):
                raise ProtobufError("malformed message: it ends within a field")
            value = data[at : at + length]
            at += length
        yield tag >> 3, value


def _scalar(kind: str, value: Any) -> Any:
    if kind == "string":
        return value.decode()
    if kind == "bytes":
        return base64.b64encode(value).decode()
    if kind == "bool":
        return bool(value)
    if kind == "double":
        return struct.unpack("<d", value)[0]
    return value - (1 << 64) if value >> 63 else value


class _Reader:
    def __init__(self, table: _Table) -> None:
        self._table = table

    def name(self, api_version: str, kind: str) -> str:
        """The message of a kind; options of requests are in the meta package whatever group they name."""
        group, _, version = api_version.rpartition("/")
        for candidate in (f"k8s.io.api.{group.split('.')[0] or 'core'}.{version}.{kind}", _META + kind):
            if candidate in self._table:
                return candidate
        raise ProtobufError(f"no message is known for {api_version}, kind {kind}")

    def message(self, name: str, data: bytes, depth: int = 0) -> Any:
        if depth > _MOST_NESTING:
            raise ProtobufError("malformed message: nested too deeply")
        special = self._special(name, data)
        if special is not _ORDINARY:
            return special
        fields = self._table[name]
        found: Object = {}
        for number, value in _fields(data):
            field = fields.get(str(number))
            if field is not None:
                self._add(found, field, value, depth)
        return found

    def _add(self, found: Object, field: list[str], value: Any, depth: int) -> None:
        name, kind, shape = field
        if shape == "m":
            entry = dict(_fields(value))
            found.setdefault(name, {})[entry.get(1, b"").decode()] = self._value(
                kind, entry.get(2, b""), depth
            )
        elif shape == "r":
            found.setdefault(name, []).append(self._value(kind, value, depth))
        else:
            decoded = self._value(kind, value, depth)
            if name in _EMBEDDED and isinstance(decoded, dict):
                found.update(decoded)
            elif decoded not in ("", None):
                found[name] = decoded

    def _value(self, kind: str, value: Any, depth: int) -> Any:
        return self.message(kind, value, depth + 1) if "." in kind else _scalar(kind, value)

    def _special(self, name: str, data: bytes) -> Any:
        """Types with a JSON form of their own."""
        if name == _QUANTITY:
            return next((value.decode() for _, value in _fields(data)), "0")
        if name == _INT_OR_STRING:
            entry = dict(_fields(data))
            return entry.get(3, b"").decode() if entry.get(1) else _scalar("int64", entry.get(2, 0))
        if name in {f"{_META}Time", f"{_META}MicroTime"}:
            return _time(dict(_fields(data)), micro=name.endswith("MicroTime"))
        if name.endswith((".RawExtension", ".FieldsV1", ".JSON")):
            return next((json.loads(value) for _, value in _fields(data) if value), None)
        return _ORDINARY


_ORDINARY: Any = object()


def _time(entry: dict[int, Any], *, micro: bool) -> str | None:
    if not entry.get(1):
        return None
    seconds = _scalar("int64", entry[1])
    try:
        instant = datetime.fromtimestamp(seconds + entry.get(2, 0) / 1e9, UTC)
    except (OverflowError, ValueError, OSError) as error:
        raise ProtobufError(f"a time is out of range: {seconds}") from error
    return rfc3339_micro(instant) if micro else rfc3339(instant)
