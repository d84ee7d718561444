"""The `argosy` command: a literal table of its commands, each imported only when it is called."""

from importlib import import_module
from importlib.metadata import version

import click

from argosy.cli.failure import reporting_failures

__all__ = ["COMMANDS", "main"]

COMMANDS = {
    "bootstrap": "bootstrap_command",
    "cluster": "cluster_command",
    "compile": "compile_command",
    "demo": "demo_command",
    "run": "run_command",
    "sandbox": "sandbox_command",
    "status": "status_command",
    "sync": "sync_command",
    "template": "template_command",
    "validate": "validate_command",
}
"""Each command and the module of `argosy.cli` that holds it, under the name `command`."""


class _LazyGroup(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        module = COMMANDS.get(cmd_name)
        if module is None:
            return None
        command = import_module(f"argosy.cli.{module}").command
        assert isinstance(command, click.Command)
        return command


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version("argosy"), prog_name="argosy")
def argosy() -> None:
    """GitOps from one root Application: compile, prove, reconcile.

    Exit status: 0 fine, 1 findings of severity error, 2 wrong use, 3 the world failed.
    """



main = reporting_failures(argosy)
"""The entry point of the console script."""
