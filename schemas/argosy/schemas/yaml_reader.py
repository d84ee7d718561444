"""YAML text to plain data by Go's rules, with a position for every node. First step of the pipeline.

Events come from libyaml (the C parser that goyaml.v2 was translated from); the constructor is ours. Values
are built without positions because most documents never need one; `Document.position` reads its document
again. Knows nothing of Kubernetes or Argo CD.
"""

import gc
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, cast

import yaml
from yaml.error import Mark
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)
from yaml.nodes import Node

from argosy.schemas.go_numbers import json_number
from argosy.schemas.position import Path, Position
from argosy.schemas.scalar_text import lines_of
from argosy.schemas.yaml_errors import YamlError, at_mark, decode, from_parser, no_anchor
from argosy.schemas.yaml_escapes import refuse_solidus
from argosy.schemas.yaml_nodes import NodeIndex, compose
from argosy.schemas.yaml_scalars import AMBIGUOUS_STARTS, key_text, plain_value, tagged_value

__all__ = ["DEPTH_LIMIT", "Document", "YamlError", "compose_text", "read_documents", "read_value"]

DEPTH_LIMIT = 250
"""Collections may stand inside each other this deep; everything after the reader may recurse safely."""

# libyaml where PyYAML was built with it (all wheels are); the slow parser of the same design otherwise.
_Loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


@dataclass(frozen=True, slots=True)
class Document:
    """One YAML document: its plain value, and where things stand in it.

    `index` counts the documents of the file from 0, empty ones included. `text` is the whole file.
    """

    value: object
    file: str
    index: int
    text: str = field(repr=False)
    _span: "_Span | None" = field(default=None, repr=False, compare=False)
    _nodes: list[NodeIndex] = field(default_factory=list, repr=False, compare=False)

    def position(self, path: Path = (), key: bool = False) -> Position:
        """Where the node at `path` stands, or its nearest ancestor that exists.

        `key=True` gives the key that leads to the node instead of its value. What came by an alias or a merge
        key stands where it was written.
        """
        return self._index().position(path, key)

    def position_in_text(self, path: Path, line: int, column: int = 1, length: int = 0) -> Position:
        """Where some characters of the text at `path` stand in the file; the text's own place where its
        escapes or folding do not let that be told. Lines and columns of the text count from 1."""
        lines = lines_of(self._own_text())
        return self._index().position_in_text(path, lines, line, column, length)

    def named(self, file: str) -> "Document":
        """The same document, its file named otherwise."""
        return self if file == self.file else Document(self.value, file, self.index, self.text, self._span)

    def duplicate_keys(self) -> Iterator[tuple[Path, Position]]:
        """Every key written again in its mapping, with its place; the last one has won."""
        if self._span is None or self._span.may_repeat_keys:
            yield from self._index().duplicate_keys()

    def entry_lines(self, key: Position) -> tuple[int, int] | None:
        """The first and the last line of the entry of a block mapping whose key stands at a place, if any."""
        return self._index().entry_lines(key)

    def _index(self) -> NodeIndex:
        if not self._nodes:
            node = compose_text(self._own_text(), self.file)
            self._nodes.append(NodeIndex(node, self.file, self._span.line if self._span else 0))
        return self._nodes[0]

    def _own_text(self) -> str:
        return self.text[self._span.start : self._span.end] if self._span else self.text


@dataclass(frozen=True, slots=True)
class _Span:
    """Where a document stands in its text (offsets, and the number of lines before it), and whether it is
    worth looking for repeated keys."""

    start: int
    end: int
    line: int
    may_repeat_keys: bool


def read_documents(text: str | bytes, file: str) -> tuple[Document, ...]:
    """All documents of a text that hold something; empty ones are left out.

    Raises YamlError with the position of the first mistake.
    """
    source = decode(text, file)
    read = _without_collecting(lambda: list(_read(source, file)))
    starts = [source.rfind("\n", 0, one.start.index) + 1 for one in read] + [len(source)]
    return tuple(
        Document(
            one.value,
            file,
            index,
            source,
            _Span(starts[index], starts[index + 1], one.start.line, one.may_repeat_keys),
        )
        for index, one in enumerate(read)
        if one.value is not None
    )


