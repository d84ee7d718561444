"""What a provider or plugin is asked, and what of the cluster it needs for that. Plain data."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

__all__ = ["Material", "Needs", "PluginQuery", "PullRequestQuery", "RepositoryQuery", "SecretData"]

Record = Mapping[str, object]
"""A repository (with its branch) or a pull request, by the names of `argosy.generators.world.World`."""


@dataclass(frozen=True, slots=True)
class SecretData:
    """A Secret, decoded. Its values are never printed."""

    data: Mapping[str, str] = field(repr=False)
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Needs:
    """The Secrets and ConfigMaps that a question cannot be asked without, by name."""

    secrets: frozenset[str] = frozenset()
    config_maps: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Material:
    """What was found for `Needs`; `None` stands for one that does not exist."""

    secrets: Mapping[str, SecretData | None] = field(default_factory=dict)
    config_maps: Mapping[str, Mapping[str, str] | None] = field(default_factory=dict)


def _all(_: Record) -> bool:
    return True


def _none(_: Record) -> Sequence[str]:
    return ()


@dataclass(frozen=True, slots=True)
class RepositoryQuery:
    """The repositories of an organization. `spec` is a set's whole `scmProvider`.

    `takes` says of a repository, before its branches are asked for, whether anybody wants it; `paths` which
    paths have to be looked up in a branch of it. Both save calls.
    """

    provider: str
    spec: Mapping[str, object]
    takes: Callable[[Record], bool] = field(default=_all, compare=False)
    paths: Callable[[Record], Sequence[str]] = field(default=_none, compare=False)


@dataclass(frozen=True, slots=True)
class PullRequestQuery:
    """The pull requests of a repository. `spec` is a set's whole `pullRequest`."""

    provider: str
    spec: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class PluginQuery:
    """A call of a generator plugin. `token` is the reference `$secret:key`; `timeout` is in seconds."""

    application_set: str
    base_url: str
    token: str
    parameters: Mapping[str, object]
    timeout: float = 30.0
