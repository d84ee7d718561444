"""The JSONPath of printer columns: fields, indices, wildcards and equality filters, as CRDs use them."""

import re
from functools import lru_cache
from typing import Any

__all__ = ["JsonPathError", "find"]


class JsonPathError(ValueError):
    """A path that the sandbox does not read."""


_STEP = re.compile(
    r"""\.(?P<field>[\w-]+(?:\\\.[\w/-]+)*) | \[(?P<index>-?\d+)\] | \.?\[?(?P<all>\*)\]?
    | \[['"](?P<quoted>[^'"]+)['"]\]
    | \[\?\(@\.(?P<key>[\w.-]+)\s*==\s*(?P<value>"[^"]*"|'[^']*'|[\w.-]+)\)\]""",
    re.VERBOSE,
)


@lru_cache(maxsize=1024)
def _steps(path: str) -> tuple[re.Match[str], ...]:
    text = path.removeprefix("{").removesuffix("}").removeprefix("$")
    steps: list[re.Match[str]] = []
    at = 0
    while at < len(text):
        step = _STEP.match(text, at)
        if step is None or step.end() == at:
            raise JsonPathError(f"unsupported JSONPath {path!r} at {text[at:]!r}")
        steps.append(step)
        at = step.end()
    return tuple(steps)


def find(obj: Any, path: str) -> list[Any]:
    """All values under a path; empty where nothing is there. Raises `JsonPathError`."""
    nodes = [obj]
    for step in _steps(path):
        nodes = [found for node in nodes for found in _take(node, step)]
    return [node for node in nodes if node is not None]


def _take(node: Any, step: re.Match[str]) -> list[Any]:
    if step["all"]:
        return list(node.values()) if isinstance(node, dict) else node if isinstance(node, list) else []
    if step["index"] is not None:
        index = int(step["index"])
        inside = isinstance(node, list) and -len(node) <= index < len(node)
        return [node[index]] if inside else []
    if step["key"] is not None:
        wanted = step["value"].strip("\"'")
        members = node if isinstance(node, list) else []
        return [
            item for item in members if find(item, f".{step['key']}")[:1] in ([wanted], [_number(wanted)])
        ]
    field = step["quoted"] or step["field"].replace("\\.", ".")
    return [node[field]] if isinstance(node, dict) and field in node else []


def _number(text: str) -> Any:
    return int(text) if text.lstrip("-").isdigit() else text
