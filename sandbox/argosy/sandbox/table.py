"""Tables as kubectl prints them: the server's columns for built-in kinds and those of
CustomResourceDefinitions.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from argosy.sandbox.json_path import JsonPathError, find
from argosy.sandbox.printer_columns import AGE, COLUMNS, NAME, Column, age
from argosy.sandbox.resource_types import ObjectType
from argosy.sandbox.store import Object

__all__ = ["Table", "table_of"]

Table = dict[str, Any]
"""A `meta.k8s.io/v1` Table."""


@dataclass(frozen=True, slots=True)
class _TableColumn:
    definition: Object
    cell: Callable[[Object], object]


def table_of(
    kind: ObjectType, objects: Sequence[Object], metadata: Object, now: datetime, include: str = "Metadata"
) -> Table:
    """The table of some objects. `include` is `Metadata`, `Object` or `None` (query `includeObject`)."""
    columns = _columns(kind, now)
    rows = []
    for obj in objects:
        row: Object = {"cells": [column.cell(obj) for column in columns]}
        if include == "Object":
            row["object"] = obj
        elif include != "None":
            partial = {"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1"}
            row["object"] = {**partial, "metadata": obj["metadata"]}
        rows.append(row)
    return {
        "kind": "Table",
        "apiVersion": "meta.k8s.io/v1",
        "metadata": metadata,
        "columnDefinitions": [column.definition for column in columns],
        "rows": rows,
    }


def _columns(kind: ObjectType, now: datetime) -> list[_TableColumn]:
    if kind.custom is not None and kind.custom.printer_columns:
        declared = [_custom_column(column, now) for column in kind.custom.printer_columns]
        return [_built_in_column(NAME, now), *declared]
    resource = kind.resource
    columns = (NAME, AGE) if kind.custom else COLUMNS.get((resource.group, resource.kind), (NAME, AGE))
    return [_built_in_column(column, now) for column in columns]


def _definition(name: str, kind: str, form: str = "", priority: int = 0, description: str = "") -> Object:
    return {"name": name, "type": kind, "format": form, "description": description, "priority": priority}


def _built_in_column(column: Column, now: datetime) -> _TableColumn:
    definition = _definition(column.name, column.type, column.format, 1 if column.wide else 0)
    return _TableColumn(definition, lambda obj: column.cell(obj, now))


def _custom_column(column: Object, now: datetime) -> _TableColumn:
    kind = column.get("type", "string")
    definition = _definition(
        column["name"],
        kind,
        column.get("format", ""),
        column.get("priority", 0),
        column.get("description", ""),
    )
    return _TableColumn(definition, lambda obj: _custom_cell(obj, column["jsonPath"], kind, now))


def _custom_cell(obj: Object, path: str, kind: str, now: datetime) -> object:
    """As apiextensions' table convertor: the first value found; a value of another type is left out."""
    try:
        found = find(obj, path)
    except JsonPathError:
        return None
    if not found:
        return None
    value = found[0]
    if kind == "date":
        return age(value, now) if isinstance(value, str) else None
    if kind == "integer":
        return value if isinstance(value, int) and not isinstance(value, bool) else None
    if kind == "number":
        return value if isinstance(value, int | float) and not isinstance(value, bool) else None
    if kind == "boolean":
        return value if isinstance(value, bool) else None
    if isinstance(value, str):
        return value
    return " ".join(str(item) for item in found) if len(found) > 1 else str(value)
