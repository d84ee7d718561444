"""`argosy diff`: what a change does to Applications and to the objects that they deploy."""

import click

from argosy.cli.comparison.comparing import find_difference
from argosy.cli.comparison.options import ComparisonOptions, comparison_options, open_comparison
from argosy.cli.comparison.printing import as_json, as_markdown, as_text
from argosy.cli.failure import ExitStatus

__all__ = ["command"]


@click.command("diff")
@comparison_options
@click.option(
    "-o", "--output", type=click.Choice(["text", "json", "markdown"]), default="text", show_default=True
)
@click.option("--exit-code", is_flag=True, help="Exit status 1 if anything differs or is unknown.")
def command(asked: ComparisonOptions, output: str, exit_code: bool) -> None:
    """Show what differs from REV (HEAD) to the work tree: Applications, and the objects they deploy.

    Deletions come first. A renamed directory or template is a move. What cannot be rendered here (charts of
    other repositories, say) is shown as unknown, never as removed. Values of Secrets are not shown.
    """
    with open_comparison(asked) as comparison:
        difference = find_difference(comparison.old, comparison.new, comparison.states.changed)
    states = comparison.states
    printers = {"text": as_text, "json": as_json, "markdown": as_markdown}
    click.echo(printers[output](difference, states), nl=False)
    if exit_code and difference.applications:
        raise SystemExit(int(ExitStatus.FINDINGS))
