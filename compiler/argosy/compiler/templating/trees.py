"""What is rendered: a manifest, as the plain data that YAML gives, and the texts in it."""

from collections.abc import Callable, Iterator, Mapping

from argosy.schemas.position import Path

__all__ = ["Render", "Tree", "frozen_tree", "leaves"]

Tree = object
"""A manifest or a part of it: dict, list, str, number, bool or None."""

Render = Callable[[Mapping[str, object]], Tree]
"""Renders a manifest with one set of values; each call gives fresh objects."""


def leaves(tree: Tree, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Every text of the manifest with the way to it; a key stands before its value, under the same path."""
    if isinstance(tree, str):
        yield path, tree
    elif isinstance(tree, dict):
        for key, value in tree.items():
            if isinstance(key, str):
                yield (*path, key), key
            yield from leaves(value, (*path, key))
    elif isinstance(tree, list):
        for index, value in enumerate(tree):
            yield from leaves(value, (*path, index))


def frozen_tree(tree: Tree) -> object:
    """The manifest as something that can be a key; trees with the same key render alike."""
    if isinstance(tree, dict):
        return ("map", *((key, frozen_tree(value)) for key, value in tree.items()))
    if isinstance(tree, list):
        return ("list", *map(frozen_tree, tree))
    return tree if isinstance(tree, str) else (tree.__class__.__name__, repr(tree))
