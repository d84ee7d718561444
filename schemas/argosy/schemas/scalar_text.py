"""Where the characters of a scalar's text stand in the text of its file.

Exact where the file holds the text as it is: literal block scalars (`|`) and scalars on one line without
escapes. Folding and escapes change the text, so that nothing is said of them.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from yaml.nodes import ScalarNode

__all__ = ["lines_of", "place_in_scalar", "split_lines"]

_BREAK = re.compile("\r\n|[\r\n\x85\u2028\u2029]")


def split_lines(text: str) -> list[str]:
    """The lines of a YAML text, as libyaml counts them."""
    return _BREAK.split(text)


@lru_cache(maxsize=4)
def lines_of(text: str) -> tuple[str, ...]:
    """The same for a text that is asked for again and again, finding by finding: it is split once."""
    return tuple(split_lines(text))


def place_in_scalar(
    node: ScalarNode, source: Sequence[str], line: int, column: int
) -> tuple[int, int] | None:
    """The line (from 0) and column (from 0) in the source of a place in the scalar's text, whose lines and
    columns count from 1; None where that cannot be told."""
    if node.style == "|":
        return _in_literal(node, source, line, column)
    start, end = node.start_mark, node.end_mark
    quote = node.style or ""
    if line != 1 or start.line != end.line or not 1 <= column <= len(node.value) + 1:
        return None
    written = source[start.line][start.column : end.column]
    if not written.endswith(f"{quote}{node.value}{quote}"):
        return None
    return start.line, end.column - len(quote) - len(node.value) + column - 1


def _in_literal(node: ScalarNode, source: Sequence[str], line: int, column: int) -> tuple[int, int] | None:
    """In `|`, each line of the text is a line of the file behind its indentation."""
    texts = node.value.removesuffix("\n").split("\n")
    written = source[node.start_mark.line + 1 :][: len(texts)]
    if line < 1 or len(written) < len(texts) or not all(map(_is_indented, written, texts)):
        return None
    if line > len(texts):
        # Where a parser has met the end of the text.
        line, column = len(texts), len(texts[-1]) + 1
    text = texts[line - 1]
    indentation = len(written[line - 1]) - len(text)
    return node.start_mark.line + line, indentation + min(column - 1, len(text))


def _is_indented(written: str, text: str) -> bool:
    return not written.strip(" ") if not text else written.lstrip(" ") == text.lstrip(" ")
