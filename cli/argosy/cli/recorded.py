"""Recorded worlds for the commands: which file it is, and what to say about the age of its answers."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from argosy.cli.reading import unreadable
from argosy.cli.repositories import Standing
from argosy.schemas.finding import Finding
from argosy.schemas.model.durations import parse_age

if TYPE_CHECKING:
    from argosy.generators.recorded.recorded_world import RecordedWorld

__all__ = ["WORLD_FILE", "Recorded", "open_recorded", "recorded_options"]

WORLD_FILE = ".argosy/world.yaml"
"""Where a repository keeps its recorded world, from its root."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A recorded world. `named` says that somebody asked for it by `--world`."""

    world: "RecordedWorld"
    named: bool

    def findings(self, limit: timedelta | None) -> list[Finding]:
        """How old it is; nothing where it was not named and not used."""
        oldest = self.world.oldest_used or (self.world.oldest if self.named else None)
        if oldest is None:
            return []
        from argosy.generators.recorded.age import age_finding

        return [age_finding(oldest, datetime.now(UTC), limit)]


def recorded_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds `--world` and `--max-world-age`."""
    for option in (
        click.option(
            "--max-world-age",
            metavar="AGE",
            callback=_age,
            help="Warn of answers that are older, such as 30d or 12h (argosy.yaml: worldMaxAge).",
        ),
        click.option(
            "--world",
            type=click.Path(path_type=Path, exists=True, dir_okay=False),
            help=f"A recorded world, instead of the repository's {WORLD_FILE}.",
        ),
    ):
        command = option(command)
    return command


def open_recorded(named: Path | None, standing: Standing) -> Recorded | None:
    """The world that was named, else the repository's, `None` where it has none. Raises `ArgosyError`."""
    if named is None and standing.root is None:
        return None
    try:
        file = str(named) if named else WORLD_FILE
        content = named.read_bytes() if named else standing.read("", WORLD_FILE)
    except OSError as error:
        raise unreadable(file, error) from error
    if content is None:
        return None
    # Imported here: most repositories hold no such file.
    from argosy.generators.recorded.world_file import read_world

    return Recorded(read_world(content, file), named is not None)


def _age(_: click.Context, __: click.Parameter, text: str | None) -> timedelta | None:
    try:
        return parse_age(text) if text else None
    except ValueError as error:
        raise click.BadParameter(str(error)) from error
