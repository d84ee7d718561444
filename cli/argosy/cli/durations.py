"""Durations on the command line."""

import click

__all__ = ["seconds"]


def seconds(_context: click.Context, _parameter: click.Parameter, text: str) -> float:
    """A duration such as `60s`, `5m` or `1h` in seconds."""
    from argosy.schemas.model.durations import parse_duration

    try:
        return parse_duration(text)
    except ValueError as error:
        raise click.BadParameter(f"{text!r}; expected a duration such as 60s, 5m or 1h") from error
