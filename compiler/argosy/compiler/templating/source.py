"""The Python text of a compiled template while it is being written: lines, indentation, names."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from argosy.compiler.templating.trees import Tree
from argosy.schemas.position import Path

__all__ = ["Source", "text_code", "tree_code"]


class Source:
    """Collects the lines of one or more functions."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._depth = 0
        self._names = 0

    def fresh(self, prefix: str) -> str:
        """A name that no other line uses."""
        self._names += 1
        return f"{prefix}{self._names}"

    def line(self, text: str) -> None:
        """Add a line at the present depth."""
        self._lines.append("    " * self._depth + text)

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        """A line that ends in a colon, and what is below it."""
        self.line(head)
        self._depth += 1
        yield
        self._depth -= 1

    @contextmanager
    def function(self, head: str) -> Iterator[None]:
        """A function of its own, placed before everything written so far."""
        outer, depth = self._lines, self._depth
        self._lines, self._depth = [], 0
        with self.block(head):
            yield
        self._lines, self._depth = self._lines + outer, depth

    def text(self) -> str:
        """All lines."""
        return "\n".join(self._lines) + "\n"


def text_code(pieces: list[tuple[bool, str]]) -> str:
    """The expression for pieces of text (True) and names of strings (False) put together."""
    if not pieces:
        return "''"
    if len(pieces) == 1:
        return repr(pieces[0][1]) if pieces[0][0] else pieces[0][1]
    return " ".join(repr(value) if is_text else f"f'{{{value}}}'" for is_text, value in pieces)


def tree_code(
    tree: Tree, leaf: Callable[[str, Path], str], constant: Callable[[object], str], path: Path = ()
) -> str:
    """The expression that builds a manifest anew. `leaf` gives the code of a text, in the order of the
    manifest; `constant` that of a value that has no literal."""
    if isinstance(tree, str):
        return leaf(tree, path)
    if isinstance(tree, dict):
        items = []
        for key, value in tree.items():
            name = leaf(key, (*path, key)) if isinstance(key, str) else constant(key)
            items.append(f"{name}: {tree_code(value, leaf, constant, (*path, key))}")
        return "{" + ", ".join(items) + "}"
    if isinstance(tree, list):
        return (
            "[" + ", ".join(tree_code(each, leaf, constant, (*path, i)) for i, each in enumerate(tree)) + "]"
        )
    return repr(tree) if tree is None or isinstance(tree, bool | int) else constant(tree)