def read_value(text: str | bytes, file: str = "<text>") -> object:
    """The first document's value, None for an empty text; what follows it is not looked at, as in Go's
    sigs.k8s.io/yaml.

    Raises YamlError with the position of the mistake.
    """
    source = decode(text, file)
    value = _without_collecting(lambda: next((one.value for one in _read(source, file)), None))
    if "\\/" in source:
        loader = _Loader(source)
        try:
            refuse_solidus(loader.get_event, source, file)
        finally:
            loader.dispose()
    return value


def compose_text(text: str, file: str = "<text>") -> Node | None:
    """The node tree of the first document, None for an empty text; values are not looked at.

    Raises YamlError with the position of the mistake: bad syntax, or an alias without its anchor.
    """
    source = decode(text, file)
    loader = _Loader(source)
    try:
        node: Node | None = _without_collecting(lambda: compose(loader.get_event, file))
        return node
    except yaml.YAMLError as error:
        raise from_parser(error, source, file) from error
    finally:
        loader.dispose()


def _without_collecting(read: Callable[[], Any]) -> Any:
    """Run without the cyclic garbage collector: building many dicts would set it off again and again, which
    takes as long as the reading itself, and nothing built here is garbage."""
    if not gc.isenabled():
        return read()
    gc.disable()
    try:
        return read()
    finally:
        gc.enable()


@dataclass(frozen=True, slots=True)
class _Read:
    """A document's value, where it begins, and whether the keys of a mapping may be repeated."""

    value: object
    start: Mark
    may_repeat_keys: bool


def _read(source: str, file: str) -> Iterator[_Read]:
    """Yield each document."""
    try:
        loader = _Loader(source)
        try:
            while True:
                event = loader.get_event()
                if event.__class__ is DocumentStartEvent:
                    constructor = _Constructor(loader.get_event, file)
                    value = constructor.document()
                    # What follows the value on its way to the document's end may still be a mistake.
                    loader.get_event()
                    yield _Read(value, cast(Mark, event.start_mark), constructor.may_repeat_keys)
                elif event.__class__ is StreamEndEvent:
                    return
        finally:
            loader.dispose()
    except yaml.YAMLError as error:
        raise from_parser(error, source, file) from error


