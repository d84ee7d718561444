"""`argosy affected`: which Applications and sets a change can affect, and why. Renders nothing."""

from collections.abc import Sequence

import click

from argosy.cli.comparison.comparing import Affected, find_affected
from argosy.cli.comparison.options import ComparisonOptions, comparison_options, open_comparison
from argosy.compiler.comparison.difference import Change

__all__ = ["command"]


@click.command("affected")
@comparison_options
@click.option(
    "-o", "--output", type=click.Choice(["text", "json", "name"]), default="text", show_default=True
)
def command(asked: ComparisonOptions, output: str) -> None:
    """Print the Applications and sets that the change from REV (HEAD) to the work tree can affect.

    Exactly those whose specification, generator inputs or rendered files differ. What cannot be known is
    listed, too.
    """
    with open_comparison(asked) as comparison:
        found = find_affected(comparison.old, comparison.new, comparison.states.changed)
        # Where an Application was rendered from is looked up when it is told.
        if output == "json":
            import json

            click.echo(json.dumps([_as_json(each) for each in found], indent=2, ensure_ascii=False))
        elif output == "name":
            names = (f"{each.key.kind.lower()}.argoproj.io/{each.key.name}\n" for each in found)
            click.echo("".join(names), nl=False)
        else:
            _print(found)


def _print(found: Sequence[Affected]) -> None:
    for each in found:
        why = "; ".join(each.reasons) or f"not known: {each.unknown}"
        click.echo(f"{each.key}: {why}")
    if not found:
        click.echo("nothing is affected", err=True)


def _as_json(each: Affected) -> dict[str, object]:
    document: dict[str, object] = {
        "kind": each.key.kind,
        "namespace": each.key.namespace,
        "name": each.key.name,
        "change": _change(each).value,
        "reasons": list(each.reasons),
    }
    if each.unknown:
        document["unknown"] = each.unknown
    if each.either.position is not None:
        document["position"] = str(each.either.position)
    return document


def _change(each: Affected) -> Change:
    if each.unknown:
        return Change.UNKNOWN
    if each.after is None:
        return Change.REMOVED
    return Change.ADDED if each.before is None else Change.CHANGED
