"""`argosy status`: what the Applications' status says, as a table, a tree or JSON."""

import asyncio
import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from argosy.cli.management_options import management_options
from argosy.schemas.finding import ArgosyError

if TYPE_CHECKING:
    from argosy.cli.following import Row

__all__ = ["command"]


@click.command("status")
@management_options
@click.option(
    "-o", "--output", type=click.Choice(["text", "wide", "tree", "json"]), default="text", show_default=True
)
def command(
    context: str,
    kubeconfig: str,
    namespace: str,
    installation: str,
    application_namespaces: tuple[str, ...],
    output: str,
) -> None:
    """Show Applications with their sync, their health and what they wait for."""
    from argosy.cli.controlling import Target, management_client
    from argosy.cli.following import list_rows
    from argosy.clusters.errors import UnknownKind

    target = Target(
        context=context,
        kubeconfig=kubeconfig,
        namespace=namespace,
        installation=installation,
        application_namespaces=application_namespaces,
    )

    async def read() -> "list[Row]":
        client = management_client(target)
        try:
            return await list_rows(client, target.names)
        except UnknownKind as error:
            raise ArgosyError(
                f"{error.message}: Argosy is not installed there",
                hint="`argosy bootstrap ROOT.yaml` installs the CustomResourceDefinitions; "
                "or choose another cluster with --context",
                code=error.code,
            ) from error
        finally:
            await client.close()

    rows = asyncio.run(read())
    if output == "json":
        click.echo(json.dumps([asdict(row) for row in rows], indent=2))
    elif output == "tree":
        for line in _tree(rows):
            click.echo(line)
    else:
        for line in _table(rows, wide=output == "wide"):
            click.echo(line)


def _table(rows: "list[Row]", *, wide: bool) -> list[str]:
    head = (
        ["NAME", "WAVE", "SYNC", "HEALTH", "REVISION"]
        + (["CLUSTER", "NAMESPACE"] if wide else [])
        + ["MESSAGE"]
    )
    cells = [head]
    for row in rows:
        place = [row.cluster, row.namespace] if wide else []
        text = [row.name, str(row.wave), row.sync, row.health, row.revision[:8], *place, _said(row)]
        cells.append(text)
    widths = [max(len(line[index]) for line in cells) for index in range(len(head) - 1)]
    return [
        "  ".join(
            [*(cell.ljust(width) for cell, width in zip(line, widths, strict=False)), line[-1]]
        ).rstrip()
        for line in cells
    ]


def _tree(rows: "list[Row]") -> list[str]:
    """Children below the Application that renders them, or the set that generates them."""
    names = {row.name for row in rows}
    children: dict[str, list[Row]] = {}
    for row in rows:
        children.setdefault(row.parent, []).append(row)
    lines: list[str] = []

    def grow(row: "Row", depth: int, seen: frozenset[str]) -> None:
        lines.append(
            f"{'  ' * depth}{row.name}  wave {row.wave}  {row.sync}  {row.health}  {_said(row)}".rstrip()
        )
        if row.name not in seen:
            for child in children.get(row.name, ()):
                grow(child, depth + 1, seen | {row.name})

    for parent in children:
        if parent in names:
            continue
        if parent:
            lines.append(f"ApplicationSet {parent}")
        for row in children[parent]:
            grow(row, 1 if parent else 0, frozenset())
    return lines


def _said(row: "Row") -> str:
    if row.conditions:
        return row.conditions[0]
    return row.message if row.phase in ("Running", "Failed", "Error") else ""
