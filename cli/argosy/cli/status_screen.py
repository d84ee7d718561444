"""What `argosy status` shows, as plain lines for pipes and logs and as coloured pictures for a terminal."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from argosy.cli.state_colours import COLOURS

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text
    from rich.tree import Tree

    from argosy.cli.following import Row

__all__ = ["Branch", "branches", "plain_table", "plain_tree", "screen_table", "screen_tree"]

_HEAD = ("NAME", "WAVE", "SYNC", "HEALTH", "REVISION")
_PLACE = ("CLUSTER", "NAMESPACE")


@dataclass(frozen=True, slots=True)
class Branch:
    """An Application with what it renders, or (without a row) a set with what it generates."""

    name: str
    row: "Row | None"
    children: tuple["Branch", ...] = ()


def branches(rows: "Sequence[Row]") -> Iterator[Branch]:
    """The trees whose roots nothing among the rows has made."""
    names = {row.name for row in rows}
    children: dict[str, list[Row]] = {}
    for row in rows:
        children.setdefault(row.parent, []).append(row)

    def grow(row: "Row", above: frozenset[str]) -> Branch:
        # Applications that contain each other are shown once.
        below = () if row.name in above else children.get(row.name, ())
        return Branch(row.name, row, tuple(grow(child, above | {row.name}) for child in below))

    for parent, made in children.items():
        grown = tuple(grow(row, frozenset()) for row in made)
        if not parent:
            yield from grown
        elif parent not in names:
            yield Branch(f"ApplicationSet {parent}", None, grown)


def plain_table(rows: "Sequence[Row]", *, wide: bool) -> list[str]:
    """Lines of aligned columns; the last one, the message, is as long as it is."""
    lines = [[*_head(wide), "MESSAGE"], *([*_cells(row, wide), _said(row)] for row in rows)]
    widths = [max(map(len, column)) for column in list(zip(*lines, strict=True))[:-1]] + [0]
    return ["  ".join(map(str.ljust, line, widths)).rstrip() for line in lines]


def plain_tree(rows: "Sequence[Row]") -> list[str]:
    """A line for each Application and set, children indented."""

    def lines(branch: Branch, depth: int) -> Iterator[str]:
        row = branch.row
        told = f"  wave {row.wave}  {row.sync}  {row.health}  {_said(row)}" if row else ""
        yield ("  " * depth + branch.name + told).rstrip()
        for child in branch.children:
            yield from lines(child, depth + 1)

    return [line for root in branches(rows) for line in lines(root, 0)]


def screen_table(rows: "Sequence[Row]", *, wide: bool) -> "Table":
    """A rich table; the message takes what the other columns leave, and breaks."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in _head(wide):
        table.add_column(name, no_wrap=True, justify="right" if name == "WAVE" else "left")
    table.add_column("MESSAGE", style="dim", overflow="fold")
    for row in rows:
        # Names and messages may hold square brackets, which are no markup here.
        cells = (Text(cell, COLOURS.get(cell, "")) for cell in _cells(row, wide))
        table.add_row(*cells, Text(_said(row)))
    return table


def screen_tree(rows: "Sequence[Row]") -> "Tree":
    """A rich tree of all roots."""
    from rich.tree import Tree

    def grow(branch: Branch, into: "Tree") -> None:
        below = into.add(_label(branch))
        for child in branch.children:
            grow(child, below)

    whole = Tree("", hide_root=True)
    for root in branches(rows):
        grow(root, whole)
    return whole


def _label(branch: Branch) -> "Text":
    from rich.text import Text

    label = Text(branch.name, "bold" if branch.children else "")
    if branch.row:
        label.append(f"  wave {branch.row.wave}", "dim")
        for word in (branch.row.sync, branch.row.health):
            label.append("  ").append(word, COLOURS.get(word, ""))
        label.append(f"  {_said(branch.row)}".rstrip(), "dim")
    return label


def _head(wide: bool) -> tuple[str, ...]:
    return (*_HEAD, *_PLACE) if wide else _HEAD


def _cells(row: "Row", wide: bool) -> list[str]:
    place = [row.cluster, row.namespace] if wide else []
    return [row.name, str(row.wave), row.sync, row.health, row.revision[:8], *place]


def _said(row: "Row") -> str:
    if row.conditions:
        return row.conditions[0]
    return row.message if row.phase in ("Running", "Failed", "Error") else ""
