"""`argosy sandbox up`: embedded clusters for kubectl and the controller, until Ctrl-C."""

import asyncio
from pathlib import Path
from typing import IO

import click

from argosy.cli.controlling import stop_on_signals
from argosy.schemas.finding import ArgosyError

__all__ = ["command"]


@click.group()
def command() -> None:
    """Embedded Kubernetes clusters: for trying things out, never for production."""


@command.command("up")
@click.option("--clusters", default="management", show_default=True, help="Their names, comma-separated.")
@click.option(
    "--kubeconfig",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("sandbox.kubeconfig"),
    show_default=True,
    help="Where to write how to reach them.",
)
@click.option("--ready-after", default="2s", show_default=True, help="How long a Deployment takes.")
@click.option(
    "--port",
    type=click.IntRange(0, 65_000),
    default=0,
    help="The first one's port, the others' follow. [default: free ones]",
)
@click.option("--log", type=click.File("w"), help="Where to write every request.")
def up(clusters: str, kubeconfig: Path, ready_after: str, port: int, log: IO[str] | None) -> None:
    """Start clusters and keep them until Ctrl-C. What they hold is gone afterwards."""
    from argosy.sandbox.outcomes import parse_duration

    names = [name.strip() for name in clusters.split(",") if name.strip()]
    if not names or len(set(names)) != len(names):
        raise click.BadParameter("name each cluster once: management,dev,production", param_hint="--clusters")
    try:
        seconds = parse_duration(ready_after)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--ready-after") from error
    try:
        from argosy.sandbox.server import KubeconfigError, new_event_loop
    except ImportError as error:
        raise ArgosyError(
            f"serving clusters needs a package that is not installed: {error.name}",
            hint="install it with: pip install 'argosy[sandbox]'",
            code="tool-missing",
        ) from error
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        try:
            runner.run(_serve(names, kubeconfig, seconds, port, log))
        except KubeconfigError as error:
            raise ArgosyError(
                str(error), hint="name a new file with --kubeconfig", code="invalid-kubeconfig"
            ) from error
        except OSError as error:
            place = f"{error.filename}: " if error.filename else ""
            raise ArgosyError(
                f"the sandbox cannot start: {place}{error.strerror or error}",
                code="sandbox-failed",
                hint="look at --port and at the place of --kubeconfig",
            ) from error


async def _serve(
    names: list[str], kubeconfig: Path, ready_after: float, port: int, log: IO[str] | None
) -> None:
    from argosy.sandbox.outcomes import WorkloadSettings
    from argosy.sandbox.request_log import LogEntry
    from argosy.sandbox.server import serve
    from argosy.sandbox.settings import Settings

    def write(entry: LogEntry) -> None:
        if log is not None:
            log.write(f"{entry}\n")
            log.flush()

    settings = Settings(workloads=WorkloadSettings(ready_after=ready_after, job_after=ready_after))
    ports = [port + number for number in range(len(names))] if port else []
    stop = stop_on_signals()
    async with serve(names, kubeconfig, settings=settings, ports=ports, log_sink=write):
        click.echo(f"{', '.join(names)}: embedded clusters on 127.0.0.1, until Ctrl-C. Try:")
        click.echo(f"  export KUBECONFIG={kubeconfig.absolute()}")
        click.echo(f"  kubectl --context {names[0]} get namespaces")
        await stop.wait()
