"""The `argosy` command: a literal table of its commands, each imported only when it is called."""

import gc
import sys
from importlib import import_module
from types import ModuleType

import click

from argosy.cli.failure import reporting_failures

__all__ = ["COMMANDS", "main"]

COMMANDS = {
    "affected": ("affected_command", "Print what a change can affect, with the reason for each."),
    "bootstrap": ("bootstrap_command", "Make a cluster match one root Application and follow the rollout."),
    "cluster": ("cluster_command", "Add, list and remove the clusters that Applications go to."),
    "compile": ("compile_command", "Print the Applications that a set or a root generates."),
    "diff": ("diff_command", "Show what a change does to Applications and their objects."),
    "demo": ("demo_command", "Show the main job on embedded clusters: waves, self-heal, rollback."),
    "explain": ("explain_command", "Explain a finding: what it means and what to do."),
    "run": ("run_command", "Run the controller: keep clusters as Git says."),
    "sandbox": ("sandbox_command", "Start embedded Kubernetes clusters for trying things out."),
    "schema": ("schema_command", "Print JSON Schemas of the specifications, for editors."),
    "snapshot": ("snapshot_command", "Write down what generators ask of clusters and services."),
    "status": ("status_command", "Show Applications, their sync and their health."),
    "sync": ("sync_command", "Make one pass over Applications and follow it."),
    "template": ("template_command", "Try a template on data."),
    "validate": ("validate_command", "Prove specifications before they are committed."),
}
"""Each command with the module of `argosy.cli` that holds it (as `command`) and its line in the help."""


def _imported(name: str) -> ModuleType:
    """Import a module without the cyclic garbage collector: what modules make lives as long as the process,
    and looking through it again and again takes a fifth of a short command's time."""
    if name in sys.modules or not gc.isenabled():
        return import_module(name)
    gc.disable()
    try:
        return import_module(name)
    finally:
        gc.freeze()
        gc.enable()


class _LazyGroup(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command = _imported(f"argosy.cli.{COMMANDS[cmd_name][0]}").command
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            from argosy.schemas.wording import nearest

            close = nearest(name, COMMANDS)
            ctx.fail(f"there is no command `{name}`" + (f"; did you mean `{close}`?" if close else ""))
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in sorted(COMMANDS.items())])


def _print_version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        # Imported here because it costs every other command 50 ms.
        from importlib.metadata import version

        click.echo(f"argosy, version {version('argosy')}")
        ctx.exit()


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_print_version,
    help="Show the version.",
)
def argosy() -> None:
    """GitOps from one root Application: compile, prove, reconcile.

    Exit status: 0 fine, 1 findings of severity error, 2 wrong use, 3 the world failed.
    """


main = reporting_failures(argosy)
"""The entry point of the console script."""
