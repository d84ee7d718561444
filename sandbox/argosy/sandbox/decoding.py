"""Decoding a body into the Go type of a built-in kind and encoding it again, on plain JSON.

That round trip is what the API server does with every object: undeclared fields vanish, empty values
vanish where
the Go field is `omitempty`, zero structs appear, quantities become canonical. `schema_data` hands in how
each Go
field is encoded. It knows no defaults of kinds beyond those in the schema, and no merging.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from argosy.sandbox.base64_text import canonical_base64
from argosy.sandbox.errors import ApiError, bad_request
from argosy.sandbox.quantity import canonical_quantity, quantity_value
from argosy.sandbox.schema import Object, Scalar, Schema

__all__ = ["Decoded", "TypeDefault", "decode_object", "empty_object"]


TypeDefault: TypeAlias = Callable[[Object], None]
"""Sets the defaults of one Go type in place (`SetDefaults_…`)."""


@dataclass(slots=True)
class Decoded:
    """A private copy of the object, free to be changed, and the paths that the type does not have."""

    object: Object
    unknown: list[str] = field(default_factory=list)


class _TypeMismatchError(Exception):
    def __init__(self, path: str, found: object, wanted: str) -> None:
        super().__init__(path)
        self.path = path
        self.found = found
        self.wanted = wanted
        self.struct = ""


class _BadTextError(Exception):
    """A string that its Go type cannot read."""


def decode_object(
    schema: Schema,
    value: Mapping[str, Any],
    kind: str,
    version: str,
    defaults: Mapping[str, TypeDefault] | None = None,
) -> Decoded:
    """The object as the server would answer it, with the schema's defaults and those of the Go types
    (`defaults`,
    by schema name, children before parents).

    Raises `ApiError` (400) when a value has the wrong type.
    """
    decoder = _Decoder(defaults or {})
    try:
        decoded = decoder.decode(schema, value, "")
    except _TypeMismatchError as error:
        raise _cannot_handle(_unmarshalling(error, kind), kind, version) from None
    except _BadTextError as error:
        raise _cannot_handle(str(error), kind, version) from None
    return Decoded(decoded, decoder.unknown)


def _unmarshalling(error: _TypeMismatchError, kind: str) -> str:
    """Go names the struct that holds the field, then the way to it without indexes."""
    found = "object" if isinstance(error.found, dict) else _JSON_NAMES.get(type(error.found), "number")
    path = re.sub(r"\[\d+\]", "", error.path)
    where = f"{error.struct or kind}.{path}"
    return f"json: cannot unmarshal {found} into Go struct field {where} of type {error.wanted}"


def _cannot_handle(text: str, kind: str, version: str) -> ApiError:
    return bad_request(f'{kind} in version "{version}" cannot be handled as a {kind}: {text}')


_JSON_NAMES: dict[type, str] = {str: "string", bool: "bool", list: "array"}


_QUANTITY_TEXT = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"


def _fits(schema: Schema, value: object) -> bool:
    match schema.scalar:
        case Scalar.STRING:
            return isinstance(value, str)
        case Scalar.BOOLEAN:
            return isinstance(value, bool)
        case Scalar.NUMERIC:
            if isinstance(value, bool) or not isinstance(value, int | float):
                return False
            return isinstance(value, int) or value.is_integer() or schema.raw.get("type") == "number"
    return schema.scalar is not None


def _go_type(schema: Schema) -> str:
    if schema.scalar is Scalar.NUMERIC:
        return str(schema.raw.get("format") or "int64").replace("double", "float64")
    if schema.scalar is Scalar.STRING:
        return "string"
    if schema.scalar is Scalar.BOOLEAN:
        return "bool"
    return "[]" + _go_type(schema.item) if schema.is_list else "map" if not schema.encoding else "struct"


class _Decoder:
    def __init__(self, defaults: Mapping[str, TypeDefault]) -> None:
        self._defaults = defaults
        self.unknown: list[str] = []

    def decode(self, schema: Schema, value: Any, path: str) -> Any:
        if schema.scalar is Scalar.QUANTITY:
            if quantity_value(value) is None:
                raise _BadTextError(_QUANTITY_TEXT)
            return canonical_quantity(value)
        if isinstance(value, Mapping):
            if not schema.is_map:
                raise _TypeMismatchError(path, value, _go_type(schema))
            return self._struct(schema, value, path)
        if isinstance(value, list):
            if not schema.is_list:
                raise _TypeMismatchError(path, value, _go_type(schema))
            item = schema.item
            zero = _zero_item(item)  # Go reads a null element as the zero value of its type
            return [
                self.decode(item, zero if found is None else found, f"{path}[{index}]")
                for index, found in enumerate(value)
            ]
        if isinstance(value, str) and schema.raw.get("format") == "byte":
            try:
                return canonical_base64(value)
            except ValueError as error:
                raise _BadTextError(str(error)) from None
        if value is not None and not _fits(schema, value):
            raise _TypeMismatchError(path, value, _go_type(schema))
        if isinstance(value, float) and schema.raw.get("type") == "integer":
            return int(value)
        return value

    def _struct(self, schema: Schema, value: Mapping[str, Any], path: str) -> Object:
        out: Object = {}
        encoding = schema.encoding
        prefix = f"{path}." if path else ""
        for name, found in value.items():
            child = schema.child(name)
            if child is None:
                self.unknown.append(f"{prefix}{name}")
                continue
            declared = schema.declares(name)
            if found is None:
                if not declared:
                    # A null in a map of strings is Go's zero string; in a free-form map it stays.
                    out[name] = "" if child.scalar is Scalar.STRING else None
                continue
            try:
                decoded = self.decode(child, found, f"{prefix}{name}")
            except _TypeMismatchError as error:
                error.struct = error.struct or schema.name.rsplit(".", 1)[-1]
                raise
            # Go leaves an empty `omitempty` scalar or collection out; a pointer to one stays.
            if declared and not decoded and encoding.get(name) in _OMITTED:
                continue
            out[name] = decoded
        self._complete(schema, out)
        return out

    def _complete(self, schema: Schema, out: Object) -> None:
        for name, default in schema.defaults.items():
            if name not in out and not isinstance(default, dict):
                if not default and schema.encoding.get(name) in _OMITTED:
                    continue
                out[name] = default
        for name, code, child in _always_written(schema, out):
            out[name] = self._struct(child, {}, name) if code == "E" else _zero(child, code)
        default_type = self._defaults.get(schema.name)
        if default_type is not None:
            default_type(out)


_OMITTED = frozenset("sct")


def _zero_item(schema: Schema) -> Any:
    if schema.is_map and schema.encoding:
        return {}
    return _zero(schema, "S") if schema.scalar in _PLAIN else None


_PLAIN = frozenset({Scalar.STRING, Scalar.NUMERIC, Scalar.BOOLEAN})


def _always_written(schema: Schema, out: Object) -> Iterator[tuple[str, str, Schema]]:
    """The absent fields that Go writes all the same."""
    for name, code in schema.encoding.items():
        if code in _OMITTED or name in out:
            continue
        child = schema.child(name)
        if child is not None:
            yield name, code, child


def _zero(schema: Schema, code: str) -> Any:
    if code == "S":
        return {Scalar.NUMERIC: 0, Scalar.BOOLEAN: False}.get(schema.scalar or Scalar.STRING, "")
    return {"I": 0, "Q": "0"}.get(code)


def empty_object(schema: Schema) -> Object:
    """The Go type's zero value, encoded: what a new object is compared with to say which fields it sets."""
    out: Object = {}
    for name, code, child in list(_always_written(schema, out)):
        out[name] = empty_object(child) if code == "E" else _zero(child, code)
    return out
