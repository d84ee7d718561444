"""All that generators and the compiler may know of the world outside a specification.

Nothing here reads anything: whoever calls the compiler hands in a `World` made from files, a recorded
snapshot or live clusters. Every answer is `Known` or `Unknown`, so that a missing answer is never taken
for an empty one.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from argosy.schemas.finding import ArgosyError
from argosy.schemas.knowledge import Answer, Unknown
from argosy.schemas.position import Path, Position

__all__ = [
    "IN_CLUSTER_NAME",
    "IN_CLUSTER_SERVER",
    "ClusterSecret",
    "Narrowing",
    "PluginCall",
    "ProviderQuery",
    "Tree",
    "UnknownContentError",
    "World",
]

IN_CLUSTER_NAME = "in-cluster"
IN_CLUSTER_SERVER = "https://kubernetes.default.svc"
"""Name and address of the cluster that Argo CD itself runs in; it needs no Secret."""


def _nowhere(path: Path) -> Position | None:
    return None


@dataclass(frozen=True, slots=True)
class ClusterSecret:
    """A registered cluster, as far as generators may see it: no credentials.

    `labels` and `annotations` are the Secret's own, the label `argocd.argoproj.io/secret-type` included.
    """

    secret_name: str
    name: str
    server: str
    project: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    position: Position | None = None
    locate: Callable[[Path], Position | None] = field(default=_nowhere, compare=False, repr=False)
    """Finds the line of a field of the Secret, where it stands in a file."""


class UnknownContentError(ArgosyError):
    """A tree knows that a file exists, and not what is in it: the answer is missing, not wrong."""

    def __init__(self, unknown: Unknown) -> None:
        super().__init__(unknown.reason, hint=unknown.hint, code=unknown.code)
        self.unknown = unknown


class Tree(Protocol):
    """The files of one commit."""

    @property
    def revision(self) -> str:
        """The commit id."""

    def files(self) -> Sequence[str]:
        """Paths of all files, `/` between segments, sorted by code points. No submodules."""

    def read(self, path: str) -> bytes:
        """The content of one of `files()`. A recorded tree raises `UnknownContentError` for what was not
        read when it was recorded."""

    def has_directory(self, path: str) -> bool:
        """Whether a file lies below the path; the root is `""` or `.`."""


@dataclass(frozen=True, slots=True)
class PluginCall:
    """One call of a generator plugin: `POST <base URL>/api/v1/getparams.execute`.

    `token` is the reference that the plugin's ConfigMap holds (`$secret:key`), never its value.
    """

    application_set: str
    base_url: str
    token: str
    parameters: Mapping[str, object]
    timeout: float = 30.0
    """Seconds that the plugin may take."""


class Narrowing(Protocol):
    """What a generator's filters make of repositories: whoever asks a provider saves calls with it."""

    def takes(self, repository: Mapping[str, object]) -> bool:
        """Whether any branch of a repository could be wanted; `branch`, `sha` and `paths` do not count."""

    def paths(self, branch: Mapping[str, object]) -> Sequence[str]:
        """The paths that have to be looked up in one branch."""


@dataclass(frozen=True, slots=True)
class ProviderQuery:
    """What a provider of repositories or pull requests is asked: its name and its part of the spec."""

    provider: str
    spec: Mapping[str, object]
    namespace: str
    narrowing: Narrowing | None = field(default=None, compare=False, repr=False)


class World(Protocol):
    """Answers about clusters, Git and outside services. Names are those of the management cluster."""

    def clusters(self) -> Answer[tuple[ClusterSecret, ...]]:
        """The registered clusters, sorted by the name of their Secret; without the implicit in-cluster."""

    def tree(self, repo_url: str, revision: str) -> Answer[Tree]:
        """The files of a repository at a branch, tag, semver range or commit id (`""` is `HEAD`)."""

    def projects(self) -> Answer[Mapping[str, Mapping[str, object]]]:
        """The AppProjects' manifests by name. `Unknown` where nobody said which exist."""

    def config_map(self, name: str) -> Answer[Mapping[str, str] | None]:
        """The data of a ConfigMap in Argo CD's namespace; `None` if it does not exist."""

    def resources(self, api_version: str, kind: str) -> Answer[tuple[Mapping[str, object], ...]]:
        """All objects of a kind in Argo CD's namespace."""

    def plugin(self, call: PluginCall) -> Answer[object]:
        """The JSON body that a plugin answers with, numbers as floats."""

    def repositories(self, query: ProviderQuery) -> Answer[tuple[Mapping[str, object], ...]]:
        """What an SCM provider has, one entry for each repository and branch:

        `organization`, `repository`, `repositoryId`, `url`, `branch`, `sha`, `labels`, `paths`.
        """

    def pull_requests(self, query: ProviderQuery) -> Answer[tuple[Mapping[str, object], ...]]:
        """The open pull requests of one repository:

        `number`, `title`, `branch`, `targetBranch`, `headSHA`, `labels`, `author`.
        """
