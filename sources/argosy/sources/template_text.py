"""The text of a Helm template as far as it is YAML: its documents, lines and entries, and what is templated.

Templates are not run: of each line it is known under which conditions it is printed, and where text of
unknown content is put in. Pure.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from argosy.schemas.yaml_errors import YamlError
from argosy.schemas.yaml_reader import read_value

__all__ = [
    "Block",
    "Branch",
    "Entry",
    "Line",
    "TemplateDocument",
    "excludes",
    "has_template",
    "split_documents",
]

_COMMENT = re.compile(r"\s*/\*")
_QUOTED_OR_END = re.compile(r""""(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`]*`|\}\}""")
_BEFORE_COMMENT = re.compile(r"""(?:"(?:[^"\\]|\\.)*"|'[^']*'|\S|\s(?!#))*""")
_OPENS = re.compile(r"(?:if|range|with|define|block)\b")
_SILENT = re.compile(r"/\*|\$\w*\s*:?=|fail\b|(?:break|continue)\b")
_INDENT = re.compile(r"\bn?indent\s+(\d+)$")
_SEPARATOR = re.compile(r"---(?:\s|$)")
_BLOCK_TEXT = re.compile(r"[|>][-+\d]*\s*(?:#.*)?$")
_MASK = "\0"
"""Stands for each character of an action."""

Branch = tuple[tuple[int, int], ...]
"""The conditions and loops around a line: each by its number in the text, and the branch of it."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line; `text` without the space around it, actions masked. `written` is the text as it stands there.

    `inserts` is set where a line holds nothing but actions, and one of them prints something: the column that
    it is printed in, or -1 where that is not known.
    """

    number: int
    indent: int
    text: str
    written: str
    branch: Branch
    inserts: int | None = None


@dataclass(frozen=True)
class Entry:
    """A key with what belongs to it, or an item of a list (`key` is `None`).

    `value` is the rest of its line, which begins in `column` (both count from 0).
    """

    line: Line
    key: str | None
    value: str
    column: int
    body: tuple[Line, ...] = field(repr=False)

    @cached_property
    def block(self) -> "Block":
        """What stands below it."""
        return Block.of(self.body)

    @cached_property
    def scalar(self) -> object:
        """The value as YAML reads it, `None` where it is templated or cannot be read by itself."""
        if has_template(self.value) or self.is_text:
            return None
        try:
            return read_value(self.value)
        except YamlError:
            return None

    @property
    def is_text(self) -> bool:
        """Whether a text of several lines follows, in which nothing is a key."""
        return bool(_BLOCK_TEXT.match(self.value))

    @property
    def bare(self) -> str:
        """The value without a comment behind it."""
        found = _BEFORE_COMMENT.match(self.value)
        return found.group().rstrip() if found is not None else ""

    @property
    def written(self) -> str:
        """The same letter by letter, with its actions."""
        start = self.column - self.line.indent
        return self.line.written[start : start + len(self.bare)]


@dataclass(frozen=True)
class Block:
    """The entries of a mapping or a list, and the lines that may put others beside them."""

    entries: tuple[Entry, ...]
    inserted: tuple[Line, ...]
    branches: frozenset[Branch] = frozenset()
    """Those around the entries."""

    def named(self, key: str | int) -> Sequence[Entry]:
        """The entries with a key that is written out."""
        return self._by_key.get(key, ())

    @cached_property
    def templated(self) -> Sequence[Entry]:
        """The entries whose key is templated."""
        return [each for each in self.entries if has_template(each.key or "")]

    @cached_property
    def _by_key(self) -> Mapping[str | int, Sequence[Entry]]:
        found: dict[str | int, list[Entry]] = {}
        for each in self.entries:
            if each.key is not None:
                found.setdefault(each.key, []).append(each)
        return found

    @classmethod
    def of(cls, lines: Sequence[Line]) -> "Block":
        """The block that some lines are, each entry with the lines below it."""
        written = [line for line in lines if line.inserts is None]
        if not written:
            return cls((), tuple(lines))
        indent = written[0].indent
        starts = [index for index, line in enumerate(lines) if line.inserts is None and line.indent <= indent]
        if not _is_item(written[0]):
            # Items of a list may stand right below the key that they belong to.
            starts = [index for index in starts if not _is_item(lines[index])]
        entries = [
            _entry(lines[start], tuple(lines[start + 1 : end]))
            for start, end in zip(starts, [*starts[1:], len(lines)], strict=True)
        ]
        inserted = [line for line in lines[: starts[0]] if line.inserts is not None]
        for entry in entries:
            inserted += (line for line in entry.body if _may_stand_beside(line, entry, indent))
        return cls(tuple(entries), tuple(inserted), frozenset(each.line.branch for each in entries))


@dataclass(frozen=True, slots=True)
class TemplateDocument:
    """What stands between two lines `---`; `first` and `last` are the lines where it begins and ends."""

    block: Block
    first: int
    last: int


