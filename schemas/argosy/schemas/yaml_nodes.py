"""Where the nodes of one YAML document stand. Read again from its events, only when somebody asks."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    StreamEndEvent,
)
from yaml.nodes import CollectionNode, MappingNode, Node, ScalarNode, SequenceNode

from argosy.schemas.position import Path, Position
from argosy.schemas.scalar_text import place_in_scalar
from argosy.schemas.yaml_errors import no_anchor
from argosy.schemas.yaml_scalars import key_text, plain_value, tagged_value

__all__ = ["NodeIndex", "compose"]


def compose(next_event: Callable[[], Any], file: str) -> Node | None:
    """The node tree of the first document that the events tell of, None if there is none.

    PyYAML's own composer refuses an anchor that is given twice, which is good YAML, and forgets tags.
    Raises YamlError for an alias without its anchor, and what the parser raises.
    """
    anchors: dict[str | None, Node] = {}

    def node(event: Any) -> Node:
        start, end = event.start_mark, event.end_mark
        if event.__class__ is AliasEvent:
            if event.anchor not in anchors:
                raise no_anchor(event, file)
            return anchors[event.anchor]
        if event.__class__ is ScalarEvent:
            tag = event.tag or ("" if event.implicit[0] else _STRING)
            anchors[event.anchor] = scalar = ScalarNode(tag, event.value, start, end, event.style)
            return scalar
        kind = MappingNode if event.__class__ is MappingStartEvent else SequenceNode
        children: list[Any] = []
        anchors[event.anchor] = collection = kind(event.tag, children, start, None, event.flow_style)
        while (child := next_event()).__class__ not in (MappingEndEvent, SequenceEndEvent):
            first = node(child)
            children.append((first, node(next_event())) if kind is MappingNode else first)
        collection.end_mark = child.end_mark
        return collection

    while True:
        event = next_event()
        if isinstance(event, DocumentStartEvent):
            return node(next_event())
        if isinstance(event, StreamEndEvent):
            return None


_ByKey = dict[str | int, tuple[Node, Node]]
"""The entries of a mapping, with those merged into it, by their keys."""


class NodeIndex:
    """Finds nodes of a document by path. `first_line` is the number of lines before the document's text."""

    __slots__ = ("_by_key", "_entries", "_file", "_first_line", "_root")

    def __init__(self, root: Node | None, file: str, first_line: int) -> None:
        self._root = root
        self._file = file
        self._first_line = first_line
        self._entries: dict[tuple[int, int], Node] | None = None
        self._by_key: dict[int, _ByKey] = {}

    def position(self, path: Path, key: bool) -> Position:
        """The place of the node at `path`, or of its nearest ancestor that exists; of its key if asked."""
        if self._root is None:
            return Position(self._file, self._first_line + 1, 1)
        node, node_key = self._root, None
        for step in path:
            found = self._child(node, step)
            if found is None:
                # A missing field of a mapping is best shown at the key that opens the mapping.
                return self._span(node_key if node_key is not None else node)
            node_key, node = found
        return self._span(node_key if key and node_key is not None else node)

    def position_in_text(
        self, path: Path, source: Sequence[str], line: int, column: int, length: int
    ) -> Position:
        """The place of some characters of the scalar at `path`; of the scalar where that cannot be told.

        `source` are the lines that the nodes were composed from.
        """
        node = self._node(path)
        place = place_in_scalar(node, source, line, column) if isinstance(node, ScalarNode) else None
        if place is None:
            return self.position(path, key=False)
        at, start = place[0] + self._first_line + 1, place[1] + 1
        return Position(self._file, at, start, *((at, start + length) if length else ()))

    def duplicate_keys(self) -> Iterator[tuple[Path, Position]]:
        """Every repeated key of every mapping, in the order of the text."""
        if self._root is not None:
            for path, node in _repeated(self._root, (), set()):
                yield path, self._span(node)

    def entry_lines(self, key: Position) -> tuple[int, int] | None:
        """The first and the last line of the entry of a block mapping whose key stands at a place, if any."""
        if self._root is None:
            return None
        if self._entries is None:
            entries = [(each.start_mark, value) for each, value in _block_entries(self._root, set())]
            self._entries = {(start.line, start.column): value for start, value in reversed(entries)}
        value = self._entries.get((key.line - self._first_line - 1, key.column - 1))
        return None if value is None else (key.line, _last_line(value) + self._first_line + 1)

    def _node(self, path: Path) -> Node | None:
        node = self._root
        for step in path:
            found = self._child(node, step) if node is not None else None
            if found is None:
                return None
            node = found[1]
        return node

    def _child(self, node: Node, step: str | int) -> tuple[Node | None, Node] | None:
        """The key (None in a list) and the value that a step leads to."""
        if isinstance(node, SequenceNode):
            if isinstance(step, int) and 0 <= step < len(node.value):
                return None, node.value[step]
            return None
        if not isinstance(node, MappingNode):
            return None
        if id(node) not in self._by_key:
            self._read(node)
        return self._by_key[id(node)].get(step)

    def _read(self, node: MappingNode) -> None:
        """Takes apart a mapping, once, and before it what is merged into it, however long that chain is."""
        waiting = [node]
        while waiting:
            mapping = waiting[-1]
            merged = [each for each in _merged(mapping) if isinstance(each, MappingNode)]
            unread = {id(each): each for each in merged if id(each) not in self._by_key}
            if unread:
                waiting += unread.values()
                continue
            waiting.pop()
            entries: _ByKey = {}
            for each in reversed(merged):
                entries.update(self._by_key[id(each)])
            entries.update((_key(key), (key, value)) for key, value in mapping.value if not _is_merge(key))
            self._by_key[id(mapping)] = entries

    def _span(self, node: Node) -> Position:
        start, end = node.start_mark, node.end_mark
        before = self._first_line
        if isinstance(node, ScalarNode) or (isinstance(node, CollectionNode) and node.flow_style):
            return Position(
                self._file, start.line + before + 1, start.column + 1, end.line + before + 1, end.column + 1
            )
        # A block collection ends where the next token begins, which says nothing; only its start is known.
        return Position(self._file, start.line + before + 1, start.column + 1)


