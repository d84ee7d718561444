"""`argosy explain CODE`: what a finding means and what to do about it."""

import sys

import click

from argosy.cli.shipped import shipped_folder
from argosy.schemas.catalogue import CATALOGUE

__all__ = ["command"]


@click.command("explain")
@click.argument("code", required=False)
def command(code: str | None) -> None:
    """Explain the finding CODE, as it stands in brackets behind a finding; without CODE, list all."""
    if code is None:
        width = max(map(len, CATALOGUE))
        for name, each in sorted(CATALOGUE.items()):
            asked = " (where argosy.yaml asks for it)" if each.opt_in else ""
            click.echo(f"{name:<{width}}  {each.severity.value:<7}  {each.title}{asked}")
        return
    name = code.strip("[]")
    if name not in CATALOGUE:
        raise click.UsageError(f"there is no finding {name!r}{_nearest(name)}; `argosy explain` lists all")
    text = (shipped_folder("docs/findings", "findings") / f"{name}.md").read_text("utf-8")
    if sys.stdout.isatty():
        from rich.console import Console
        from rich.markdown import Markdown

        Console().print(Markdown(text))
    else:
        click.echo(text, nl=False)


def _nearest(name: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, CATALOGUE, n=1)
    return f"; did you mean {near[0]}?" if near else ""