def has_template(text: str) -> bool:
    """Whether some of a masked text is templated."""
    return _MASK in text


def excludes(one: Branch, other: Branch) -> bool:
    """Whether no text has both: they are different branches of one condition."""
    chosen = dict(other)
    return any(chosen.get(condition, branch) != branch for condition, branch in one)


def split_documents(text: str) -> tuple[TemplateDocument, ...]:
    """The documents of a text; lines without anything that could be printed as YAML do not count."""
    documents: list[TemplateDocument] = []
    lines: list[Line] = []
    first = 1
    for line in _lines(f"{text}\n---"):
        if _SEPARATOR.match(line.text) and not line.indent:
            if lines:
                documents.append(TemplateDocument(Block.of(lines), first, line.number - 1))
            lines, first = [], line.number + 1
        elif line.inserts is not None or (line.text.strip(_MASK + " ") and not line.text.startswith("#")):
            lines.append(line)
    return tuple(documents)


@dataclass(frozen=True, slots=True)
class _Action:
    """What stands between braces; `trims` where the space before it is taken away."""

    start: int
    end: int
    code: str
    trims: bool


def _actions(text: str) -> Iterator[_Action]:
    at = text.find("{{")
    while at >= 0:
        opened = at + 2
        if text[opened : opened + 1] == "-":
            opened += 1
        closed = _closed(text, opened)
        if closed < 0:
            return
        code = text[opened:closed].removesuffix("-").strip()
        yield _Action(at, closed + 2, code, opened > at + 2)
        at = text.find("{{", closed + 2)


def _closed(text: str, opened: int) -> int:
    """Where the braces that close an action stand, -1 where none do; those in its texts close nothing."""
    if _COMMENT.match(text, opened):
        return text.find("}}", text.find("*/", opened))
    for found in _QUOTED_OR_END.finditer(text, opened):
        if found.group() == "}}":
            return found.start()
    return -1


def _masked(text: str, actions: Iterable[_Action]) -> str:
    parts, at = [], 0
    for action in actions:
        hidden = "\n".join(_MASK * len(line) for line in text[action.start : action.end].split("\n"))
        parts += [text[at : action.start], hidden]
        at = action.end
    return "".join([*parts, text[at:]])


def _lines(text: str) -> Iterator[Line]:
    actions = list(_actions(text))
    masked = _masked(text, actions)
    stack: list[tuple[int, int]] = []
    opened = used = offset = 0
    for number, (shown, written) in enumerate(zip(masked.split("\n"), text.split("\n"), strict=True), 1):
        before = tuple(stack)
        inserts: int | None = None
        end = offset + len(written)
        while used < len(actions) and actions[used].start <= end:
            action, code = actions[used], actions[used].code
            used += 1
            if _OPENS.match(code):
                stack.append((opened := opened + 1, 0))
            elif code.startswith("else") and stack:
                stack[-1] = (stack[-1][0], stack[-1][1] + 1)
            elif code.startswith("end") and stack:
                stack.pop()
            elif not _SILENT.match(code):
                column = -1 if action.trims else action.start - offset
                indent = _INDENT.search(code)
                inserts = int(indent[1]) if indent is not None else column
        bare = shown.strip()
        if bare.strip(_MASK + " "):
            inserts = None
        yield Line(number, len(shown) - len(shown.lstrip()), bare, written.strip(), before, inserts)
        offset = end + 1


def _is_item(line: Line) -> bool:
    return line.text == "-" or line.text.startswith("- ")


def _may_stand_beside(line: Line, entry: Entry, indent: int) -> bool:
    if line.inserts is None or (entry.is_text and line.inserts > indent):
        return False
    return line.inserts in (-1, indent)


def _entry(line: Line, body: tuple[Line, ...]) -> Entry:
    if _is_item(line):
        rest = line.text[1:].lstrip()
        column = line.indent + len(line.text) - len(rest)
        if not rest:
            return Entry(line, None, "", column, body)
        shift = column - line.indent
        first = Line(line.number, column, rest, line.written[shift:], line.branch)
        return Entry(line, None, rest, column, (first, *body))
    end = _key_end(line.text)
    if end <= 0:
        return Entry(line, _MASK, line.text, line.indent, body)
    key, value = line.text[:end].rstrip(), line.text[end + 1 :].lstrip()
    if key[0] == key[-1] and key[0] in "\"'" and len(key) > 1:
        key = key[1:-1]
    return Entry(line, key, value, line.indent + len(line.text) - len(value), body)


def _key_end(text: str) -> int:
    """Where the colon behind a key stands, -1 where there is no key."""
    start = text.find(text[0], 1) + 1 if text[0] in "\"'" else 0
    found = [at for at in (text.find(": ", start), text.find(":\t", start)) if at >= 0]
    return min(found) if found else (len(text) - 1 if text.endswith(":") else -1)