def _merged(node: MappingNode) -> list[Node]:
    """The mappings merged into one, those first that win."""
    merged: list[Node] = []
    for key, value in reversed(node.value):
        if _is_merge(key):
            merged += value.value if isinstance(value, SequenceNode) else [value]
    return merged


def _repeated(node: Node, path: Path, seen: set[int]) -> Iterator[tuple[Path, Node]]:
    if id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, SequenceNode):
        for index, item in enumerate(node.value):
            yield from _repeated(item, (*path, index), seen)
    elif isinstance(node, MappingNode):
        keys: set[str] = set()
        for key, value in node.value:
            if not _is_merge(key):
                name = _key(key)
                if name in keys:
                    yield (*path, name), key
                keys.add(name)
                yield from _repeated(value, (*path, name), seen)


def _block_entries(node: Node, seen: set[int]) -> Iterator[tuple[Node, Node]]:
    """The entries of all block mappings."""
    if id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, SequenceNode):
        for item in node.value:
            yield from _block_entries(item, seen)
    elif isinstance(node, MappingNode):
        for key, value in node.value:
            if not node.flow_style:
                yield key, value
            if isinstance(value, CollectionNode):
                yield from _block_entries(value, seen)


def _last_line(node: Node) -> int:
    """The last line that a node stands in, counted from 0."""
    if isinstance(node, CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _last_line(last[1] if isinstance(last, tuple) else last)
    # A block scalar ends at the start of the line behind it.
    end = node.end_mark
    return int(end.line if end.column or end.line == node.start_mark.line else end.line - 1)


def _is_merge(key: Node) -> bool:
    return isinstance(key, ScalarNode) and key.value == "<<" and not key.tag


def _key(key: Node) -> str:
    """The key as the constructor has read it; keys that it refuses do not get here."""
    if not isinstance(key, ScalarNode):
        return ""
    return key_text(tagged_value(key.tag, key.value) if key.tag else plain_value(key.value))


_STRING = "tag:yaml.org,2002:str"
