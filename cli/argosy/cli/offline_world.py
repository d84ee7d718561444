"""The world as the command line knows it: files, recorded answers, and repositories on this machine."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

from argosy.cli.manifest_world import ManifestWorld
from argosy.generators.parameters import floats
from argosy.generators.world import ClusterSecret, PluginCall, ProviderQuery, Tree
from argosy.schemas.finding import ArgosyError
from argosy.schemas.knowledge import Answer, Known, Unknown

__all__ = ["ANSWER_KINDS", "OfflineWorld", "read_answer"]

ANSWER_KINDS = ("plugin", "scm", "pulls")

TreeOf = Callable[[str, str], Answer[Tree]]


def read_answer(path: Path) -> object:
    """A recorded answer, numbers as Go reads them. Raises `ArgosyError`."""
    try:
        return floats(json.loads(path.read_bytes()))
    except OSError as error:
        raise ArgosyError(f"cannot read {path}: {error.strerror}", code="unreadable-file") from error
    except ValueError as error:
        raise ArgosyError(f"{path} is not JSON: {error}", code="invalid-answer") from error


class OfflineWorld:
    """A World without network. What nobody told it is `Unknown`."""

    def __init__(self, manifests: ManifestWorld, tree: TreeOf, answers: Mapping[str, object]) -> None:
        self._manifests = manifests
        self._tree = tree
        self._answers = answers

    def clusters(self) -> Answer[tuple[ClusterSecret, ...]]:
        return self._manifests.clusters()

    def projects(self) -> Answer[Mapping[str, Mapping[str, object]]]:
        return self._manifests.projects()

    def config_map(self, name: str) -> Answer[Mapping[str, str] | None]:
        return self._manifests.config_map(name)

    def resources(self, api_version: str, kind: str) -> Answer[tuple[Mapping[str, object], ...]]:
        return self._manifests.resources(api_version, kind)

    def tree(self, repo_url: str, revision: str) -> Answer[Tree]:
        return self._tree(repo_url, revision)

    def plugin(self, call: PluginCall) -> Answer[object]:
        if "plugin" not in self._answers:
            return _no_answer("plugin", f"the plugin at {call.base_url}")
        return Known(self._answers["plugin"], "recorded answer")

    def repositories(self, query: ProviderQuery) -> Answer[tuple[Mapping[str, object], ...]]:
        return self._records("scm", f"the SCM provider {query.provider}", {})

    def pull_requests(self, query: ProviderQuery) -> Answer[tuple[Mapping[str, object], ...]]:
        return self._records("pulls", f"the pull requests of {query.provider}", _PULL_REQUEST_FIELDS)

    def _records(
        self, kind: str, what: str, fields: Mapping[str, str]
    ) -> Answer[tuple[Mapping[str, object], ...]]:
        if kind not in self._answers:
            return _no_answer(kind, what)
        recorded = self._answers[kind]
        if not isinstance(recorded, list) or not all(isinstance(each, dict) for each in recorded):
            return Unknown(f"the recorded answer `{kind}` is not a list of maps", code="invalid-answer")
        renamed = tuple({fields.get(key, key): value for key, value in each.items()} for each in recorded)
        return Known(renamed, "recorded answer")


_PULL_REQUEST_FIELDS = {
    "Number": "number",
    "Title": "title",
    "Branch": "branch",
    "TargetBranch": "targetBranch",
    "HeadSHA": "headSHA",
    "Labels": "labels",
    "Author": "author",
}
# Recorded answers may bear the names of Argo CD's Go fields.


def _no_answer(kind: str, what: str) -> Unknown:
    return Unknown(f"{what} was not asked", hint=f"give a recorded answer: --answers {kind}=FILE")
