"""All generators by the key that names them in a spec, in the order in which Argo CD runs them."""

from collections.abc import Mapping

from argosy.generators.cluster_decisions import ClusterDecisions
from argosy.generators.clusters import Clusters
from argosy.generators.generator import Generator
from argosy.generators.git import Git
from argosy.generators.list_elements import ListElements
from argosy.generators.matrix import Matrix
from argosy.generators.merge import Merge
from argosy.generators.plugin import Plugin
from argosy.generators.pull_requests import PullRequests
from argosy.generators.scm_provider import ScmProvider

__all__ = ["GENERATORS"]

GENERATORS: Mapping[str, Generator] = {
    "list": ListElements(),
    "clusters": Clusters(),
    "git": Git(),
    "scmProvider": ScmProvider(),
    "clusterDecisionResource": ClusterDecisions(),
    "pullRequest": PullRequests(),
    "matrix": Matrix(),
    "merge": Merge(),
    "plugin": Plugin(),
}
