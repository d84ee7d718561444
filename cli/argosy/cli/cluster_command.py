"""`argosy cluster add|list|remove`: the clusters that Applications go to, as Argo CD's cluster Secrets."""

import asyncio
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from argosy.cli.cluster_registration import Listed

__all__ = ["command"]

F = TypeVar("F", bound=Callable[..., Any])


@click.group("cluster")
def command() -> None:
    """Add, list and remove the clusters that Applications go to."""


def _management(function: F) -> F:
    """Adds the options that say where the cluster Secrets are kept."""
    for option in (
        click.option(
            "-n", "--namespace", default="argocd", show_default=True, help="Where Applications are."
        ),
        click.option(
            "--management-context",
            default="",
            metavar="CONTEXT",
            help="The management cluster's context; the current one without.",
        ),
        click.option(
            "--kubeconfig", default="", metavar="FILE", help="Instead of KUBECONFIG and ~/.kube/config."
        ),
    ):
        function = option(function)
    return function


@command.command("add")
@click.argument("name")
@click.option("--context", required=True, help="The kubeconfig's context that reaches the new cluster.")
@click.option("--label", "labels", multiple=True, metavar="KEY=VALUE", help="For the clusters generator.")
@click.option("--project", default="", help="The only AppProject that may use the cluster.")
@_management
def add(
    name: str,
    context: str,
    labels: tuple[str, ...],
    project: str,
    kubeconfig: str,
    management_context: str,
    namespace: str,
) -> None:
    """Register the cluster that CONTEXT reaches as NAME, after asking it for its version.

    What the context needs is stored inline: tokens and certificates, files read. A program that gives tokens
    (exec) is stored by its name and has to be there where the controller runs.
    """
    from argosy.cli.cluster_registration import Place, register, registration_of

    place = Place(management_context, kubeconfig, namespace)
    wanted = registration_of(name, context, kubeconfig, _labels(labels), project)
    told = asyncio.run(register(place, wanted))
    click.echo(told)
    if wanted.config.exec_provider is not None:
        program = wanted.config.exec_provider.command
        click.echo(f"note: {program!r} has to be installed where the controller runs", err=True)


@command.command("list")
@click.option("-o", "--output", type=click.Choice(["text", "json"]), default="text", show_default=True)
@_management
def list_clusters(output: str, kubeconfig: str, management_context: str, namespace: str) -> None:
    """Show the registered clusters."""
    from argosy.cli.cluster_registration import Place, registered

    found = asyncio.run(registered(Place(management_context, kubeconfig, namespace)))
    if output == "json":
        click.echo(json.dumps([_as_data(item) for item in found], indent=2))
        return
    rows = [("NAME", "SERVER", "PROJECT", "LABELS")]
    for item in found:
        if item.cluster is None:
            rows.append((item.secret_name, "?", "", item.problem))
            continue
        labels = ",".join(f"{key}={value}" for key, value in sorted(item.cluster.labels.items()))
        rows.append((item.cluster.name, item.cluster.server, item.cluster.project, labels))
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        click.echo("  ".join([*cells, row[3]]).rstrip())


@command.command("remove")
@click.argument("name")
@click.option("--force", is_flag=True, help="Even where Applications go to it.")
@_management
def remove(name: str, force: bool, kubeconfig: str, management_context: str, namespace: str) -> None:
    """Forget the cluster with this name or server. What runs on it is left as it is."""
    from argosy.cli.cluster_registration import Place, forget

    click.echo(asyncio.run(forget(Place(management_context, kubeconfig, namespace), name, force=force)))


def _labels(given: tuple[str, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in given:
        key, equals, value = text.partition("=")
        if not equals or not key:
            raise click.BadParameter(f"{text!r}: expected KEY=VALUE", param_hint="--label")
        found[key] = value
    return found


def _as_data(item: "Listed") -> dict[str, object]:
    if item.cluster is None:
        return {"secret": item.secret_name, "error": item.problem}
    cluster = item.cluster
    return {
        "name": cluster.name,
        "server": cluster.server,
        "project": cluster.project,
        "namespaces": list(cluster.namespaces),
        "labels": dict(cluster.labels),
        "annotations": dict(cluster.annotations),
        "secret": item.secret_name,
    }
