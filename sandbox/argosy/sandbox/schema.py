"""The shape of objects: OpenAPI schemas turned into the atoms of structured-merge-diff.

A `Schema` says which of scalar, list and map a value may be, how lists and maps merge, and what their
children
are. Built-in kinds and custom resources give the same type. It knows nothing of values.

The translation follows `k8s.io/kube-openapi/pkg/schemaconv` (OpenAPI v3).
"""

from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from typing import Any, TypeAlias

__all__ = ["DEDUCED", "UNTYPED", "Object", "Scalar", "Schema", "SchemaSet"]

Object: TypeAlias = dict[str, Any]
"""A decoded JSON object. Its values are whatever JSON allows, hence `Any`."""

RawSchema: TypeAlias = Mapping[str, Any]

_REFERENCE_PREFIX = "#/components/schemas/"


class Scalar(Enum):
    """What a value may be when it is neither a list nor a map."""

    NUMERIC = "numeric"
    STRING = "string"
    BOOLEAN = "boolean"
    UNTYPED = "untyped"
    QUANTITY = "quantity"
    """A string or number that Kubernetes canonicalises; merges like an untyped scalar."""


class Schema:
    """One node. Children are resolved when first asked for, since schemas refer to themselves."""

    __slots__ = (
        "_children",
        "_elements",
        "_item",
        "_makers",
        "associative",
        "atomic_map",
        "defaults",
        "encoding",
        "is_list",
        "is_map",
        "keys",
        "name",
        "raw",
        "scalar",
    )

    def __init__(self, raw: RawSchema | None = None) -> None:
        self.raw: RawSchema = raw if raw is not None else {}
        self.scalar: Scalar | None = None
        self.is_map = False
        self.atomic_map = False
        self.is_list = False
        self.associative = False
        self.keys: tuple[str, ...] = ()
        self.defaults: dict[str, Any] = {}
        self.name = ""
        self.encoding: Mapping[str, str] = {}
        self._makers: dict[str, Callable[[], Schema]] = {}
        self._children: dict[str, Schema] = {}
        self._elements: Callable[[], Schema] | None = None
        self._item: Callable[[], Schema] | None = None

    @property
    def declared(self) -> Iterable[str]:
        """The names of the struct's fields."""
        return self._makers.keys()

    def declares(self, name: str) -> bool:
        """Is this a named field of a struct, rather than a key of a free map?"""
        return name in self._makers

    def child(self, name: str) -> "Schema | None":
        """The schema of a field or map value; None when the schema has no such field."""
        found = self._children.get(name)
        if found is not None:
            return found
        maker = self._makers.get(name)
        if maker is None:
            return self._elements() if self._elements is not None else None
        found = self._children[name] = maker()
        return found

    def child_or_deduced(self, name: str) -> "Schema":
        """As `child`; an undeclared field merges by what its value looks like."""
        return self.child(name) or DEDUCED

    @property
    def open(self) -> bool:
        """Does this map take keys beyond its declared fields?"""
        return self._elements is not None

    @property
    def item(self) -> "Schema":
        """The schema of list elements."""
        return self._item() if self._item is not None else UNTYPED

    def raw_field(self, name: str) -> RawSchema:
        """A declared field's own OpenAPI schema, with the extensions that stand beside a `$ref`."""
        found: RawSchema = self.raw.get("properties", {}).get(name, {})
        return found

    def with_map_type(self, atomic: bool) -> "Schema":
        """The same schema where the referring field overrides `x-kubernetes-map-type`."""
        copy = Schema(self.raw)
        for slot in Schema.__slots__:
            setattr(copy, slot, getattr(self, slot))
        copy.atomic_map = atomic
        return copy


def _untyped() -> Schema:
    schema = Schema()
    schema.scalar = Scalar.UNTYPED
    schema.is_map = schema.is_list = schema.atomic_map = True
    schema._elements = schema._item = lambda: UNTYPED
    return schema


def _deduced() -> Schema:
    schema = Schema()
    schema.scalar = Scalar.UNTYPED
    schema.is_map = schema.is_list = True
    schema._item = lambda: UNTYPED
    schema._elements = lambda: DEDUCED
    return schema


UNTYPED = _untyped()
"""Anything, replaced as a whole (`__untyped_atomic_`)."""

DEDUCED = _deduced()
"""Anything, merged by what the value looks like: maps field by field, lists as a whole
(`__untyped_deduced_`)."""


