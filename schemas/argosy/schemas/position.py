"""Where something stands in a text; every finding and every parsed node carries one of these."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Path", "Position", "child", "value_at"]

Path = tuple[str | int, ...]
"""The way from a document's root to a node: mapping keys and list indexes."""


def value_at(tree: object, path: Path) -> object:
    """What plain data holds at the end of a path, `None` where the path leads nowhere."""
    for step in path:
        tree = child(tree, step)
    return tree


def child(tree: object, step: str | int) -> Any:
    """What stands at a key or index of plain data, `None` where nothing does."""
    if isinstance(tree, Mapping):
        return tree.get(step)
    if isinstance(tree, list) and isinstance(step, int) and 0 <= step < len(tree):
        return tree[step]
    return None


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A span in a file. Lines and columns count from 1, columns in characters.

    `end_line` and `end_column` name the first character after the span; 0 means that only the
    start is known. A line 0 means that there is no file: then `file` names a field of an object as the
    API has it, `spec.template.metadata.name`.
    """

    file: str
    line: int
    column: int
    end_line: int = 0
    end_column: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file
