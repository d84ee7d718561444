"""Names the field that was probably meant where a server refuses one that its schema does not declare.

The server says only which field it does not know; its OpenAPI document says which ones there are. Asked for
when an apply was refused, never before.
"""

import re
from collections.abc import Mapping
from typing import Any

from argosy.clusters.client import Client
from argosy.clusters.errors import ApiError
from argosy.clusters.objects import GroupVersionKind
from argosy.schemas.wording import nearest

__all__ = ["declared_fields", "hint_for"]

_UNDECLARED = re.compile(r"(\.\S+): field not declared in schema")
_SEGMENT = re.compile(r"\.([^.\[\]]+)|(\[[^\]]*\])")


async def hint_for(client: Client, kind: GroupVersionKind, message: str) -> str:
    """What to write instead of the fields that a refusal names; empty where it names none."""
    paths = _UNDECLARED.findall(message)
    if not paths:
        return ""
    try:
        document = await client.openapi(kind)
    except ApiError:
        return ""
    return "; ".join(filter(None, (_hint(document, kind, path) for path in dict.fromkeys(paths))))


def declared_fields(document: Mapping[str, Any], kind: GroupVersionKind, path: str) -> tuple[str, ...]:
    """The fields beside the last one of a path such as `.spec.containers[name="web"].imge`, by an OpenAPI v3
    document."""
    schemas = (document.get("components") or {}).get("schemas") or {}
    wanted = {"group": kind.group, "version": kind.version, "kind": kind.kind}
    found: Mapping[str, Any] = next(
        (
            schema
            for schema in schemas.values()
            if wanted in schema.get("x-kubernetes-group-version-kind", ())
        ),
        {},
    )
    schema = found
    for name, _item in _SEGMENT.findall(path)[:-1]:
        schema = _resolved(schema, schemas)
        below = (schema.get("properties") or {}).get(name) if name else schema.get("items")
        schema = below or schema.get("additionalProperties") or {}
        if not isinstance(schema, Mapping):
            return ()
    return tuple(sorted(_resolved(schema, schemas).get("properties") or ()))


def _hint(document: Mapping[str, Any], kind: GroupVersionKind, path: str) -> str:
    fields = declared_fields(document, kind, path)
    name = path.rpartition(".")[2]
    if close := nearest(name, fields):
        return f"did you mean `{close}` instead of `{name}`?"
    if fields and len(fields) <= 10:
        return f"known fields beside `{name}`: " + ", ".join(f"`{field}`" for field in fields)
    return f"remove `{name}`" if fields else ""


def _resolved(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema behind `$ref`, which Kubernetes wraps in `allOf`."""
    for _ in range(5):
        if "$ref" in schema:
            schema = schemas.get(str(schema["$ref"]).rpartition("/")[2]) or {}
        elif len(schema.get("allOf") or ()) == 1:
            schema = schema["allOf"][0]
        else:
            break
    return schema
