"""Fields of generated Applications that others may change: `ignoreApplicationDifferences`. Pure.

Knows JSON pointers itself; who runs jq expressions is handed in.
"""

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from argosy.schemas.model.applicationset import ApplicationSet
from argosy.schemas.model.fields import text, texts

__all__ = ["DeleteFields", "IgnoredFields", "parse_pointer"]

DeleteFields = Callable[[Sequence[str], Sequence[Any]], Sequence[Any]]
"""`(expressions, documents)`: the documents without what the jq paths name, as `del(…)` of each in turn.

Raises `ArgosyError` where an expression is wrong or takes too long; one that only fails on a document is
passed over, as in Argo CD."""


@dataclass(frozen=True, slots=True)
class IgnoredFields:
    """The rules of one set."""

    rules: tuple[Mapping[str, Any], ...]
    delete: DeleteFields

    @classmethod
    def of(cls, applicationset: ApplicationSet, delete: DeleteFields) -> "IgnoredFields":
        """The rules that a set states."""
        return cls(applicationset.ignore_application_differences, delete)

    @property
    def need_jq(self) -> bool:
        """Whether one of the rules is a jq expression."""
        return any(texts(rule, "jqPathExpressions") for rule in self.rules)

    def __call__(self, name: str, manifests: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
        """Manifests of the Application of that name, without the fields to ignore."""
        rules = [rule for rule in self.rules if text(rule, "name") in ("", name)]
        pointers = [pointer for rule in rules for pointer in texts(rule, "jsonPointers")]
        expressions = [path for rule in rules for path in texts(rule, "jqPathExpressions")]
        if not pointers and not expressions:
            return manifests
        found = [deepcopy(dict(manifest)) for manifest in manifests]
        for manifest in found:
            for pointer in pointers:
                _remove(manifest, parse_pointer(pointer))
        return self.delete(expressions, found) if expressions else found


def parse_pointer(pointer: str) -> tuple[str, ...]:
    """The names in a JSON pointer (RFC 6901); nothing for what is none, and for the whole document."""
    if not pointer.startswith("/"):
        return ()
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in pointer[1:].split("/"))


def _remove(tree: Any, names: Sequence[str]) -> None:
    """Take a field away, if it is there."""
    if not names:
        return
    for name in names[:-1]:
        tree = _below(tree, name)
        if tree is None:
            return
    if isinstance(tree, dict):
        tree.pop(names[-1], None)
    elif isinstance(tree, list) and (index := _index(tree, names[-1])) is not None:
        del tree[index]


def _below(tree: Any, name: str) -> Any:
    if isinstance(tree, dict):
        return tree.get(name)
    if isinstance(tree, list) and (index := _index(tree, name)) is not None:
        return tree[index]
    return None


def _index(items: list[Any], name: str) -> int | None:
    index = int(name) if name.isascii() and name.isdigit() else -1
    return index if 0 <= index < len(items) else None
