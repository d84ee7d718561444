"""Small constructors that keep the definitions readable: each gives one JSON Schema."""

from collections.abc import Mapping, Sequence
from typing import Any

__all__ = [
    "Schema",
    "anything",
    "flag",
    "items",
    "labels",
    "number",
    "number_or_text",
    "object_of",
    "raw",
    "ref",
    "root",
    "text",
    "texts",
    "time",
]

Schema = dict[str, Any]


def text(description: str, **more: Any) -> Schema:
    """A string."""
    return {"description": description, "type": "string", **more}


def time(description: str) -> Schema:
    """A point in time (RFC 3339)."""
    return text(description, format="date-time")


def flag(description: str) -> Schema:
    """A boolean."""
    return {"description": description, "type": "boolean"}


def number(description: str) -> Schema:
    """A 64-bit integer."""
    return {"description": description, "type": "integer", "format": "int64"}


def number_or_text(description: str) -> Schema:
    """An integer, or a string such as `50%`."""
    return {"description": description, "type": ["integer", "string"], "x-kubernetes-int-or-string": True}


def texts(description: str, **more: Any) -> Schema:
    """A list of strings."""
    return {"description": description, "type": "array", "items": {"type": "string"}, **more}


def labels(description: str) -> Schema:
    """A mapping of strings."""
    return {"description": description, "type": "object", "additionalProperties": {"type": "string"}}


def items(description: str, schema: Schema, **more: Any) -> Schema:
    """A list of anything."""
    return {"description": description, "type": "array", "items": schema, **more}


def anything(description: str, **more: Any) -> Schema:
    """Any value, kept as it is."""
    return {"description": description, "x-kubernetes-preserve-unknown-fields": True, **more}


def object_of(
    description: str, fields: Mapping[str, Schema], required: Sequence[str] = (), **more: Any
) -> Schema:
    """A mapping with these fields and no others."""
    schema: Schema = {
        "description": description,
        "type": "object",
        "properties": dict(fields),
        "additionalProperties": False,
        **more,
    }
    if required:
        schema["required"] = list(required)
    return schema


def ref(name: str, description: str = "") -> Schema:
    """A shared definition, with the description of this use."""
    target: Schema = {"$ref": f"#/$defs/{name}"}
    return {"description": description, **target} if description else target


def raw(name: str, description: str) -> Schema:
    """A shared definition that the API server stores unseen; only Argo CD reads it."""
    return {**ref(name, description), "x-argosy-raw": True}


def root(
    kind: str, description: str, fields: Mapping[str, Schema], definitions: Mapping[str, Schema]
) -> Schema:
    """The schema of a kind."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": kind,
        **object_of(
            description,
            {
                "apiVersion": text("Group and version of the kind.", const="argoproj.io/v1alpha1"),
                "kind": text("The kind.", const=kind),
                "metadata": ref("objectMeta", "Name, labels and annotations of the object."),
                **fields,
            },
            required=("apiVersion", "kind", "metadata", "spec"),
        ),
        "$defs": dict(definitions),
    }
