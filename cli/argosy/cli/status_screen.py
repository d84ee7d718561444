"""What `argosy status` shows, as plain lines for pipes and logs and as coloured pictures for a terminal."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from argosy.cli.live_state import APPLICATION, APPLICATION_SET, LiveState, Row, SetRow
from argosy.cli.state_colours import COLOURS

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text
    from rich.tree import Tree

__all__ = ["Branch", "branches", "plain_table", "plain_tree", "screen_table", "screen_tree"]

_HEAD = ("NAME", "WAVE", "SYNC", "HEALTH", "REVISION")
_PLACE = ("CLUSTER", "NAMESPACE")


@dataclass(frozen=True, slots=True)
class Branch:
    """An Application with what it renders, or a set with what it generates; a set that is gone has no row."""

    kind: str
    name: str
    row: Row | SetRow | None
    children: tuple["Branch", ...] = ()

    @property
    def title(self) -> str:
        """The name, with the kind where it is no Application."""
        return f"{self.kind} {self.name}" if self.kind == APPLICATION_SET else self.name


def branches(state: LiveState) -> Iterator[Branch]:
    """The trees whose roots nothing that there is has made; each level by wave and name."""
    rows = {(APPLICATION_SET, each.name): each for each in state.sets} | {
        (APPLICATION, row.name): row for row in state.rows
    }
    below: dict[tuple[str, str], list[tuple[str, str]]] = {}
    roots: set[tuple[str, str]] = set()
    for key, row in rows.items():
        parent = (row.parent_kind, row.parent)
        below.setdefault(parent, []).append(key)
        if parent not in rows:
            roots.add(parent if row.parent_kind == APPLICATION_SET else key)

    def place(key: tuple[str, str]) -> tuple[int, str]:
        return (rows[key].wave if key in rows else 0, key[1])

    shown: set[tuple[str, str]] = set()

    def grow(key: tuple[str, str], above: frozenset[tuple[str, str]]) -> Branch:
        # Applications that contain each other are shown once more below, and no deeper.
        keys = () if key in above else sorted(below.get(key, ()), key=place)
        shown.add(key)
        return Branch(*key, rows.get(key), tuple(grow(child, above | {key}) for child in keys))

    for key in (*sorted(roots, key=place), *sorted(rows, key=place)):
        if key not in shown:
            yield grow(key, frozenset())


def plain_table(state: LiveState, *, wide: bool) -> list[str]:
    """Lines of aligned columns; the last one, the message, is as long as it is."""
    lines = [[*_head(wide), "MESSAGE"], *([*cells, said] for cells, said in _lines(state, wide))]
    widths = [max(map(len, column)) for column in list(zip(*lines, strict=True))[:-1]] + [0]
    return ["  ".join(map(str.ljust, line, widths)).rstrip() for line in lines]


def plain_tree(state: LiveState) -> list[str]:
    """A line for each Application and set, children indented."""

    def lines(branch: Branch, depth: int) -> Iterator[str]:
        told = [f"wave {branch.row.wave}", *_words(branch.row), _said(branch.row)] if branch.row else []
        yield ("  " * depth + "  ".join([branch.title, *told])).rstrip()
        for child in branch.children:
            yield from lines(child, depth + 1)

    return [line for root in branches(state) for line in lines(root, 0)]


def screen_table(state: LiveState, *, wide: bool) -> "Table":
    """A rich table; the message takes what the other columns leave, and breaks."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in _head(wide):
        table.add_column(name, no_wrap=True, justify="right" if name == "WAVE" else "left")
    table.add_column("MESSAGE", style="dim", overflow="fold")
    for cells, said in _lines(state, wide):
        # Names and messages may hold square brackets, which are no markup here.
        table.add_row(*(Text(cell, COLOURS.get(cell, "")) for cell in cells), Text(said))
    return table


def screen_tree(state: LiveState) -> "Tree":
    """A rich tree of all roots."""
    from rich.tree import Tree

    def grow(branch: Branch, into: "Tree") -> None:
        below = into.add(_label(branch))
        for child in branch.children:
            grow(child, below)

    whole = Tree("", hide_root=True)
    for root in branches(state):
        grow(root, whole)
    return whole


def _label(branch: Branch) -> "Text":
    from rich.text import Text

    label = Text(branch.title, "bold" if branch.children else "")
    if branch.row:
        label.append(f"  wave {branch.row.wave}", "dim")
        for word in _words(branch.row):
            label.append("  ").append(word, COLOURS.get(word, ""))
        label.append(f"  {_said(branch.row)}".rstrip(), "dim")
    return label


def _head(wide: bool) -> tuple[str, ...]:
    return (*_HEAD, *_PLACE) if wide else _HEAD


def _lines(state: LiveState, wide: bool) -> Iterator[tuple[list[str], str]]:
    """Cells and message of each Application, and of each set that generates nothing, by wave."""
    rows: list[Row | SetRow] = [*(each for each in state.sets if each.problem), *state.rows]
    for row in sorted(rows, key=lambda row: row.wave):
        yield _cells(row, wide), _said(row)


def _cells(row: Row | SetRow, wide: bool) -> list[str]:
    if isinstance(row, SetRow):
        return [f"{APPLICATION_SET} {row.name}", str(row.wave), *([""] * (len(_head(wide)) - 2))]
    place = [row.cluster, row.namespace] if wide else []
    return [row.name, str(row.wave), row.sync, row.health, row.revision[:8], *place]


def _words(row: Row | SetRow) -> tuple[str, ...]:
    return () if isinstance(row, SetRow) else (row.sync, row.health)


def _said(row: Row | SetRow) -> str:
    if isinstance(row, SetRow):
        return row.problem
    if row.conditions:
        return row.conditions[0]
    return row.message if row.phase in ("Running", "Failed", "Error") else ""
