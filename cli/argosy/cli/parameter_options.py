"""How the installation is set up that a command stands in for: by options, `argosy.yaml` or its ConfigMap."""

from collections.abc import Callable
from typing import Any

import click

from argosy.cli.excepting import Excepting
from argosy.cli.offline_world import OfflineWorld
from argosy.generators.controller_parameters import CONFIG_MAP, ControllerParameters
from argosy.generators.generator import Settings
from argosy.schemas.knowledge import Known

__all__ = ["known_parameters", "known_settings", "parameter_options", "settings_of"]


def parameter_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds `--new-git-file-globbing` and `--include-hidden-directories`."""
    for name in ("--include-hidden-directories", "--new-git-file-globbing"):
        text = f"As in Argo CD's {CONFIG_MAP} (without: as argosy.yaml or that ConfigMap says)."
        command = click.option(name, type=bool, default=None, metavar="true|false", help=text)(command)
    return command


def known_settings(
    namespace: str, given: ControllerParameters, excepting: Excepting, world: OfflineWorld
) -> Settings:
    """The settings by `known_parameters`."""
    return settings_of(namespace, known_parameters(given, excepting, world))


def known_parameters(
    given: ControllerParameters, excepting: Excepting, world: OfflineWorld
) -> ControllerParameters:
    """The options first, then `argosy.yaml`, then the ConfigMap that was given or recorded.

    Raises `ArgosyError` where `argosy.yaml` is there and cannot be read.
    """
    answer = world.config_map(CONFIG_MAP)
    # A record that does not tell of it was made before anybody asked for it.
    told = answer.value if isinstance(answer, Known) else None
    return given.over(excepting.controller_parameters()).over(ControllerParameters.parse(told or {}))


def settings_of(namespace: str, parameters: ControllerParameters) -> Settings:
    """The settings, where what nobody says is as Argo CD has it from the start."""
    return Settings(
        namespace, bool(parameters.new_git_file_globbing), bool(parameters.include_hidden_directories)
    )