class SchemaSet:
    """Named OpenAPI component schemas, translated on demand."""

    def __init__(
        self, models: Mapping[str, RawSchema], encoding: Mapping[str, Mapping[str, str]] | None = None
    ) -> None:
        """`encoding` tells, by schema and field, how Go writes the field (`sandbox/record/gotypes`)."""
        self._models = models
        self._encoding = encoding or {}
        self._named: dict[str, Schema] = {}
        self._by_kind: dict[tuple[str, str, str], str] = {}
        for name, model in models.items():
            for kind in model.get("x-kubernetes-group-version-kind", ()):
                # DeleteOptions and WatchEvent claim every group.
                if not name.endswith((".DeleteOptions", ".WatchEvent")):
                    self._by_kind[kind["group"], kind["version"], kind["kind"]] = name

    def of_kind(self, group: str, version: str, kind: str) -> Schema | None:
        """The schema of a kind, None where the documents have none."""
        name = self._by_kind.get((group, version, kind))
        return self.named(name) if name is not None else None

    def named(self, name: str) -> Schema:
        """A component schema by its name. Raises KeyError."""
        schema = self._named.get(name)
        if schema is None:
            schema = self._named[name] = self._translate_named(name)
        return schema

    def translate(self, raw: RawSchema) -> Schema:
        """An inline schema (the root of a custom resource)."""
        return self._translate(raw, False)

    def _translate_named(self, name: str) -> Schema:
        if name.endswith(".api.resource.Quantity"):
            schema = Schema(self._models[name])
            schema.scalar = Scalar.QUANTITY
            return schema
        if name.endswith(".pkg.runtime.RawExtension"):
            return UNTYPED
        schema = self._translate(self._models[name], False)
        schema.name = name
        schema.encoding = self._encoding.get(name, {})
        return schema

    def _reference(self, raw: RawSchema, preserve: bool) -> Callable[[], Schema]:
        target = raw.get("$ref")
        if target is None and len(raw.get("allOf", ())) == 1:
            target = raw["allOf"][0].get("$ref")
        known: list[Schema] = []

        def resolve() -> Schema:
            if not known:
                if target is None:
                    known.append(self._translate(raw, preserve))
                else:
                    schema = self.named(target.removeprefix(_REFERENCE_PREFIX))
                    map_type = raw.get("x-kubernetes-map-type")
                    known.append(schema.with_map_type(map_type == "atomic") if map_type else schema)
            return known[0]

        return resolve

    def _translate(self, raw: RawSchema, preserve: bool) -> Schema:
        schema = Schema(raw)
        kind = raw.get("type", "")
        preserve = preserve or raw.get("x-kubernetes-preserve-unknown-fields") is True
        if kind in ("", "object"):
            self._translate_map(schema, raw, preserve)
        if kind in ("", "array"):
            self._translate_list(schema, raw, preserve)
        if kind == "":
            schema.scalar = Scalar.UNTYPED
        elif kind in ("integer", "number"):
            schema.scalar = Scalar.NUMERIC
        elif kind == "boolean":
            schema.scalar = Scalar.BOOLEAN
        elif kind == "string":
            plain = raw.get("format", "") in ("", "byte")
            schema.scalar = Scalar.STRING if plain else Scalar.UNTYPED
        return schema

    def _translate_map(self, schema: Schema, raw: RawSchema, preserve: bool) -> None:
        schema.is_map = True
        schema.atomic_map = raw.get("x-kubernetes-map-type") == "atomic"
        for name, field in raw.get("properties", {}).items():
            schema._makers[name] = self._reference(field, preserve)
            if "default" in field:
                schema.defaults[name] = field["default"]
        values = raw.get("additionalProperties")
        if isinstance(values, dict):
            schema._elements = self._reference(values, preserve)
        elif values or (values is None and (preserve or not schema._makers)):
            schema._elements = lambda: DEDUCED

    def _translate_list(self, schema: Schema, raw: RawSchema, preserve: bool) -> None:
        schema.is_list = True
        list_type = raw.get("x-kubernetes-list-type")
        strategy = raw.get("x-kubernetes-patch-strategy", "")
        if list_type == "map":
            schema.associative = True
            schema.keys = tuple(sorted(raw["x-kubernetes-list-map-keys"]))
        elif list_type == "set":
            schema.associative = True
        elif list_type is None and strategy in ("merge", "merge,retainKeys"):
            schema.associative = True
            key = raw.get("x-kubernetes-patch-merge-key")
            schema.keys = (key,) if key else ()
        if "items" in raw:
            schema._item = self._reference(raw["items"], preserve)
