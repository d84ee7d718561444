"""Where a template error stands in its text: what to mark in the file that the text was written in."""

import re

from argosy.compiler.templating.errors import TemplateError

__all__ = ["place_in_text"]

_WORD = re.compile(r"""[^\s|(){}"'`,]+|["'`(]""")


def place_in_text(text: str, error: TemplateError) -> tuple[int, int, int] | None:
    """Line, column and length of what the error is about; None where only the text as a whole is known."""
    lines = text.split("\n")
    if not 1 <= error.line <= len(lines):
        return None
    line = lines[error.line - 1]
    if error.column:
        word = _WORD.match(line, error.column - 1)
        return error.line, error.column, len(word[0]) if word else 0
    if len(lines) == 1:
        return None
    return error.line, len(line) - len(line.lstrip()) + 1, len(line.strip())