class _Constructor:
    """Builds the value of one document from its events."""

    __slots__ = ("_aliased", "_anchors", "_file", "_get", "_nodes", "may_repeat_keys")

    def __init__(self, get_event: Callable[[], Any], file: str) -> None:
        self._get = get_event
        self._file = file
        self._anchors: dict[str, object] = {}
        self._nodes = 0
        self._aliased = 0
        # A merged key that is overridden counts, too: then the nodes tell.
        self.may_repeat_keys = False

    def document(self) -> object:
        return self._node(self._get(), 0)

    def _node(self, event: Any, depth: int) -> object:
        kind = event.__class__
        if kind is ScalarEvent:
            value = self._scalar(event)
            if event.anchor:
                self._anchors[event.anchor] = value
            return value
        if kind is MappingStartEvent:
            return self._mapping(event, depth + 1)
        if kind is SequenceStartEvent:
            return self._sequence(event, depth + 1)
        return self._alias(event, depth)

    def _scalar(self, event: ScalarEvent) -> object:
        try:
            if event.tag is not None:
                value = tagged_value(event.tag, event.value)
            elif event.implicit[0]:
                value = plain_value(event.value)
            else:
                return event.value
        except ValueError as error:
            raise at_mark(str(error), event, self._file) from error
        return self._json_number(value, event) if value.__class__ is float else value

    def _json_number(self, value: float, event: Any) -> int | float:
        """What a float becomes on its way through JSON: integral ones are integers to Kubernetes."""
        if value - value != 0:
            raise at_mark(
                f"`{event.value}` is a number that JSON, and so Kubernetes, cannot hold",
                event,
                self._file,
                hint="put it in quotes if it is meant as text",
            )
        return json_number(value)

    def _mapping(self, start: Any, depth: int) -> dict[str, object]:
        mapping: dict[str, object] = {}
        if start.anchor:
            self._anchors[start.anchor] = _Open(mapping)
        self._check_depth(start, depth)
        get = self._get
        # Nearly all keys and values are plain text, so they take the short way, without a call.
        while True:
            event = get()
            if event.__class__ is MappingEndEvent:
                break
            if event.__class__ is not ScalarEvent:
                key = self._collection_key(event, depth)
            elif event.value == "<<" and event.implicit[0] and event.tag is None:
                self._merge(mapping, get(), depth)
                continue
            elif event.tag is not None or event.anchor is not None:
                key = self._key(event)
            elif not event.implicit[0]:
                key = event.value
            else:
                key = event.value if event.value[:1] not in AMBIGUOUS_STARTS else self._key(event)
            if key in mapping:
                self.may_repeat_keys = True
            event = get()
            if event.__class__ is not ScalarEvent or event.tag is not None or event.anchor is not None:
                mapping[key] = self._node(event, depth)
            elif not event.implicit[0] or event.value[:1] not in AMBIGUOUS_STARTS:
                mapping[key] = event.value
            else:
                mapping[key] = self._scalar(event)
        self._nodes += 2 * len(mapping) + 1
        if start.anchor:
            self._anchors[start.anchor] = mapping
        return mapping

    def _sequence(self, start: Any, depth: int) -> list[object]:
        items: list[object] = []
        if start.anchor:
            self._anchors[start.anchor] = _Open(items)
        self._check_depth(start, depth)
        get = self._get
        while True:
            event = get()
            if event.__class__ is SequenceEndEvent:
                break
            items.append(self._node(event, depth))
        self._nodes += len(items) + 1
        if start.anchor:
            self._anchors[start.anchor] = items
        return items

    def _key(self, event: Any) -> str:
        if event.tag is not None:
            value: object = self._scalar(event)
        elif event.implicit[0]:
            value = plain_value(event.value)
        else:
            value = event.value
        if event.anchor:
            self._anchors[event.anchor] = value
        if isinstance(value, str):
            return value
        try:
            return key_text(value)
        except ValueError as error:
            found = "nothing" if value is None else f"`{event.value}`"
            raise at_mark(f"{error}; found {found}", event, self._file) from error

    def _collection_key(self, event: Any, depth: int) -> str:
        value = self._node(event, depth)
        if isinstance(value, (dict, list)):
            kind = "a mapping" if isinstance(value, dict) else "a list"
            raise at_mark(
                f"a key must be text, a number or a boolean; found {kind}",
                event,
                self._file,
                hint="a template such as {{name}} that begins a value must stand in quotes",
            )
        try:
            return key_text(value)
        except ValueError as error:
            raise at_mark(str(error), event, self._file) from error

    def _merge(self, mapping: dict[str, object], event: Any, depth: int) -> None:
        """`<<: *base`. goyaml.v2 merges at once, so keys written before it are overridden, later ones win;
        in a list of mappings the earlier one wins."""
        value = self._node(event, depth)
        merged = value if isinstance(value, list) else [value]
        if not all(isinstance(one, dict) for one in merged):
            raise at_mark("`<<` takes a mapping or a list of mappings", event, self._file)
        for one in reversed(merged):
            mapping.update(one)

    def _alias(self, event: AliasEvent, depth: int) -> object:
        name = event.anchor
        if name not in self._anchors:
            raise no_anchor(event, self._file)
        value = self._anchors[name]
        if isinstance(value, _Open):
            raise at_mark(f"the value of anchor `&{name}` contains itself", event, self._file)
        return self._copy(value, event, depth)

    def _copy(self, value: object, event: Any, depth: int) -> object:
        """A value of its own for each alias, so that changing one never changes the other."""
        self._aliased += 1
        if self._aliased > 100 and self._excessive():
            raise at_mark(
                f"aliases expand to more than {self._aliased:,} nodes",
                event,
                self._file,
                hint="write the repeated parts out, or use fewer nested aliases",
            )
        if not isinstance(value, (dict, list)):
            return value
        self._check_depth(event, depth + 1)
        if isinstance(value, dict):
            self._aliased += len(value)
            return {key: self._copy(item, event, depth + 1) for key, item in value.items()}
        return [self._copy(item, event, depth + 1) for item in value]

    def _excessive(self) -> bool:
        """goyaml.v2's guard against alias bombs: the share of nodes that come by aliases may be 99 % in small
        documents and falls to 10 % in those of four million nodes."""
        total = self._nodes + self._aliased
        if total <= 1000:
            return False
        allowed = min(0.99, max(0.10, 0.99 - 0.89 * (total - 400_000) / 3_600_000))
        return self._aliased > allowed * total

    def _check_depth(self, event: Any, depth: int) -> None:
        if depth > DEPTH_LIMIT:
            raise at_mark(f"collections are nested more than {DEPTH_LIMIT} deep", event, self._file)


@dataclass(frozen=True, slots=True)
class _Open:
    """Stands for the value of an anchor that is still being read."""

    value: object
