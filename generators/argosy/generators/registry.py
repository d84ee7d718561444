"""All generators by the key that names them in a spec, in the order in which Argo CD runs them."""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module

from argosy.generators.generator import Generator

__all__ = ["GENERATORS"]

_PLACES = {
    "list": ("list_elements", "ListElements"),
    "clusters": ("clusters", "Clusters"),
    "git": ("git", "Git"),
    "scmProvider": ("scm_provider", "ScmProvider"),
    "clusterDecisionResource": ("cluster_decisions", "ClusterDecisions"),
    "pullRequest": ("pull_requests", "PullRequests"),
    "matrix": ("matrix", "Matrix"),
    "merge": ("merge", "Merge"),
    "plugin": ("plugin", "Plugin"),
    "oci": ("oci", "Oci"),
}
"""Each generator with its module and class."""


class _Generators(Mapping[str, Generator]):
    """Imports a generator when it is asked for: a set rarely has more than two."""

    def __getitem__(self, name: str) -> Generator:
        return _generator(*_PLACES[name])

    def __iter__(self) -> Iterator[str]:
        return iter(_PLACES)

    def __len__(self) -> int:
        return len(_PLACES)


@cache
def _generator(module: str, name: str) -> Generator:
    generator: Generator = getattr(import_module(f"argosy.generators.{module}"), name)()
    return generator


GENERATORS: Mapping[str, Generator] = _Generators()
