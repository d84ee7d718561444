"""`argosy bootstrap`: from one root Application in a file to a rollout that has settled."""

import asyncio
import sys
from dataclasses import replace
from pathlib import Path

import click

from argosy.cli.durations import seconds
from argosy.cli.failure import ExitStatus
from argosy.cli.management_options import management_options, writing_options
from argosy.cli.target import Target
from argosy.schemas.finding import ArgosyError, Severity
from argosy.schemas.position import Position

__all__ = ["command"]


@click.command("bootstrap")
@click.argument("root", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@management_options
@writing_options
@click.option(
    "--timeout", default="15m", show_default=True, callback=seconds, help="How long it is followed."
)
def command(
    target: Target,
    root: Path,
    timeout: float,
) -> None:
    """Make a cluster match the Application in ROOT, and follow the rollout until nothing moves any more.

    Installs the definitions, the namespace and the project `default` where they are missing. Where a
    controller runs it does the work, else this process does. Exit status 1 if something failed or time was
    up.
    """
    from argosy.cli.syncing import apply_and_follow

    found = asyncio.run(apply_and_follow(replace(target, poll=10.0), _read(root, target.namespace), timeout))
    for row in found.rows:
        state = f"{row.sync}, {row.health}"
        click.echo(f"{row.name}  wave {row.wave}  {state}  {'' if row.settled else row.trouble}".rstrip())
    for name, problem in found.set_problems.items():
        click.echo(f"ApplicationSet {name}: {problem}", err=True)
    sys.exit(ExitStatus.FINE if found.settled else ExitStatus.FINDINGS)


def _read(file: Path, namespace: str) -> dict[str, object]:
    """The one Application of a file. Raises `ArgosyError` with the place of what is wrong; ends the command
    where the API server would refuse it."""
    from argosy.cli.finding_output import echo_findings
    from argosy.cli.manifest_world import read_manifests
    from argosy.compiler.loading import load

    documents = [document for document in read_manifests(file) if document.value]
    found = documents[0].value if len(documents) == 1 else None
    if not isinstance(found, dict) or found.get("kind") != "Application":
        what = f"{len(documents)} documents" if len(documents) != 1 else f"kind {_kind(found)}"
        raise ArgosyError(
            f"expected one Application, found {what}",
            position=documents[0].position(("kind",)) if documents else Position(str(file), 1, 1),
            hint="bootstrap starts from one root Application that renders all others",
            code="no-root",
        )
    if errors := [each for each in load(documents[0], namespace).findings if each.severity is Severity.ERROR]:
        echo_findings(errors)
        sys.exit(ExitStatus.FINDINGS)
    found.setdefault("metadata", {}).setdefault("namespace", namespace)
    return found


def _kind(value: object) -> str:
    return str(value.get("kind")) if isinstance(value, dict) else type(value).__name__
