"""Which parameters a field of a template may speak of, in any dialect.

Only to show where values came from: a name too many finds nothing, so a look at the text is enough.
"""

import re
from collections.abc import Iterator, Mapping

from argosy.schemas.position import Path

__all__ = ["names_in", "names_read"]

_ACTION = re.compile(r"\{\{(.*?)\}\}|\{%(.*?)%\}", re.DOTALL)
_INDEX = re.compile(r"""\[\s*(?:"([\w-]+)"|'([\w-]+)'|(\d+))\s*\]""")
_CALL = re.compile(r"""index\s+(\.[\w.]*|\$[\w.]*)((?:\s+(?:"[\w-]+"|\d+))+)""")
_CALL_IN_BRACKETS = re.compile(rf"\(\s*{_CALL.pattern}\s*\)")
_ALL = re.compile(r"(?<![\w.$)\]\"'])[.$](?![\w.])")
_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"|\'[^\']*\'|`[^`]*`')
_NAME = re.compile(r"[A-Za-z_][\w-]*(?:\.[\w-]+)*")


def names_read(tree: object, path: Path) -> Iterator[Path]:
    """The names between braces in the text at a path of the template, and in all texts below it."""
    for step in path:
        try:
            tree = tree[step]  # type: ignore[index]  # what cannot be indexed has no names
        except (KeyError, IndexError, TypeError):
            return
    for text in _texts(tree):
        yield from names_in(text)


def names_in(text: str) -> Iterator[Path]:
    """The names between braces in one text; an empty one where the text speaks of all parameters at once."""
    for action in _ACTION.finditer(text):
        inner = _INDEX.sub(r".\1\2\3", action[1] or action[2] or "")
        inner = _CALL.sub(_dotted, _CALL_IN_BRACKETS.sub(_dotted, inner))
        inner = _TEXT.sub(" ", inner)
        if _ALL.search(inner):
            yield ()
        for name in _NAME.findall(inner):
            yield tuple(name.split("."))


def _dotted(call: re.Match[str]) -> str:
    """`index .a "b" 0` as `.a.b.0`."""
    steps = call[2].replace('"', "").split()
    return ".".join(["" if call[1] == "." else call[1], *steps])


def _texts(tree: object) -> Iterator[str]:
    if isinstance(tree, str):
        yield tree
    elif isinstance(tree, Mapping):
        for value in tree.values():
            yield from _texts(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from _texts(value)
