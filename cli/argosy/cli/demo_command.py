"""`argosy demo`: the main job, on embedded clusters and a real Git repository, believed only when seen."""

import asyncio
import shutil
import signal
import sys
import tempfile
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import click

__all__ = ["command"]


@click.command()
@click.option("--keep", is_flag=True, help="Leave everything running until Ctrl-C and print what to try.")
@click.option(
    "--ready-after",
    type=click.FloatRange(min=0.1),
    default=1.5,
    show_default=True,
    metavar="SECONDS",
    help="How long a simulated Deployment takes to become available.",
)
def command(keep: bool, ready_after: float) -> None:
    """Show the main job on embedded clusters.

    Makes a Git repository of the shop in examples/, starts four embedded clusters and the controller,
    bootstraps from one root Application, edits by hand, commits, reverts. Exit status 0 only if every step
    was seen through the clusters' APIs.
    """
    folder = Path(tempfile.mkdtemp(prefix="argosy-demo-"))
    try:
        asyncio.run(_until_signalled(_demo(folder, keep, ready_after), keep))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def _demo(folder: Path, keep: bool, ready_after: float) -> None:
    from argosy.cli.demo.observer import observing
    from argosy.cli.demo.stage import set_stage
    from argosy.cli.demo.steps import STEPS

    loop = asyncio.get_running_loop()
    begin = loop.time()
    click.echo("Starting four embedded clusters, a Git repository and the controller …")
    async with set_stage(folder, ready_after) as stage, observing(stage, sys.stdout.isatty()) as observer:
        for number, (title, play) in enumerate(STEPS, start=1):
            click.secho(f"\n{number}. {title}", bold=True)
            with observer.drawing():
                seen = await play(stage, observer, lambda line: click.secho(f"   {line}", dim=True))
            click.secho(f"   seen: {seen}", fg="green")
        click.echo(f"\nAll {len(STEPS)} steps were seen through the API, in {loop.time() - begin:.0f} s.")
        if keep:
            click.echo(_what_to_try(stage.kubeconfig, stage.repository.work_tree))
            while True:
                stage.check_running()
                await asyncio.sleep(0.5)


async def _until_signalled(demo: Coroutine[Any, Any, None], keep: bool) -> None:
    """Runs the demo; SIGINT and SIGTERM end it in order: status 0 once it only waits (`--keep`), else 130."""
    task = asyncio.ensure_future(demo)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, task.cancel)
    try:
        await task
    except asyncio.CancelledError:
        click.echo("\nEnded; nothing is left running.")
        if not keep:
            sys.exit(130)


def _what_to_try(kubeconfig: Path, work_tree: Path) -> str:
    return f"""
Everything is left running until Ctrl-C.
kubeconfig: {kubeconfig}
repository: {work_tree}

Try, in another terminal:
  export KUBECONFIG={kubeconfig}
  argosy status -o tree --context management
  kubectl --context management --namespace argocd get applications
  kubectl --context dev --namespace shop get deployments --watch
  kubectl --context dev --namespace shop delete service backend      # comes back
  cd {work_tree} && $EDITOR apps/shop/kustomization.yaml && git commit --all && git push"""
