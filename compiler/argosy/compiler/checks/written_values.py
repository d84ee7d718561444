"""What stands in a document where a value was read, letter by letter."""

from argosy.schemas.position import Path
from argosy.schemas.scalar_text import lines_of
from argosy.schemas.yaml_reader import Document

__all__ = ["quoting_hint", "written_text"]


def written_text(document: Document | None, path: Path) -> str:
    """The text of a scalar on one line; empty where it cannot be told."""
    if document is None:
        return ""
    at = document.position(path)
    if at.end_line != at.line:
        return ""
    lines = lines_of(document.text)
    return lines[at.line - 1][at.column - 1 : at.end_column - 1] if at.line <= len(lines) else ""


def quoting_hint(written: str, value: object) -> str:
    """What to do where YAML has read a word as something else than text."""
    meaning = {True: "true", False: "false"}.get(value, str(value)) if isinstance(value, bool) else str(value)
    if not written or written == meaning:
        return "put it in quotes"
    return f"YAML reads `{written}` as {meaning}; put it in quotes"
