"""The options that all commands share that speak with a management cluster."""

from collections.abc import Callable
from dataclasses import fields
from functools import wraps
from typing import Any, TypeVar

import click

from argosy.cli.render_timeout import render_timeout_option
from argosy.cli.target import Target

__all__ = ["management_options", "writing_options"]

F = TypeVar("F", bound=Callable[..., Any])


def management_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Adds `--context`, `--kubeconfig`, `--namespace`, `--installation` and `--application-namespaces`.

    The command gets them as one `Target`, before its own arguments, with those of `writing_options` and all
    else that is called like a part of it.
    """

    @wraps(function)
    def gathered(**given: Any) -> Any:
        parts = {each.name: given.pop(each.name) for each in fields(Target) if each.name in given}
        return function(Target(**parts), **given)

    for option in reversed(
        (
            click.option("--context", default="", help="The kubeconfig's context; its current one without."),
            click.option(
                "--kubeconfig", default="", metavar="FILE", help="Instead of KUBECONFIG and ~/.kube/config."
            ),
            click.option(
                "-n", "--namespace", default="argocd", show_default=True, help="Where Applications are."
            ),
            click.option(
                "--installation",
                default="argosy",
                show_default=True,
                metavar="ID",
                help="Which installation this is, where several share clusters.",
            ),
            click.option(
                "--application-namespaces",
                default="",
                metavar="LIST",
                callback=lambda _context, _option, text: tuple(filter(None, map(str.strip, text.split(",")))),
                help="Other namespaces whose Applications count, as far as their project permits it: globs, "
                "or regular expressions between slashes, parted by commas.",
            ),
        )
    ):
        gathered = option(gathered)
    return gathered


def writing_options(function: F) -> F:
    """Adds what commands share that change clusters."""
    for option in reversed(
        (
            click.option("--take-over", is_flag=True, help="Work although Argo CD's controller runs there."),
            click.option(
                "--allow-file-repositories", is_flag=True, help="Allow repositories on this machine's disks."
            ),
            render_timeout_option,
        )
    ):
        function = option(function)
    return function
