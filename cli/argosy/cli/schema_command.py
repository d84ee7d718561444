"""`argosy schema`: the JSON Schemas of the three kinds and of `argosy.yaml`, for editors."""

import json
from collections.abc import Mapping
from typing import Any

import click

from argosy.compiler.exceptions.configuration import FILE_NAME, configuration_schema
from argosy.schemas.json_schemas import KINDS, load_schema
from argosy.schemas.validation import API_VERSION

__all__ = ["command"]

_REFERENCE = "#/$defs/"


@click.command("schema")
@click.argument("kind", required=False, type=click.Choice([*sorted(KINDS), FILE_NAME], case_sensitive=False))
def command(kind: str | None) -> None:
    """Print the JSON Schema of KIND, or one that fits all three kinds and lets other documents be;
    for `argosy.yaml` that of a repository's own decisions.

    For yaml-language-server write it to a file and name that file in a first line
    `# yaml-language-server: $schema=PATH`, or map it to your specifications in the editor's settings.
    """
    schema = configuration_schema() if kind == FILE_NAME else load_schema(kind) if kind else _all_kinds()
    click.echo(json.dumps(schema, indent=1, ensure_ascii=False))


def _all_kinds() -> Mapping[str, Any]:
    """The three schemas in one: which of them counts is told by `apiVersion` and `kind`."""
    definitions: dict[str, Any] = {}
    cases = []
    for kind in sorted(KINDS):
        schema = dict(load_schema(kind))
        inner = schema.pop("$defs", {})
        schema.pop("$schema", None)
        definitions[kind] = _renamed(schema, kind)
        definitions |= {f"{kind}.{name}": _renamed(each, kind) for name, each in inner.items()}
        cases.append(
            {
                "if": {
                    "type": "object",
                    "required": ["apiVersion", "kind"],
                    "properties": {"apiVersion": {"const": API_VERSION}, "kind": {"const": kind}},
                },
                "then": {"$ref": f"{_REFERENCE}{kind}"},
            }
        )
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Argo CD specifications",
        "allOf": cases,
        "$defs": definitions,
    }


def _renamed(node: Any, kind: str) -> Any:
    """A copy whose references lead to the definitions of this kind."""
    if isinstance(node, Mapping):
        return {
            key: f"{_REFERENCE}{kind}.{value.removeprefix(_REFERENCE)}"
            if key == "$ref" and isinstance(value, str)
            else _renamed(value, kind)
            for key, value in node.items()
        }
    return [_renamed(each, kind) for each in node] if isinstance(node, list) else node
