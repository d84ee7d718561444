"""Writes the JSON Schemas of the three kinds into `json_schemas/`."""

import json
from pathlib import Path

from argosy.schemas.definitions.application import APPLICATION
from argosy.schemas.definitions.applicationset import APPLICATIONSET
from argosy.schemas.definitions.appproject import APPPROJECT
from argosy.schemas.definitions.building import Schema

__all__ = ["SCHEMAS", "rendered"]

SCHEMAS: dict[str, Schema] = {
    "application.json": APPLICATION,
    "applicationset.json": APPLICATIONSET,
    "appproject.json": APPPROJECT,
}


def rendered(schema: Schema) -> str:
    """The text of a schema's file."""
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    folder = Path(__file__).parent.parent / "json_schemas"
    for name, schema in SCHEMAS.items():
        (folder / name).write_text(rendered(schema), encoding="utf-8")
