"""Field names as Go reads them from JSON: upper and lower case do not count.

Kubernetes' API server is stricter.
"""

from collections.abc import Mapping
from typing import Any

from argosy.schemas.json_schemas import load_schema

__all__ = ["spelled_as_known"]


def spelled_as_known(definition: str, value: Any) -> Any:
    """A copy in which fields that differ only in case are spelled as in a definition of the Application's
    schema (`source`). Unknown names stay, keys of maps and of raw values (`valuesObject`) too.
    """
    definitions = load_schema("Application")["$defs"]
    return _spelled(value, definitions[definition], definitions)


def _spelled(value: Any, schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> Any:
    if "$ref" in schema:
        schema = definitions[schema["$ref"].removeprefix("#/$defs/")]
    if schema.get("x-argosy-raw"):
        return value
    if isinstance(value, list):
        return [_spelled(each, schema.get("items", {}), definitions) for each in value]
    if not isinstance(value, Mapping):
        return value
    known: Mapping[str, Any] = schema.get("properties", {})
    folded = {name.lower(): name for name in known}
    others = schema.get("additionalProperties")
    result = {}
    for written, item in value.items():
        name: str = written if written in known else folded.get(str(written).lower(), str(written))
        inner = known.get(name, others)
        result[name] = _spelled(item, inner, definitions) if isinstance(inner, Mapping) else item
    return result
